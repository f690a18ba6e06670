"""Documents with the tables of two forms that are never in force together: no title says which of them is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from parsers.rebuild.draft import Draft, Mended, Open, Printed

__all__ = ["are_doubled", "open_doubled"]

_FEWEST, _SHARE = 3, 4
"""At least so many labels, and one in so many of those that no other form prints, show that a table stands there."""


def are_doubled(own: Mapping[tuple[str, str], int], printed: Mapping[tuple[str, str], int]) -> bool:
    """
    Whether the tables of two forms stand in a document. `own` counts the labels, by form and table, that stand in it and that
    no other form prints in that table; `printed` those that the form has.

    >>> labels = {("2014", "statistics"): 66, ("2019", "proactive"): 14, ("2021", "proactive"): 4}
    >>> [are_doubled(dict(zip(labels, found)), labels) for found in ((0, 12, 1), (0, 12, 4), (40, 0, 4))]
    [False, True, True]
    """
    shown = {form for (form, table), count in own.items() if count >= max(_FEWEST, printed[form, table] // _SHARE)}
    return len(shown) > 1


def open_doubled(drafts: Iterable[Draft]) -> None:
    """Open all that was read: the figures may be those of another report."""
    for draft in drafts:
        for cell, reading in draft.readings.items():
            if isinstance(reading, (Printed, Mended)):
                draft.readings[cell] = Open(
                    "the tables of two forms stand in the document, of one report or of two", reading.piece
                )
