"""What bytes are, before they are read as a document: the one part of `parsers/` that `scrapers/` may import."""

from parsers.raw.charset import Decoded, declared_charset, decode
from parsers.raw.sniff import Content, sniff

__all__ = ["Content", "Decoded", "declared_charset", "decode", "sniff"]
