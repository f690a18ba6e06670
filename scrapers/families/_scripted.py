"""Ways to other pages that stand only in scripts: addresses put together from pieces, functions that go to a page, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode, urljoin

from bs4 import Tag

from scrapers.families._pages import Page, attribute

__all__ = ["Guess", "built_ways", "page_by_handler", "value_of"]

_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_PIECE = rf"(?:{_STRING}|[A-Za-z_$][\w.$]*(?:\[[^\]]*\][\w.]*)?(?:\([^()]*\))?|\([^()\"']*\)|\d+)"
_CHAIN = re.compile(rf"{_PIECE}(?:\s*\+\s*{_PIECE})+")
_PIECES = re.compile(_PIECE)
_ADDRESS = re.compile(r"[^\"'<>\s=(]*?(?:[?][^\"'<>\s]*)?\{n\}[^\"'<>\s)]*")
_IS_ADDRESS = re.compile(r"\{n\}\.(?:s?html?|jspx?|aspx?|php)(?:$|[?#])|[?&]\w+=\{n\}|/\{n\}/?$", re.IGNORECASE)
_CALL = re.compile(r"([A-Za-z_$][\w$]*)\(\s*[\"']?(\d{1,5})[\"']?")
_FIELD = re.compile(r"\b(\w+)(?:\"\]|'\])?\.value\s*=\s*[\"']?(\d{1,5})")
_LONGEST_FUNCTION = 900


@dataclass(frozen=True, slots=True)
class Guess:
    """A way to address page n: `pattern` with `{n}`, and the number that page 1 has; `down` counts backwards from the last."""

    pattern: str
    base: str

    def address(self, page: int, pages: int | None) -> str:
        """
        The address of a page, counted from 1.

        >>> Guess("http://a.gov.cn/index_{n}.html", "0").address(2, None)
        'http://a.gov.cn/index_1.html'
        """
        number = {"0": page - 1, "1": page, "down": (pages or 0) - page + 1}[self.base]
        return self.pattern.replace("{n}", str(number))


class _Built(NamedTuple):
    """An address that a script builds: its pattern, and the expression in the place of the number."""

    pattern: str
    number: str

    @property
    def is_less_one(self) -> bool:
        return re.search(r"-\s*1\b", self.number) is not None


def value_of(name: str, scripts: str) -> str:
    """
    What a script sets a variable to, as a text; the name itself where it does not.

    >>> value_of("count", 'var page = 0, count = "12";')
    '12'
    """
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        return name
    match = re.search(rf"(?<![\w.$]){re.escape(name)}\s*=\s*(?:[\"']([^\"'\n]{{0,80}})[\"']|(\d{{1,7}})\b)", scripts)
    return next((group for group in match.groups() if group is not None), name) if match else name


def built_ways(page: Page) -> tuple[Guess, ...]:
    """
    The ways to number pages that the scripts of a page have, the likelier base first; those to the page before left out.

    >>> from scrapers.families._pages import page_of
    >>> script = '<script>var currentPage=0; var nextPage=currentPage+1; go("index"+"_"+nextPage+".shtml")</script>'
    >>> built_ways(page_of(script, "http://a.gov.cn/nb/"))[0]
    Guess(pattern='http://a.gov.cn/nb/index_{n}.shtml', base='0')
    """
    found: dict[Guess, None] = {}
    for built in _built(page.scripts, page.scripts):
        if not re.search(r"prev|last|end|total|count", built.number, re.IGNORECASE):
            first = _base_of(built, page.scripts)
            pattern = urljoin(page.base, built.pattern.replace("{n}", "\0")).replace("\0", "{n}")
            found |= dict.fromkeys((Guess(pattern, first), Guess(pattern, "1" if first == "0" else "0")))
    return tuple(found)


def _base_of(built: _Built, scripts: str) -> str:
    if built.is_less_one:
        return "0"
    match = re.search(rf"(?<![\w.$]){re.escape(built.number)}\s*=\s*\(?\s*(?:parseInt\()?(\w+)\)?\s*\+\s*1", scripts)
    known = value_of(match[1] if match else built.number, scripts)
    return "0" if known == "0" else "1"


def _built(code: str, scripts: str) -> Iterator[_Built]:
    """The addresses that are put together in a piece of script, of texts, known variables, and one number."""
    for chain in _CHAIN.finditer(code):
        text, numbers = "", []
        for piece in _PIECES.findall(chain[0]):
            if piece[0] in "\"'":
                text += re.sub(r"\\(.)", r"\1", piece[1:-1])
                continue
            known = value_of(piece, scripts)
            if known == piece or known.isdecimal():
                numbers.append(piece)
                text += "{n}"
            else:
                text += known
        if len(numbers) == 1 and (match := _ADDRESS.search(text)) and _IS_ADDRESS.search(match[0]):
            yield _Built(match[0], numbers[0].strip("()"))


def page_by_handler(page: Page, tag: Tag) -> str:
    """
    The address to which the script of a link or a choice goes; empty where it cannot be told.

    >>> from scrapers.families._pages import page_of
    >>> text = '<script>function go(n){location.href="list_"+(n-1)+".html"}</script><a href="javascript:go(2)">下一页</a>'
    >>> page = page_of(text, "http://a.gov.cn/nb/")
    >>> page_by_handler(page, page.soup.a)
    'list_1.html'
    """
    if tag.name == "option":
        select = tag.find_parent("select")
        built = next(_built(attribute(select, "onchange"), page.scripts), None)
        return built.pattern.replace("{n}", attribute(tag, "value")) if built else ""
    handler = f"{attribute(tag, 'href')};{attribute(tag, 'onclick')}"
    if (field := _FIELD.search(handler)) is not None:
        return _sent_form(page, field[1], field[2])
    for name, number in _CALL.findall(handler):
        match = re.search(rf"\bfunction\s+{re.escape(name)}\s*\(|\b{re.escape(name)}\s*[:=]\s*function\s*\(", page.scripts)
        if match is None:
            continue
        body = page.scripts[match.end() : match.end() + _LONGEST_FUNCTION].partition("function")[0]
        for built in _built(body, page.scripts):
            return built.pattern.replace("{n}", str(int(number) - built.is_less_one))
    return ""


def _sent_form(page: Page, name: str, value: str) -> str:
    """The address of a form that is sent by GET with another value in one field."""
    field = page.soup.find(["input", "select"], attrs={"name": name}) or page.soup.find(["input", "select"], id=name)
    form = field.find_parent("form") if isinstance(field, Tag) else None
    if not isinstance(field, Tag) or form is None or attribute(form, "method").lower() == "post":
        return ""
    fields = {attribute(item, "name"): attribute(item, "value") for item in form.find_all("input") if attribute(item, "name")} | {
        attribute(field, "name"): value
    }
    return f"{attribute(form, 'action').partition('?')[0]}?{urlencode(fields)}"
