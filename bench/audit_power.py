"""
The power of the audit: each number of clean reports changed by +1, -1 and x10, and the share that draws an error.

    python bench/audit_power.py [--reports N] [--run R]

By form, table and kind of change; cells that no stated or structural sum ties are `untied`. JSON lines on stdout.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from random import Random

from pipeline.demo.figures import SCALES, numbers, random_sheet
from pipeline.demo.power import count_errors, power
from pipeline.demo.sheet import form_named

FORMS = ("2021", "2019", "2014")


def measure(name: str, reports: int, run: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Caught and made changes by table and kind over reports of one form; each must be clean before it is changed."""
    form = form_named(name)
    caught: Counter[tuple[str, str]] = Counter()
    made: Counter[tuple[str, str]] = Counter()
    for number in range(reports):
        sheet = random_sheet(Random(f"{run}.{name}.{number}"), form=name, scale=SCALES[number % len(SCALES)])
        figures = {address: figure for address, figure in numbers(sheet).items() if figure is not None}
        if count_errors(form, figures):
            raise AssertionError(f"report {run}.{name}.{number} is not clean before anything is changed")
        for key, share in power(form, figures).items():
            caught[key] += share.caught
            made[key] += share.made
    return {key: (caught[key], number) for key, number in sorted(made.items())}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reports", type=int, default=4, help="reports a form; each is audited some 450 times")
    arguments.add_argument("--run", type=int, default=1, help="the seed of the whole run")
    chosen = arguments.parse_args()
    print(f"{'form':6} {'table':20} {'change':8} {'caught':>8} {'made':>8} {'share':>9}", file=sys.stderr)
    for name in FORMS:
        for (table, kind), (caught, made) in measure(name, chosen.reports, chosen.run).items():
            row = {"form": name, "table": table, "change": kind, "caught": caught, "made": made, "share": caught / made}
            print(json.dumps(row), flush=True)
            print(f"{name:6} {table:20} {kind:8} {caught:8} {made:8} {caught / made:9.3%}", file=sys.stderr)


if __name__ == "__main__":
    main()
