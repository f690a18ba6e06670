"""Pages that are a script instead of something to read: challenges, shells, and pages that only send on. None is run."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from parsers.raw.signs import CHALLENGE_SCRIPT, CHALLENGE_WORDS, DENIED_SCRIPT
from scrapers._seen import Page, excerpt, has_documents, has_things

__all__ = ["challenge_in", "has_loaded_script", "has_script", "loading_in", "sent_on_to", "shell_in"]

_STUB, _FEW_WORDS = 12, 60
_LOOKED_AT = 100_000
_CHALLENGING = frozenset({202, 412, 521})

_WEB_SERVER_DOWN = re.compile(r"web server is down|cloudflare", re.IGNORECASE)
_SCRIPT_TAG = re.compile(r"<script\b", re.IGNORECASE)
_LOADED_SCRIPT = re.compile(r"<script\b[^<>]{0,500}\bsrc", re.IGNORECASE)
_SETS_COOKIE = re.compile(r"\bcookie\s*=(?!=)|['\"]cookie['\"]|\.cookie\b[^;]{0,40}=", re.IGNORECASE)
_RELOADS = re.compile(r"\blocation\b|\breload\b|\.submit\s*\(|http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
_JOINED = re.compile(r"""['"]\s*\)*\s*\+\s*\(*\s*['"]""")
_ESCAPED = re.compile(r"\\x([2-7][0-9a-f])|\\u00([2-7][0-9a-f])", re.IGNORECASE)
_PACKED = re.compile(r"\beval\s*\(|_0x[0-9a-f]{3,}|fromCharCode|(?:\\x[0-9a-f]{2}){20}", re.IGNORECASE)
_SENDS_ON = re.compile(
    r"""<meta\b[^<>]{0,500}http-equiv\s*=\s*["']?refresh[^<>]{0,500}?url\s*=\s*["']?([^"'>\s]+)|location(?:\.href)?\s*=\s*["']([^"']+)["'](?!\s*\+)"""
    r"""|location\.(?:replace|assign)\(\s*["']([^"']+)["']""",
    re.IGNORECASE,
)
_SHELL = re.compile(
    r"""<(?:div|main|section)\b[^<>]{0,500}\bid\s*=\s*["']?(?:app|root|__next|__nuxt|q-app|main-app|vue-app)\b[^<>]{0,500}>\s*</"""
    r"""|<(?:app-root|router-view|ng-view|micro-app)\b|<\w+\b[^<>]{0,500}\s(?:ng-view|ui-view|ng-app|data-ng-app)\b""",
    re.IGNORECASE,
)
_LOADS = re.compile(
    r"\$\s*\.\s*(?:ajax|get|post|getJSON)\s*\(|\.load\s*\(|\baxios\b|\bfetch\s*\(|XMLHttpRequest|new\s+Vue\s*\(|createApp\s*\("
)
_FILLS = re.compile(r"\.html\s*\(|innerHTML|v-html|\.append\s*\(|\.load\s*\(")


def challenge_in(page: Page, status: int, cookies: str) -> str:
    """
    What says that a page of few words wants a script to be solved first; empty where nothing does.

    A cookie of such a firewall counts only beside its statuses: sites behind one set it with every page.
    """
    evidence = ""
    if has_script(page) and (status in _CHALLENGING or not has_documents(page)):
        marks = (page.source, cookies) if status in _CHALLENGING else (page.source,)
        evidence = excerpt(CHALLENGE_SCRIPT, marks) or _script_alone(page, status)
    elif status == 521 and not _WEB_SERVER_DOWN.search(page.visible):
        evidence = excerpt(CHALLENGE_SCRIPT, (cookies,)) or "status 521"
    return evidence or excerpt(CHALLENGE_WORDS, (*page.names, page.visible))


def _script_alone(page: Page, status: int) -> str:
    """Why a page is nothing but a script that makes a cookie, or is packed so that none can read it; empty if it is not."""
    if status in _CHALLENGING and not _WEB_SERVER_DOWN.search(page.visible):
        return f"status {status} with a script"
    if len(page.visible) > _FEW_WORDS or DENIED_SCRIPT.search(page.source) or shell_in(page):
        return ""
    plain = _as_run(page.scripts)
    if _SETS_COOKIE.search(plain) and (_RELOADS.search(plain) or _RELOADS.search(page.source)) and not has_things(page):
        return "a script that sets a cookie and loads the page again"
    packed = _PACKED.search(page.scripts) and not _LOADED_SCRIPT.search(page.source) and not has_things(page)
    return "nothing but a packed script" if packed and len(page.visible) <= _STUB else ""


def _as_run(scripts: str) -> str:
    """A script with its escapes undone and its pieces of text joined: `'coo'+'kie'` is one word when it runs."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), scripts[:_LOOKED_AT])
    return _JOINED.sub("", plain)


def has_script(page: Page) -> bool:
    """Whether a page has a script at all."""
    return _SCRIPT_TAG.search(page.source) is not None


def has_loaded_script(page: Page) -> bool:
    """Whether a page has a script from elsewhere."""
    return _LOADED_SCRIPT.search(page.source) is not None


def shell_in(page: Page) -> str:
    """The empty element that a script is to fill with the whole page; empty where there is none."""
    shell = _SHELL.search(page.source)
    return shell[0] if shell and has_script(page) else ""


def loading_in(page: Page) -> str:
    """The call by which a script of the page asks for a part of it and puts it in; empty where there is none."""
    loads = _LOADS.search(page.scripts)
    return loads[0] if loads and _FILLS.search(page.source) else ""


def sent_on_to(page: Page, url: str) -> str | None:
    """The address to which a page sends on by itself, by a script or a refresh; None where it does not."""
    match = _SENDS_ON.search(page.source)
    if match is None:
        return None
    target: str = next(filter(None, match.groups()))
    try:
        return urljoin(url, target)
    except ValueError:
        return target
