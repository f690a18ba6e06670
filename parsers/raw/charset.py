"""
Bytes to text: decided by the bytes, never by what they declare of themselves.

A wrong charset in a meta element is common on county sites, so declarations are recorded and not obeyed.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

__all__ = ["REPLACEMENT", "Decoded", "declared_charset", "decode", "decode_all", "without_controls", "without_marks"]

REPLACEMENT = "\ufffd"

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_REFUSED = re.compile("[\0\ue000-\ue00f]")
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PRINTED = re.compile(r"[\t\r\n -~\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_WORDS_IN_GB = tuple(word.encode("gb18030") for word in ("政府", "公开", "公開", "信息"))
_WORDS_IN_BIG5 = tuple(word.encode("big5") for word in ("政府", "公開"))
_HEAD, _FEWEST, _MOSTLY = 4096, 8, 0.98
"""Of the head of a text in UTF-16 so many characters, and nearly all of them, are letters, figures and signs in use."""
_DECLARATION = re.compile(
    rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w:.-]+)"""
    rb"""|^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)""",
    re.IGNORECASE,
)


class Decoded(NamedTuple):
    """The text, the charset used, the one declared (or None), and how many characters of the text are U+FFFD."""

    text: str
    used: str
    declared: str | None
    replaced: int

    @property
    def remark(self) -> str:
        """One line for `Document.notes`."""
        lost = f"; {self.replaced} characters could not be decoded" if self.replaced else ""
        return f"charset: read as {self.used}, declared {self.declared or 'nowhere'}{lost}"


def decode(data: bytes, *, http: str | None = None, declared: str | None = None) -> Decoded:
    """
    The text of `data`: by its byte-order mark, else strict UTF-8, else Big5 by words in it, else strict GB18030, else the better of
    the last and the first.

    `http` and `declared` are what the server and the document say; they are recorded only. NUL and the private-use
    characters U+E000 to U+E00F, which readers and rebuild use as marks, come out as U+FFFD.

    >>> decode("年报".encode("gbk"), declared="utf-8")
    Decoded(text='年报', used='gb18030', declared='utf-8', replaced=0)
    """
    decoded = decode_all(data, http=http, declared=declared)
    # A search in UTF-8 bytes is much cheaper than one for sixteen characters in the text.
    encoded = data if decoded.used == "utf-8" else decoded.text.encode("utf-8", "replace")
    if b"\xee\x80" not in encoded:
        return decoded
    text = without_marks(decoded.text)
    return decoded._replace(text=text, replaced=text.count(REPLACEMENT))


def decode_all(data: bytes, *, http: str | None = None, declared: str | None = None) -> Decoded:
    """
    The same with the characters that serve as marks kept: for a reader that takes them out of what it keeps.

    >>> decode_all("1\\ue0002".encode()).text == "1\\ue0002"
    True
    """
    text, used = _decoded(data)
    if b"\0" in data:  # in two bytes of UTF-16 it is none
        text = text.replace("\0", REPLACEMENT)
    if declared and http and declared.lower() != http.lower():
        declared = f"{declared} (HTTP: {http})"
    replaced = text.count(REPLACEMENT) if REPLACEMENT in text else 0  # to count takes ten times as long as to look
    return Decoded(text, used, declared or http, replaced)


def without_marks(text: str) -> str:
    """
    The text with U+FFFD for NUL and for the private-use characters that serve as marks.

    >>> without_marks("1\ue0002")
    '1\ufffd2'
    """
    return _REFUSED.sub(REPLACEMENT, text) if text else text


def without_controls(text: str) -> str:
    """
    The text with U+FFFD for the control characters that a parser lets through, but no tree takes back.

    >>> without_controls("1\x0c2")
    '1\ufffd2'
    """
    return _CONTROLS.sub(REPLACEMENT, text)


def declared_charset(head: bytes) -> str | None:
    """
    The charset that a page states in a meta element or XML declaration within its first 2 kB, in lower case.

    >>> declared_charset(b'<meta http-equiv="Content-Type" content="text/html; charset=GB2312">')
    'gb2312'
    """
    match = _DECLARATION.search(head[:2048])
    return (match[1] or match[2]).decode("ascii", "replace").lower() if match else None


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, charset in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            if charset != "utf-8":
                return data[len(mark) :].decode(charset, "replace"), charset
            data = data[len(mark) :]  # a template with a mark may include a GB18030 body: decide by the rest
            break
    if b"\0" in data[:_HEAD] and (unmarked := _of_two_bytes(data)) is not None:
        return data.decode(unmarked, "replace"), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as exc:
        # A download cut inside its last character is still UTF-8, and a short one would pass as GB18030.
        cut = exc.reason == "unexpected end of data" and not data[: exc.start].isascii()
        if cut:
            return data[: exc.start].decode("utf-8") + REPLACEMENT, "utf-8"
    traditional = _in_big5(data)
    if traditional is not None:
        return traditional, "big5hkscs"
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        both = [(data.decode(charset, "replace"), charset) for charset in ("utf-8", "gb18030")]
        return min(both, key=lambda decoded: decoded[0].count(REPLACEMENT))


def _in_big5(data: bytes) -> str | None:
    """The text in Big5, where it speaks of government and publicity in it, and in GB18030, as which most such bytes pass, not at all."""
    if any(word in data for word in _WORDS_IN_GB) or not all(word in data for word in _WORDS_IN_BIG5):
        return None
    try:
        return data.decode("big5hkscs")
    except UnicodeDecodeError:
        return None


def _of_two_bytes(data: bytes) -> str | None:
    """UTF-16 without a byte-order mark, in the order of bytes in which a text begins as one; None for what is no such text."""
    for charset in ("utf-16-le", "utf-16-be"):
        head = data[:_HEAD].decode(charset, "ignore")
        if len(head) >= _FEWEST and len(_PRINTED.findall(head)) >= _MOSTLY * len(head) and "\0" not in head:
            return charset
    return None
