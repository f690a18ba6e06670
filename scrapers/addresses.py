"""When two addresses are one: the key of a page, the twins that sites keep of their pages, and what belongs to a site."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

__all__ = [
    "canonical_key",
    "host_of",
    "is_twin",
    "joined",
    "main_key",
    "path_of",
    "same_site",
    "within_handler",
    "without_session",
]

_TRACKING = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "spm", "from", "isappinstalled", "fbclid",
    "gclid", "share_token", "_t", "_", "timestamp", "random", "jsessionid", "JSESSIONID", "PHPSESSID", "phpsessid",
)  # fmt: skip
"""Parameters that say how a reader came to a page, and not which page it is (`cms_families` 4.5)."""

_SESSION_IN_PATH = re.compile(r";(?:jsessionid|PHPSESSID)=[^/?#]*", re.IGNORECASE)
_RESERVED = ("test", "example", "invalid")
"""Names that nobody can register (RFC 2606): those of replica sites."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT = 4096
"""So many addresses are taken apart once: one page names the same ones often, and lists name each other's."""
_QUOTED = re.compile(r"""["']\s*([^"'\\<>]{2,500}?)\s*["']""")
_LOOKS_LIKE_ADDRESS = re.compile(
    r"^(?:https?:)?//[^/\s]+|^\.{0,2}/[^/]|^[\w%./-]+\.(?:s?html?|phtml|jspx?|aspx?|php|do|action|pdf|docx?|ofd|xlsx?|wps|zip)(?:[?#]|$)",
    re.IGNORECASE,
)
_MOBILE_HOST = re.compile(r"^(?:m|wap|mobile|3g|wza)\.(?!gov\.cn\b)(?=[^.]+\.)")
_WAP_FILE = re.compile(r"_(?:wap|mobile|print)(?=\.s?html?$)", re.IGNORECASE)
_MPOST_FILE = re.compile(r"(?<=/)mpost_(?=\d+\.s?html?$)", re.IGNORECASE)
_TWIN_QUERY = re.compile(r"(?:^|&)(?:print|isprint|wza|wzaType|oldversion|mobile|wap)=(?:1|true|yes|on)(?=&|$)", re.IGNORECASE)
_TWIN_FILE = re.compile(r"/(?:print|toprint|print_?view)\.(?:s?html?|jspx?|aspx?|php|do)$", re.IGNORECASE)


@lru_cache(maxsize=_KEPT)
def canonical_key(url: str) -> str:
    """
    The name by which a page is known, whichever way a link spells its address: host, path and query, without scheme.

    The host loses its case, `www.` and a default port; fragments, session ids and tracking parameters go, and the
    other parameters are put in order. The case of the path stays: servers tell it apart. What is no address is its own key.

    >>> canonical_key("HTTPS://www.Qinghuai.gov.cn:443/Zwgk/;jsessionid=1F?fbtime=2021&area=11&from=timeline#top")
    'qinghuai.gov.cn/Zwgk/?area=11&fbtime=2021'
    """
    url = url.strip()
    try:
        parts = urlsplit(_SESSION_IN_PATH.sub("", url))
        host = _host(parts)
        if not host:
            return url
        query = url_query_cleaner(f"?{parts.query}", _TRACKING, remove=True, unique=False) if parts.query else ""
        plain = canonicalize_url(f"http://{host}{parts.path or '/'}{query}")
    except ValueError:  # a port or an IPv6 address that is none, a host that cannot be encoded
        return url
    return plain.removeprefix("http://")


def is_twin(url: str) -> bool:
    """
    Whether an address is that of another view of a page: mobile, printed, or for readers who do not see well.

    >>> is_twin("http://a.gov.cn/art/2022/1/5/art_1_2_wap.html"), is_twin("http://a.gov.cn/art/2022/1/5/art_1_2.html")
    (True, False)
    """
    if main_key(url) is not None:
        return True
    parts = _split(url)
    return parts is not None and _TWIN_FILE.search(parts.path) is not None


