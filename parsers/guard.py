"""Guards before any parser sees the bytes: sizes, ratio and number of members of archives, and XML without a way out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from parsers.errors import ReadError, ReadStatus

__all__ = [
    "MAX_MEMBERS", "MAX_RATIO", "MAX_UNPACKED_BYTES", "RATIO_FROM_BYTES", "damaged_part", "iterate_xml", "parse_xml",
    "refuse_bomb", "refuse_many_members",
]  # fmt: skip

MAX_UNPACKED_BYTES = 200_000_000
MAX_MEMBERS = 5_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 1_000_000
"""A smaller member may be packed as tightly as it likes: pages of blanks are, and do no harm."""


def refuse_many_members(data: bytes) -> None:
    """Raise ReadError `limit` by the entries of the list, before it is read: a list of a million names costs seconds."""
    members = data.count(b"PK\x01\x02")
    if members > MAX_MEMBERS:
        raise ReadError(ReadStatus.LIMIT, f"the archive lists {members:,} members, more than the {MAX_MEMBERS:,} allowed")


def refuse_bomb(archive: zipfile.ZipFile, *, allowed_bytes: int = MAX_UNPACKED_BYTES) -> int:
    """The bytes that the archive declares to unpack to. Raises ReadError `limit` when they, or their ratio, are too large."""
    total = sum(member.file_size for member in archive.infolist())
    if total > allowed_bytes:
        reason = f"the archive would unpack to {total:,} bytes, more than the {allowed_bytes:,} allowed"
        raise ReadError(ReadStatus.LIMIT, reason)
    for member in archive.infolist():
        if member.file_size > RATIO_FROM_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            ratio = member.file_size // max(member.compress_size, 1)
            reason = f"a member of the archive would unpack to {ratio:,} times its size; {MAX_RATIO} times is allowed"
            raise ReadError(ReadStatus.LIMIT, reason)
    return total


def parse_xml(packed: bytes, name: str) -> etree._Element:
    """
    The root of an XML part; no entity is resolved, no address asked.

    Raises ReadError with status `failed` when it is damaged, `limit` when it nests too deep.

    >>> parse_xml(b"<a><b/></a>", "a.xml").tag
    'a'
    """
    try:
        return etree.fromstring(packed, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise damaged_part(exc, name) from exc


def iterate_xml(packed: bytes, name: str, *tags: str) -> Iterator[etree._Element]:
    """
    The elements of these tags (`{*}row`) one by one as they end; each is emptied when the next is asked for.

    Raises ReadError as `parse_xml` does.
    """
    try:
        elements = etree.iterparse(
            io.BytesIO(packed), events=("end",), tag=tags, resolve_entities=False, no_network=True, huge_tree=False
        )
        for _, element in elements:
            yield element
            element.clear(keep_tail=False)
            while element.getprevious() is not None and (parent := element.getparent()) is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise damaged_part(exc, name) from exc


def damaged_part(exc: Exception, name: str) -> ReadError:
    """The ReadError that says on one line what an XML parser found wrong with a part: `limit` for its depth, else `failed`."""
    if "xcessive depth" in str(exc):
        return ReadError(ReadStatus.LIMIT, f"its part {name} nests elements deeper than 256 levels; it was not read")
    first = str(exc).splitlines()[0] if str(exc) else "no XML"
    return ReadError(ReadStatus.FAILED, f"its part {name} is damaged: {first}; ask for the file again")
