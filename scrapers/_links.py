"""What hangs on an article: attachments (also those held in a script), frames and pictures, by the reference in the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from bs4.element import Tag

from scrapers._tree import attribute, tags_in, text_of
from scrapers.addresses import host_of, joined

__all__ = ["Reference", "attachments_in", "frames_in", "pictures_in"]


class Reference(NamedTuple):
    """A thing that a page refers to: as the page writes it, as an absolute address, and what it is called there."""

    reference: str
    url: str
    name: str


_EXTENSIONS = "docx?|wps|wpt|et|xlsx?|pdf|ofd|zip|rar|7z|rtf|odt|ods|mht|csv"
_DOCUMENT = re.compile(rf"\.(?:{_EXTENSIONS})$", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:s?html?|php|aspx?)$", re.IGNORECASE)
_SCAN = re.compile(r"\.(?:jpe?g|png|tiff?|bmp)$", re.IGNORECASE)
_DOWNLOAD = re.compile(
    r"/(?:[\w-]*download[\w-]*|downfile|down_?load_?file|file_?down|attach(?:ment)?)(?:\.(?:jspx?|do|action|aspx?|ashx|php))?(?:/|$)"
    r"|/resource/download|[?&](?:wbfileid|attach(?:ment)?_?id|fileid)=",
    re.IGNORECASE,
)
_NO_DOCUMENT = re.compile(r"\.(?:apk|exe|ipa|css|js|ico|mp[34]|avi)$", re.IGNORECASE)
_FILE_PARAMETERS = ("filename", "file", "name", "url", "path", "realname", "title")
_EMPTY_NAMES = re.compile(r"^(?:true|false|点击)?(?:此处|这里)?(?:附件)?(?:下载|查看|打开|预览|浏览)?(?:附件)?(?:文件)?[:：\d]*$")

_SCRIPT_LINK = re.compile(
    r"""<a\b([^<>]{0,600}?)\bhref\s*=\s*["']?([^"'\s<>]{1,600})["']?([^<>]{0,600})>(.{0,300}?)</a""", re.IGNORECASE | re.DOTALL
)
_SCRIPT_FILE = re.compile(
    rf"""["']((?:https?:/|\.{{0,2}})/[^"'<>\s|]{{1,300}}\.(?:{_EXTENSIONS})|P0\d{{10,}}\.(?:{_EXTENSIONS}))["']""", re.IGNORECASE
)
_SCRIPT_NAME = re.compile(r"""\b(?:download|title)\s*=\s*["']([^"']{1,200})["']""", re.IGNORECASE)
_SCRIPT_SIGN = re.compile(rf"\.(?:{_EXTENSIONS})\b|download|downfile", re.IGNORECASE)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAGS = re.compile(r"<[^<>]*>")
_LONGEST_SCRIPT = 500_000

_UNWANTED_FRAME = re.compile(
    r"login|count|visit|stat(?:istics)?[/_.]|tree|menu|nav|search|share|weather|tianqi|head|foot|top\.|banner|comment|pinglun|captcha|calendar",
    re.IGNORECASE,
)
_ICON = re.compile(
    r"icon|ico_|\.ico$|logo|qr_?code|ewm|erweima|2wm|spacer|blank|loading|filetype|sysimage|emot|weixin|weibo|share",
    re.IGNORECASE,
)
_OF_TEMPLATE = re.compile(
    r"/(?:template|tpl|skin|css|theme|style|static|assets|res|images?/\d{0,8}(?:banner|bg|btn|nav))s?/", re.IGNORECASE
)
_LAZY = ("data-src", "data-original", "original", "_src", "data-url", "oldsrc")
_SMALLEST_WIDTH, _SMALLEST_HEIGHT = 150, 40
"""In pixels, where a page states them: an icon or a line is smaller, a table is not."""


def attachments_in(places: Iterable[Tag], base: str, around: frozenset[int]) -> tuple[Reference, ...]:
    """
    The documents that places of a page lead to, in order, one entry an address; those in `around` are left out.

    Also what is shown by a viewer in a frame, and what a script alone holds (`cms_families` 3.1 and 4.4).
    """
    found: dict[str, Reference] = {}
    for place in places:
        for item in (*_linked(place, base, around), *_embedded(place, base, around), *_scripted(place, base)):
            before = found.get(item.url)
            if before is None or (before.name == _last_part(before.url) and item.name != before.name):
                found[item.url] = item if before is None else before._replace(name=item.name)
    return tuple(found.values())


def frames_in(places: Iterable[Tag], base: str, url: str, around: frozenset[int]) -> tuple[Reference, ...]:
    """The pages that frames show, of the page's own host only; none of a counter, a login or a menu."""
    found: dict[str, Reference] = {}
    for place in places:
        for tag in tags_in(place, "iframe", "frame"):
            reference = attribute(tag, "src")
            address = joined(base, reference) if reference else None
            if address is None or _is_in(tag, around) or host_of(address) != host_of(url) or address.partition("#")[0] == url:
                continue
            path = urlsplit(address).path
            if not _is_document(address) and _viewed(address) is None and not _UNWANTED_FRAME.search(path):
                found.setdefault(address, Reference(reference, address, attribute(tag, "title") or attribute(tag, "name")))
    return tuple(found.values())


def pictures_in(places: Iterable[Tag], base: str, around: frozenset[int], *, in_template: bool) -> tuple[Reference, ...]:
    """The pictures of an article; `in_template` says that the places hold the template too, whose own are left out."""
    found: dict[str, Reference] = {}
    for place in places:
        for tag in tags_in(place, "img"):
            reference = _picture(tag)
            address = joined(base, reference) if reference else None
            if address is None or _is_in(tag, around) or _is_small(tag) or _ICON.search(urlsplit(address).path):
                continue
            if in_template and (_OF_TEMPLATE.search(urlsplit(address).path) or tag.find_parent("a") is not None):
                continue
            found.setdefault(address, Reference(reference, address, attribute(tag, "title") or attribute(tag, "alt")))
    return tuple(found.values())