@lru_cache(maxsize=_KEPT)
def main_key(url: str) -> str | None:
    """
    The `canonical_key` of the page whose twin an address is; None when it is no twin, or of a page that cannot be told.

    >>> main_key("http://m.a.gov.cn/content/mpost_12.html")
    'a.gov.cn/content/post_12.html'
    """
    parts = _split(url)
    if parts is None:
        return None
    host = _MOBILE_HOST.sub("", parts.netloc.lower())
    path = _MPOST_FILE.sub("post_", _WAP_FILE.sub("", parts.path))
    query = _TWIN_QUERY.sub("", parts.query).lstrip("&")
    main = parts._replace(netloc=host, path=path, query=query)
    if (main.netloc, main.path, main.query) == (parts.netloc.lower(), parts.path, parts.query):
        return None
    return canonical_key(main.geturl())


@lru_cache(maxsize=_KEPT)
def host_of(url: str) -> str:
    """
    The host of an address in lower case, without `www.` and default port; empty for what is no address.

    >>> host_of("http://WWW.a.gov.cn:80/x"), host_of("http://a.gov.cn:8080/"), host_of("javascript:;")
    ('a.gov.cn', 'a.gov.cn:8080', '')
    """
    parts = _split(url)
    return _host(parts) if parts else ""


def path_of(url: str) -> str:
    """The path of an address; empty for what is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def same_site(url: str, other: str) -> bool:
    """
    Whether two addresses are of one host, or of one domain registered under gov.cn (or, of replicas, under a reserved name).

    >>> same_site("http://xxgk.a.gov.cn/", "https://www.a.gov.cn/"), same_site("http://a.gov.cn/", "http://b.gov.cn/")
    (True, False)
    """
    host, second = host_of(url), host_of(other)
    return bool(host) and (host == second or (_registered(host) == _registered(second) != ""))


def joined(base: str, reference: str) -> str | None:
    """
    The absolute address that a reference in a page means, blanks taken out; None when it is none that can be asked.

    The host loses its case and a default port, so that a host is one host however links spell it. An address that climbs out
    of its site (`/../` left after joining) is a broken link, and None (`cms_families` 4.5).

    >>> joined("http://a.gov.cn/x/y.html", "./P02.doc"), joined("http://a.gov.cn/", "javascript:void(0)")
    ('http://a.gov.cn/x/P02.doc', None)
    """
    try:
        absolute = urljoin(base, reference.strip().replace("\n", "").replace("\r", "").replace("\t", "").replace("\\", "/"))
        parts = urlsplit(absolute)
        known = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        if not known or "/../" in f"{parts.path}/":
            return None
        plain = parts.netloc.lower().removesuffix(f":{_DEFAULT_PORTS[parts.scheme]}")
    except ValueError:
        return None
    return absolute if plain == parts.netloc else parts._replace(netloc=plain).geturl()


def within_handler(handler: str) -> str:
    """
    The address that a piece of script opens: the first quoted text that looks like one; empty where there is none.

    >>> within_handler("javascript:window.open('/zwgk/202201/t1.html','_blank')"), within_handler("goPage(2)")
    ('/zwgk/202201/t1.html', '')
    """
    return next((text for text in _QUOTED.findall(handler) if _LOOKS_LIKE_ADDRESS.match(text)), "")


def without_session(url: str) -> str:
    """
    An address without the session that a link carries: the page is the same, and a second crawl asks for the same address.

    >>> without_session("http://a.gov.cn/x.jsp;jsessionid=1F?id=2")
    'http://a.gov.cn/x.jsp?id=2'
    """
    return _SESSION_IN_PATH.sub("", url)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        return parts if _host(parts) else None
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".").removeprefix("www.")
    if ":" in host:
        host = f"[{host}]"
    return host if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _registered(host: str) -> str:
    labels = host.partition(":")[0].split(".")
    if labels[-1] in _RESERVED and len(labels) > 1:
        return ".".join(labels[-2:])
    return ".".join(labels[-3:]) if labels[-2:] == ["gov", "cn"] and len(labels) > 2 else ""
