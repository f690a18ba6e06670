"""Drawings inside the page: a picture's SVG made fit to stand beside others, and a small line of one county."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

__all__ = ["inline_svg", "small_line"]

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_STEP, _HIGH, _PAD = 11, 20, 3


def inline_svg(svg: bytes, prefix: str) -> str:
    """
    An SVG file as an element of an HTML page: without prolog, metadata and style (it would hold for the whole page), its ids its own.

    >>> inline_svg(b'<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><g id="a"/><use xlink:href="#a" '
    ...     b'xmlns:xlink="http://www.w3.org/1999/xlink"/></svg>', "x-")
    '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><g id="x-a"/><use href="#x-a"/></svg>'
    """
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, load_dtd=False))
    for name in ("metadata", "style"):
        for element in list(root.iter(f"{{{_SVG}}}{name}")):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for element in root.iter(etree.Element):
        for name, value in [(str(name), str(value)) for name, value in element.attrib.items()]:
            if name == _LINK:
                del element.attrib[name]
                element.set("href", f"#{prefix}{value.removeprefix('#')}")
            elif name == "id":
                element.set(name, f"{prefix}{value}")
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{prefix}"))
    etree.cleanup_namespaces(root)
    return re.sub(r">\s+<", "><", etree.tostring(root, encoding="unicode", with_tail=False))


def small_line(values: Sequence[float | None], low: float, high: float) -> str:
    """
    A line of a few millimetres over the years, broken at gaps; all of one measure have one scale.

    >>> small_line([0, 4, None, 2], 0, 4)
    '<svg class="line" viewBox="0 0 44 20"><path d="M5 17L16 3M38 10h0"/></svg>'
    """
    path, is_open = "", False
    for at, value in enumerate(values):
        if value is None:
            is_open = False
            continue
        height = round((_HIGH - 2 * _PAD) * (value - low) / (high - low), 1) if high > low else 0
        path += f"{'L' if is_open else 'M'}{_STEP // 2 + at * _STEP} {_HIGH - _PAD - height:g}"
        alone = not is_open and (at + 1 == len(values) or values[at + 1] is None)
        path += "h0" if alone else ""
        is_open = True
    return f'<svg class="line" viewBox="0 0 {_STEP * len(values)} {_HIGH}"><path d="{path}"/></svg>'
