"""Notes in brackets in lines of text: they belong to the label or the figure before them, and their figures are no cells."""

from __future__ import annotations

import re

__all__ = ["BRACKETED", "CLOSE", "OPEN", "mask_notes", "unclosed"]

OPEN, CLOSE = "(（[〔【", ")）]〕】"
BRACKETED = re.compile(rf"[{re.escape(OPEN)}][^{re.escape(OPEN + CLOSE)}]*[{re.escape(CLOSE)}]")
_HIDDEN = "\x00"
_COLUMN_OF_FIGURES = re.compile(r"\s{2,}\d|(?:\s\d+){3}")
_GAP = re.compile(r"[^\S\n]{2,}")


def unclosed(masked: str) -> int:
    """Where a bracket stands that is not closed in the zone of its label, whose note is cut off or goes on; else its end."""
    return next((at for at, character in enumerate(masked) if character in OPEN), len(masked))


def _hide_tail_of_note(plain: str) -> str:
    """The text without what stands before a closing bracket opened in front of it, the label's own note; not a row of figures."""
    depth = 0
    for at, character in enumerate(plain):
        if character in OPEN:
            depth += 1
        elif character in CLOSE:
            if depth == 0:
                return plain if _COLUMN_OF_FIGURES.search(plain, 0, at) else " " * (at + 1) + plain[at + 1 :]
            depth -= 1
        elif character == "\n" and depth == 0:
            return plain
    return plain


def _masked(note: str) -> str:
    """A note blanked; of one that is wrapped around a column of figures, what stands before them and on its last line."""
    if "\n" not in note or not _COLUMN_OF_FIGURES.search(note):
        return _HIDDEN * len(note)
    gap = _GAP.search(note)
    start = gap.start() if gap else 0
    end = note.rfind("\n")
    if end < start or _GAP.search(note, end + 1):
        return note
    return _HIDDEN * start + note[start : end + 1] + _HIDDEN * (len(note) - end - 1)


def mask_notes(plain: str) -> str:
    """The text with notes in brackets blanked, the inner ones first; columns of figures inside a wrapped one stay."""
    plain = _hide_tail_of_note(plain)
    while True:
        masked = BRACKETED.sub(lambda match: _masked(match[0]), plain)
        if masked == plain:
            return masked.replace(_HIDDEN, " ")
        plain = masked
