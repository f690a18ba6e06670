"""Counted steps: the bound of every search, so that the same report is read alike on every machine."""

from __future__ import annotations

__all__ = ["OutOfSteps", "Steps"]


class OutOfSteps(Exception):  # noqa: N818 - a signal inside the rebuild, always caught there
    """A search has used up its steps."""


class Steps:
    """How many steps a search may still take."""

    def __init__(self, number: int) -> None:
        self.left = number

    def take(self, number: int = 1) -> None:
        """Use up steps; raises OutOfSteps when there are none left."""
        self.left -= number
        if self.left < 0:
            raise OutOfSteps