# --- attachments ----------------------------------------------------------------------------------


def _linked(place: Tag, base: str, around: frozenset[int]) -> Iterator[Reference]:
    for tag in tags_in(place, "a"):
        reference = attribute(tag, "href")
        if (
            not reference
            or reference.lstrip().lower().startswith(("javascript:", "data:", "mailto:", "#"))
            or _is_in(tag, around)
        ):
            continue
        address = joined(base, reference)
        text = " ".join(text_of(tag, " ").split())
        if address and _is_attachment(address, tag, text):
            yield Reference(reference, address, _name(address, attribute(tag, "download"), attribute(tag, "title"), text))


def _is_attachment(address: str, tag: Tag, text: str) -> bool:
    path = urlsplit(address).path
    if _is_document(address):
        return True
    if _NO_DOCUMENT.search(path):
        return False
    marked = attribute(tag, "appendix").lower() == "true" or "download" in tag.attrs
    if _SCAN.search(path):
        return marked or text.startswith("附件")
    named = _DOCUMENT.search(text) or _DOCUMENT.search(attribute(tag, "title"))
    return bool(marked or _DOWNLOAD.search(address) or (named and not _PAGE.search(path)))


def _is_document(address: str) -> bool:
    """Whether an address ends as a document's, or names one in its query."""
    parts = urlsplit(address)
    if _DOCUMENT.search(unquote(parts.path)):
        return True
    return not _PAGE.search(parts.path) and any(
        name.lower() in _FILE_PARAMETERS and _DOCUMENT.search(value) for name, value in _query(parts.query)
    )


def _embedded(place: Tag, base: str, around: frozenset[int]) -> Iterator[Reference]:
    """Documents shown within the page: by embed, object, or a frame with a viewer (`viewer.html?file=…`)."""
    for tag in tags_in(place, "iframe", "embed", "object"):
        reference = attribute(tag, "src") or attribute(tag, "data")
        address = joined(base, reference) if reference and not reference.startswith("data:") else None
        if address is None or _is_in(tag, around):
            continue
        if (viewed := _viewed(address)) and (within := joined(address, viewed)):
            yield Reference(viewed, within, _name(within))
        elif _DOCUMENT.search(urlsplit(address).path):
            yield Reference(reference, address, _name(address, attribute(tag, "title")))


def _viewed(address: str) -> str | None:
    parts = urlsplit(address)
    if _PAGE.search(parts.path) is None:
        return None
    return next(
        (value for name, value in _query(parts.query) if name.lower() in ("file", "url", "src") and _DOCUMENT.search(value)), None
    )


def _scripted(place: Tag, base: str) -> Iterator[Reference]:
    """Documents whose links stand only in texts of a script: `var rel_appendix = '<a href="./P02….docx">…'`."""
    for tag in tags_in(place, "script"):
        script = tag.get_text()
        if len(script) > _LONGEST_SCRIPT or not _SCRIPT_SIGN.search(script):
            continue
        script = (
            _ESCAPED.sub(lambda match: chr(int(match[1], 16)), script).replace("\\/", "/").replace('\\"', '"').replace("\\'", "'")
        )
        for before, written, after, text in _SCRIPT_LINK.findall(script):
            reference = unescape(written)
            address = joined(base, reference)
            if address and (_is_document(address) or _DOWNLOAD.search(address)):
                names = _SCRIPT_NAME.findall(f"{before} {after}")
                yield Reference(reference, address, _name(address, *map(unescape, names), unescape(_TAGS.sub("", text)).strip()))
        for reference in _SCRIPT_FILE.findall(script):
            if address := joined(base, reference):
                yield Reference(reference, address, _name(address))


def _name(address: str, *given: str) -> str:
    """What a document is called: the first name that says something, else what its address calls it."""
    for text in given:
        name = " ".join(text.split())
        if name and not _EMPTY_NAMES.match(name):
            return name
    query = [value for key, value in _query(urlsplit(address).query) if key.lower() in _FILE_PARAMETERS and value]
    named = [value for value in query if _DOCUMENT.search(value)]
    return named[0].rpartition("/")[2] if named else _last_part(address)


def _last_part(address: str) -> str:
    return unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2]


def _query(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=100)
    except ValueError:
        return []


# --- pictures -------------------------------------------------------------------------------------


def _picture(tag: Tag) -> str:
    """The reference of a picture: its `src`, or where that only holds the place, what a script would put there."""
    own = attribute(tag, "src")
    if own and not own.lstrip().lower().startswith("data:") and not re.search("loading|blank|spacer|lazy", own, re.IGNORECASE):
        return own
    return next((value for name in _LAZY if (value := attribute(tag, name)) and not value.lower().startswith("data:")), "")


def _is_small(tag: Tag) -> bool:
    for name, least in (("width", _SMALLEST_WIDTH), ("height", _SMALLEST_HEIGHT)):
        stated = re.fullmatch(r"\s*(\d{1,5})\s*(?:px)?\s*", attribute(tag, name))
        styled = re.search(rf"(?:^|[;\s]){name}\s*:\s*(\d{{1,5}})(?:\.\d+)?\s*px", attribute(tag, "style"), re.IGNORECASE)
        match = stated or styled
        if match and int(match[1]) < least:
            return True
    return False


def _is_in(tag: Tag, around: frozenset[int]) -> bool:
    return id(tag) in around or any(id(parent) in around for parent in tag.parents)
