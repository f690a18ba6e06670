"""
Accuracy by layout: right, reconstructed, open and silently wrong over N reports a layout, as JSON lines and a table.

    python bench/layouts.py [--reports N] [--only TEXT] [--seed S] [--show]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter

import parsers
from pipeline.demo.figures import random_sheet, with_one_false_figure
from pipeline.demo.judge import Judgement, judge
from pipeline.demo.layouts import LAYOUTS, Layout

FORMS = ("2021", "2021", "2019", "2021", "2014")
FILLINGS = ("full", "full", "full", "half", "zero", "blank")
SCALES = (20, 200, 600, 3000)


def sheets(count: int, seed: int):
    """Sheets of every form, filling and scale in turn; one in five with one false figure."""
    for number in range(count):
        chance = random.Random(f"{seed}.{number}")
        form, filling, scale = FORMS[number % len(FORMS)], FILLINGS[number % len(FILLINGS)], SCALES[number % len(SCALES)]
        sheet = random_sheet(chance, form=form, scale=scale, filling=filling)
        yield with_one_false_figure(sheet, chance) if number % 5 == 3 and filling == "full" else sheet, chance


def measure(layout: Layout, count: int, seed: int, *, show: int) -> dict[str, object]:
    """One layout's row."""
    outcomes: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    spent, shown = 0.0, 0
    for sheet, chance in sheets(count, seed):
        rendering = layout.render(sheet, chance)
        started = time.perf_counter()
        read = next(parsers.parse_all(parsers.Source(rendering.data, rendering.name)))
        spent += time.perf_counter() - started
        facts = read.facts if isinstance(read, parsers.Report) else ()
        for judgement in judge(rendering, facts):
            outcomes[judgement.outcome] += 1
            if judgement.kept:
                kept[judgement.outcome] += 1
            if show and shown < 12 and (judgement.outcome.wrong or (show > 1 and judgement.kept and judgement.outcome == "open")):
                shown += 1
                explain(layout, rendering, judgement)
    total, kept_total = sum(outcomes.values()), sum(kept.values())
    return {
        "layout": layout.name, "loses": layout.loses, "cells": total,
        "right": outcomes["right"] / total, "reconstructed": outcomes["reconstructed"] / total, "open": outcomes["open"] / total,
        "wrong": sum(number for outcome, number in outcomes.items() if outcome not in ("right", "reconstructed", "open")),
        "kept": kept_total, "kept_right": (kept["right"] + kept["reconstructed"]) / max(1, kept_total),
        "ways": {name: number for name, number in outcomes.items() if name not in ("right", "reconstructed", "open")},
        "ms": 1000 * spent / count,
    }  # fmt: skip


def explain(layout: Layout, rendering, judgement: Judgement) -> None:
    fact = judgement.fact
    said = None if fact is None else (str(fact.status), fact.raw, fact.note, fact.place)
    print(
        f"  {layout.name} {judgement.address}: {judgement.outcome}, printed {rendering.printed.get(judgement.address)!r}, read {said}",
        file=sys.stderr,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reports", type=int, default=60)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", action="count", default=0)
    chosen = arguments.parse_args()
    rows = []
    for layout in LAYOUTS:
        if chosen.only in layout.name:
            rows.append(measure(layout, chosen.reports, chosen.seed, show=chosen.show))
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    print(f"{'layout':34} {'right':>7} {'recon':>7} {'open':>7} {'wrong':>6} {'kept right':>10} {'ms':>6}", file=sys.stderr)
    for row in rows:
        print(
            f"{row['layout']:34} {row['right']:7.2%} {row['reconstructed']:7.2%} {row['open']:7.2%} {row['wrong']:6} {row['kept_right']:10.3%} {row['ms']:6.1f}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
