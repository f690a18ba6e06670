"""Values that are too many to be held until the end of a run: written down as they come, read again from the start."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["Spool"]

_Value = TypeVar("_Value")
_IN_MEMORY_BYTES = 32_000_000


class Spool(Generic[_Value]):
    """
    A list that may only be added to and read from its start; what is beyond 32 MB lies in a temporary file.

    >>> spool = Spool([1, 2])
    >>> spool.add_all([3])
    >>> list(spool), list(spool)
    ([1, 2, 3], [1, 2, 3])
    """

    def __init__(self, values: Iterable[_Value] = ()) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - it goes away with the spool
        weakref.finalize(self, self._file.close)
        self._count = 0
        self.add_all(values)

    def add_all(self, values: Iterable[_Value]) -> None:
        """Add values at the end."""
        for value in values:
            pickle.dump(value, self._file, pickle.HIGHEST_PROTOCOL)
            self._count += 1

    def __iter__(self) -> Iterator[_Value]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - written above, by this process
        self._file.seek(0, 2)

    def __len__(self) -> int:
        return self._count
