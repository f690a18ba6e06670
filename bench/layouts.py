"""
Accuracy by layout, as JSON lines on stdout and as tables on stderr.

    python bench/layouts.py [--reports N] [--pairs N] [--glued N] [--only TEXT] [--run R] [--show] [--corpus FOLDER]

Sections: every layout over N reports; so many random pairs of damages; digits run together, by scale and with one
false figure; the real corpus against its gold figures. `--show` prints every wrong cell with the name of its trial.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

from pipeline.demo.cuts import decided_figures
from pipeline.demo.figures import SCALES, random_sheet, with_one_false_figure
from pipeline.demo.gold import Gold, gold_documents, gold_fragments
from pipeline.demo.judge import Judgement, Outcome, judge
from pipeline.demo.layouts import LAYOUTS, layout_named, pairs
from pipeline.demo.sheet import Sheet
from pipeline.demo.trial import Tally, Trial, Wrong, facts_of, trials, upper_bound

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
READ = (Outcome.RIGHT, Outcome.RECONSTRUCTED)
KINDS = (*READ, Outcome.OPEN, Outcome.FALSE_RECONSTRUCTED)
GLUED = ("loss.glued", "loss.rows_glued")


def shares(counts: Counter[Outcome]) -> dict[str, object]:
    """The shares of a tally's counts, and the number of silently wrong cells by the way they are wrong."""
    whole = sum(counts.values())
    ways = {str(outcome): number for outcome, number in sorted(counts.items()) if outcome not in KINDS}
    return {
        "cells": whole,
        "right": counts[Outcome.RIGHT] / max(1, whole),
        "reconstructed_right": counts[Outcome.RECONSTRUCTED] / max(1, whole),
        "reconstructed_wrong": counts[Outcome.FALSE_RECONSTRUCTED],
        "open": counts[Outcome.OPEN] / max(1, whole),
        "silently_wrong": sum(ways.values()),
        "ways": ways,
    }


def summary(tally: Tally) -> dict[str, object]:
    """All cells; those of rows with a value other than 0; the share right of what the layout keeps; the bound."""
    kept = sum(tally.kept.values())
    wrong = tally.cells[Outcome.FALSE_RECONSTRUCTED]
    made = wrong + tally.cells[Outcome.RECONSTRUCTED]
    return shares(tally.cells) | {
        "rows_with_a_value": shares(tally.live),
        "kept": kept,
        "kept_right": sum(tally.kept[outcome] for outcome in READ) / kept if kept else None,
        "reconstructed_wrong_at_most": {"rate": upper_bound(wrong, made), "bound": "Clopper-Pearson, upper 95 %", "of": made},
    }


def emit(section: str, name: str, content: Mapping[str, object]) -> None:
    print(json.dumps({"section": section, "name": name, **content}, ensure_ascii=False), flush=True)


def show_head(title: str) -> None:
    heads = f"{'right':>8} {'recon':>8} {'open':>8} {'recon wrong':>11} {'silent':>7} {'kept right':>10} {'value rows':>10}"
    print(f"\n{title:44} {heads}", file=sys.stderr)


def show_row(name: str, tally: Tally) -> None:
    """One line of a table; `value rows`: the share read in rows that hold a value other than 0."""
    row, live, kept = shares(tally.cells), sum(tally.live.values()), sum(tally.kept.values())
    read_live = sum(tally.live[outcome] for outcome in READ) / live if live else 0
    read_kept = sum(tally.kept[outcome] for outcome in READ) / kept if kept else 0
    print(
        f"{name:44} {row['right']:8.2%} {row['reconstructed_right']:8.2%} {row['open']:8.2%} "
        f"{row['reconstructed_wrong']:11} {row['silently_wrong']:7} {read_kept:10.3%} {read_live:10.2%}",
        file=sys.stderr,
    )


def show_bound(tally: Tally) -> None:
    """Wrong among reconstructed cells, and the rate that this leaves possible."""
    wrong = tally.cells[Outcome.FALSE_RECONSTRUCTED]
    made = wrong + tally.cells[Outcome.RECONSTRUCTED]
    print(f"wrong reconstructed: {wrong} of {made}, at most {upper_bound(wrong, made):.4%} (upper 95 %)", file=sys.stderr)


def run(cases: Iterable[Trial], *, show: bool) -> Tally:
    """The tally of some trials; a case that takes the parser down is a bug and flies."""
    tally = Tally()
    for trial in cases:
        wrong = tally.run(trial)
        if show and wrong:
            print(*wrong, sep="\n", file=sys.stderr)
    return tally


def bench_layouts(reports: int, only: str, seed: int, *, show: bool) -> Tally:
    total = Tally()
    show_head("layout")
    for layout in LAYOUTS:
        if only in layout.name:
            started = time.perf_counter()
            tally = run(trials(layout, reports, run=seed), show=show)
            spent = 1000 * (time.perf_counter() - started) / max(1, reports)
            emit("layouts", layout.name, {"loses": layout.loses, **summary(tally), "ms_with_rendering": round(spent, 1)})
            show_row(layout.name, tally)
            total.add(tally)
    emit("layouts", "total", summary(total))
    show_row("all layouts", total)
    return total


def bench_pairs(count: int, only: str, seed: int, *, show: bool) -> None:
    chosen = [layout for layout in pairs() if only in layout.name]
    chance = Random(seed)
    tally = run((Trial(chance.choice(chosen), seed, number) for number in range(count)), show=show)
    emit("pairs", f"{count} of {len(chosen)}", summary(tally))
    show_row(f"{count} random pairs of damages", tally)


