"""
The errors of `scrapers/`.

    ScrapeError
    ├── FetchError              one address gave no whole answer; carries the address and the reason
    │   ├── Refused             our own rules forbid it (scheme, login, network): nothing was sent
    │   ├── Unreachable         no such name, or nobody answers there
    │   ├── TlsFailed           no encrypted connection, or a certificate that does not hold
    │   ├── TimedOut            a limit on connecting, on silence or on the whole answer has passed
    │   ├── BrokenOff           the answer ended, or stopped being HTTP, before it was whole
    │   ├── TooLarge            more than `max_bytes`, as sent or once unpacked
    │   ├── Undecodable         the body is not what its Content-Encoding says
    │   └── TooManyRedirects    a chain of redirects without an end
    └── ArchiveError            a record cannot be written, or is not what was written

An answer of any status (404, 412, 503) is an Exchange, never an error. httpx, httpcore and warcio names do not
leave `http.py` and `archive.py`.
"""
# ruff: noqa: N818 -- the names say what happened, as the words of `status` do

from __future__ import annotations

__all__ = [
    "ArchiveError",
    "BrokenOff",
    "FetchError",
    "Refused",
    "ScrapeError",
    "TimedOut",
    "TlsFailed",
    "TooLarge",
    "TooManyRedirects",
    "Undecodable",
    "Unreachable",
]


class ScrapeError(Exception):
    """Base of all errors of this package."""


class FetchError(ScrapeError):
    """
    An address that gave no whole answer, with the one-line reason.

    >>> TimedOut("http://example.org/", "no answer for 30 s")
    TimedOut('http://example.org/: no answer for 30 s')
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class Refused(FetchError):
    """Our own rules forbid the address: nothing was sent to it."""


class Unreachable(FetchError):
    """The name does not exist, or nobody answers at its addresses."""


class TlsFailed(FetchError):
    """No encrypted connection could be made, or the certificate does not hold."""


class TimedOut(FetchError):
    """A time limit has passed: of connecting, of silence, or of the whole answer."""


class BrokenOff(FetchError):
    """The answer ended, or stopped being HTTP, before it was whole."""


class TooLarge(FetchError):
    """The body has more than `max_bytes`, as sent or once unpacked."""


class Undecodable(FetchError):
    """The body is not what its Content-Encoding says."""


class TooManyRedirects(FetchError):
    """The redirects did not come to an end."""


class ArchiveError(ScrapeError):
    """
    An archive that cannot be written or trusted; the message names the file and the byte where the record begins.

    >>> ArchiveError("raw/0001.warc.gz", 812, "the record is cut short")
    ArchiveError('raw/0001.warc.gz: record at byte 812: the record is cut short')
    """

    def __init__(self, path: str, offset: int, reason: str) -> None:
        super().__init__(f"{path}: record at byte {offset}: {reason}")
        self.path = path
        self.offset = offset
        self.reason = reason
