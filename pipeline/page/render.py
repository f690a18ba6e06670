"""A page as HTML: one text without scripts, without anything that is loaded, and with every word of a report escaped."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from markupsafe import Markup

from pipeline.inputs import shown
from pipeline.page import Page
from pipeline.page.origins import link_of

__all__ = ["page_html"]


def page_html(page: Page, tongue: str) -> bytes:
    """The page as UTF-8 with that language shown first; the same page gives the same bytes."""
    from jinja2 import Environment, StrictUndefined

    text = (files("pipeline.page") / "template.html.j2").read_text("utf-8")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(text)
    return template.render(page=page, tongue=tongue, drawn=Markup, link_of=link_of).encode()


def _visible(value: Any) -> Any:
    """A text with control characters and marks of direction as escapes: what is read is what is there. None is no text."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return " ".join(shown(line) for line in value.splitlines())
    return value