# --- digits run together --------------------------------------------------------------------------


def bench_glued(count: int, seed: int, *, show: bool) -> None:
    """By layout, scale, false figure and table: what is asked for there is the share read; of all, the bound of wrong cells."""
    total = Tally()
    show_head("digits run together: requests, false, table")
    for name in GLUED:
        for scale in SCALES:
            for false in (False, True):
                by_table = glued_tables(name, scale, count, seed, false=false, show=show)
                for table, tally in by_table.items():
                    about: dict[str, object] = {"scale": scale, "one_false_figure": false, "table": table}
                    if table == "review_litigation" and not false:
                        about["decided_by_the_sums"] = decided_share(scale, count, seed)
                    emit("glued", name, about | summary(tally))
                    show_row(f"{name} {scale:5} {'false' if false else 'holds'} {table}", tally)
                    total.add(tally)
    emit("glued", "total", summary(total))
    show_row("all that runs together", total)
    show_bound(total)


def glued_sheet(number: int, scale: int, seed: int, *, false: bool) -> tuple[Sheet, Random]:
    """A report that prints its zeros, and the chance that goes on with it; a false one breaks a sum of section three or four."""
    chance = Random(f"{seed}.{scale}.{false}.{number}")
    sheet = random_sheet(chance, form="2019" if number % 4 == 3 else "2021", scale=scale)
    return (with_one_false_figure(sheet, chance) if false else sheet), chance


def decided_share(scale: int, count: int, seed: int) -> float:
    """The share of the cells of section four on which all cuts of its digits agree that obey its sums: no reader can do better."""
    decided: list[bool] = []
    for number in range(count):
        cells = glued_sheet(number, scale, seed, false=False)[0].cells
        digits = "".join(value or "" for address, value in cells.items() if address.startswith("review_litigation."))
        decided.extend(figure is not None for figure in decided_figures(digits))
    return sum(decided) / max(1, len(decided))


def glued_tables(name: str, scale: int, count: int, seed: int, *, false: bool, show: bool) -> dict[str, Tally]:
    """A tally a table over reports that print their zeros; a false figure stands in the applications or in section four."""
    tallies: dict[str, Tally] = {}
    for number in range(count):
        sheet, chance = glued_sheet(number, scale, seed, false=false)
        rendering = layout_named(name).render(sheet, chance)
        by_table: dict[str, list[Judgement]] = {}
        for judgement in judge(rendering, facts_of(rendering)):
            by_table.setdefault(judgement.address.partition(".")[0], []).append(judgement)
            if show and judgement.outcome.wrong:
                print(
                    Wrong(f"{name} #{number}", f"{scale}, {false}", rendering.printed.get(judgement.address), judgement),
                    file=sys.stderr,
                )
        for table, judgements in by_table.items():
            tallies.setdefault(table, Tally()).count(judgements)
    return tallies


# --- the real corpus ------------------------------------------------------------------------------


def bench_corpus(corpus: Path, *, show: bool) -> None:
    if not corpus.is_dir():
        print(f"\nno corpus at {corpus}: left out", file=sys.stderr)
        return
    show_head("corpus")
    for title, documents in (("documents", gold_documents(corpus)), ("fragments", gold_fragments(corpus))):
        total = Tally()
        for gold in documents:
            tally = Tally()
            judgements = list(judge_gold(gold, show=show))
            tally.count(judgements)
            emit("corpus", gold.name, summary(tally))
            show_row(gold.name, tally)
            total.add(tally)
        emit("corpus", f"all {title}", summary(total))
        show_row(f"all {title}", total)


def judge_gold(gold: Gold, *, show: bool) -> Iterable[Judgement]:
    """The judgements of a real document; `show` names what is wrong, and what gold has and was left open."""
    facts = facts_of(gold.rendering)
    if not facts:
        print(f"{gold.name}: nothing is read in it", file=sys.stderr)
    for judgement in judge(gold.rendering, facts):
        if show and (judgement.outcome.wrong or (facts and judgement.kept and judgement.outcome not in READ)):
            print(
                Wrong(gold.name, f"form {gold.form}", gold.rendering.printed.get(judgement.address), judgement), file=sys.stderr
            )
        yield judgement


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reports", type=int, default=60, help="reports a layout (0: no layouts)")
    arguments.add_argument("--pairs", type=int, default=0, help="random pairs of damages")
    arguments.add_argument("--glued", type=int, default=0, help="glued reports a scale")
    arguments.add_argument("--corpus", type=Path, default=CORPUS, help="the folder of real reports with gold/")
    arguments.add_argument("--only", default="", help="layouts whose name holds this text")
    arguments.add_argument("--run", type=int, default=1, help="the seed of the whole run")
    arguments.add_argument("--show", action="store_true", help="print every wrong cell, and what gold has and is left open")
    chosen = arguments.parse_args()
    if chosen.reports:
        bench_layouts(chosen.reports, chosen.only, chosen.run, show=chosen.show)
    if chosen.pairs:
        bench_pairs(chosen.pairs, chosen.only, chosen.run, show=chosen.show)
    if chosen.glued:
        bench_glued(chosen.glued, chosen.run, show=chosen.show)
    bench_corpus(chosen.corpus, show=chosen.show)


if __name__ == "__main__":
    main()
