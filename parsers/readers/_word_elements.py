"""The elements of WordprocessingML: their names, properties and members, whatever their namespace, and what the fields among them show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from parsers.readers._spans import MAX_SPAN

__all__ = [
    "UNSAID", "WRAPPERS", "attribute_of", "between", "child_of", "choice_of", "has_field_without_result", "holds_text",
    "is_of_unknown", "local_name", "members_of", "name_of", "number_of", "one_version", "properties_of", "says_two_things",
]  # fmt: skip

WRAPPERS = frozenset(
    {"ins", "moveTo", "customXml", "smartTag", "sdt", "sdtContent", "hyperlink", "fldSimple", "dir", "bdo", "AlternateContent"}
    | {"Choice", "Fallback", "ruby", "rubyBase"}
)
UNSAID = frozenset(
    {"del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "trPr", "tcPr", "sectPr", "rubyPr", "rt", "instrText"}
)
"""What holds no text of its paragraph; an element that is not known may hold some that is shown."""
_KNOWN_AROUND_CELLS = WRAPPERS | {"tr"}
_KNOWN_TO_WORD = ("wps", "wpg", "wpc", "w14", "w15", "wp14")
"""What every Word of today shows where a choice requires it, even if the other version has no text."""
_SILENT_FIELDS = frozenset({"XE", "TC", "TA", "RD", "SET", "ASK", "PRIVATE", "ADVANCE"})
_DIGIT = re.compile(r"\d")


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return local_name(element.tag)


@lru_cache(maxsize=1024)
def local_name(tag: object) -> str:
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def attribute_of(element: etree._Element, name: str) -> str | None:
    """The attribute called `name`, whatever its namespace."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def members_of(container: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The paragraphs and tables, or the elements called `names`, of a container, also inside content controls and the like."""
    wanted = names or ("p", "tbl")
    for child in container:
        name = local_name(child.tag)
        if name in wanted:
            yield child
        elif name == "AlternateContent":
            for version in one_version(child):
                yield from members_of(version, *names)
        elif name in WRAPPERS or (names and name not in UNSAID and child.find(f".//{{*}}{names[-1]}") is not None):
            yield from members_of(child, *names)
        elif not names and name not in UNSAID and holds_text(child):
            yield child


def holds_text(element: etree._Element) -> bool:
    """Whether a text stands in an element, other than one that was deleted."""
    return any((text.text or "").strip() for text in element.iter("{*}t"))


def is_of_unknown(cell: etree._Element) -> bool:
    """Whether a cell stands in its table within an element that is not known, so that it may be shown or not."""
    for outer in cell.iterancestors():
        name = local_name(outer.tag)
        if name == "tbl" or name not in _KNOWN_AROUND_CELLS:
            return name != "tbl"
    return False


def says_two_things(alternatives: etree._Element) -> bool:
    """Whether the versions of an AlternateContent show different figures: which of them is shown only the program knows."""
    texts = {"".join(text.text or "" for text in version.iter("{*}t")) for version in alternatives}
    choice = child_of(alternatives, "Choice")
    if choice is not None and holds_text(choice) and choice.get("Requires") in _KNOWN_TO_WORD:
        texts.discard("")
    return len(texts) > 1 and any(map(_DIGIT.search, texts))


def one_version(alternatives: etree._Element) -> list[etree._Element]:
    """The first choice of an AlternateContent, else its fallback: they say the same thing twice."""
    for name in ("Choice", "Fallback"):
        versions = [child for child in alternatives if name_of(child) == name]
        if versions:
            return versions[:1]
    return []


def between(element: etree._Element, outer: etree._Element) -> Iterator[etree._Element]:
    for ancestor in element.iterancestors():
        if ancestor is outer:
            return
        yield ancestor


def child_of(element: etree._Element, name: str) -> etree._Element | None:
    for child in element:
        if local_name(child.tag) == name:
            return child
    return None


def properties_of(element: etree._Element, name: str) -> dict[str, etree._Element]:
    """The properties of a paragraph, run, row or cell by name."""
    group = child_of(element, name)
    return {} if group is None else {local_name(child.tag): child for child in group}


def number_of(element: etree._Element | None, absent: int) -> int:
    text = None if element is None else attribute_of(element, "val")
    return min(int(text[:9]), MAX_SPAN) if text and text.isascii() and text.isdecimal() else absent


def has_field_without_result(cell: etree._Element) -> bool:
    """Whether a cell shows what Word itself makes of a field (a formula, a form's choice), and the file does not hold it."""
    waiting: list[str | None] = []  # of the fields that are open: the instruction, None behind it
    for element in cell.iter("{*}fldChar", "{*}instrText", "{*}fldSimple"):
        name = name_of(element)
        kind = attribute_of(element, "fldCharType")
        if name == "fldSimple":
            if not "".join(map(str, element.itertext())).strip() and _shows(attribute_of(element, "instr") or ""):
                return True
        elif name == "instrText":
            if waiting and waiting[-1] is not None:
                waiting[-1] += element.text or ""
        elif kind == "begin":
            waiting.append(None if choice_of(element) else "")
        elif waiting and kind == "separate":
            waiting[-1] = None
        elif waiting and kind == "end":
            instruction = waiting.pop()
            if instruction is not None and _shows(instruction):
                return True
    return False


def choice_of(mark: etree._Element) -> str:
    """What a field shows that offers a list to choose from; the first where nothing is chosen."""
    offered = next(mark.iter("{*}ddList"), None)
    entries = [] if offered is None else [attribute_of(entry, "val") or "" for entry in offered.iterchildren("{*}listEntry")]
    chosen = None if offered is None else offered.find("{*}result")
    default = None if offered is None else offered.find("{*}default")
    at = number_of(chosen, number_of(default, 0))
    return entries[at] if at < len(entries) else ""


def _shows(instruction: str) -> bool:
    """Whether a field of this instruction prints anything."""
    word = instruction.split(maxsplit=1)[:1]
    return bool(word) and word[0].upper() not in _SILENT_FIELDS
