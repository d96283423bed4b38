"""Text of mails in whatever encoding they claim, and in the one they are really in."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

_ALIASES: Final = {
    "big5": "cp950", "big5-hkscs": "big5hkscs", "gb2312": "gb18030", "gbk": "gb18030", "gb_1988-80": "gb18030", "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8", "x-sjis": "cp932", "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7", "iso-8859-8-i": "iso-8859-8", "unknown-8bit": "utf-8", "utf8": "utf-8", "x-unknown": "utf-8",
    "default": "utf-8", "x-gbk": "gb18030", "cp-850": "cp850",
}  # fmt: skip
"""What senders call an encoding, and the wider one it is in practice."""
_LIKELY: Final = ("utf-8", "cp950", "gb18030", "cp1252")
_SAMPLE: Final = 20_000
_BREAKS: Final = re.compile(r"\r\n?|\n")
_NOT_TEXT: Final = {ord(c): None for c in map(chr, (*range(9), 11, 12, *range(14, 32), 127))} | dict.fromkeys(
    range(0xD800, 0xE000), "\ufffd"
)


def decode(data: bytes, claimed: str = "") -> str:
    """``data`` as text: by the encoding it claims where that fits, else by the likeliest. Never raises."""
    for name in (codec(claimed), "utf-8"):
        if name:
            try:
                return plain(data.decode(name))
            except (UnicodeError, LookupError, ValueError):
                continue
    return plain(data.decode(_guess(data), "replace"))


def codec(claimed: str) -> str:
    """The codec for an encoding as a mail names it; empty for one nobody knows. Only encodings of text."""
    name = claimed.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        known = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return ""
    return name if known is not None and getattr(known, "_is_text_encoding", True) else ""


def _guess(data: bytes) -> str:
    """What text in no declared encoding is most likely in: the two Chinese ones and Western Europe are told apart by content."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 -- only for mail that says something untrue

    found = from_bytes(data[:_SAMPLE], cp_isolation=list(_LIKELY)).best()
    return found.encoding if found is not None else "cp1252"


def header(value: str, claimed: str = "") -> str:
    """A header as people read it, in one line: encoded words (RFC 2047) and bare bytes put right. Never raises."""
    bare = from_wire(value, claimed)
    try:
        pieces = decode_header(bare)
    except (HeaderParseError, ValueError, IndexError):
        pieces = [(bare, None)]
    told = [piece if isinstance(piece, str) else decode(piece, name or claimed) for piece, name in pieces]
    return " ".join(plain("".join(told)).split())


def from_wire(value: str, claimed: str = "") -> str:
    """A header as the parser leaves it (bytes beyond ASCII as surrogates) as text."""
    unfolded = re.sub(r"[\r\n]+", "", value)
    if unfolded.isascii():
        return unfolded
    return decode(unfolded.encode("utf-8", "surrogateescape"), claimed)


def plain(text: str) -> str:
    r"""Text that a database takes: line ends as ``\\n``, no control characters but the tab, no halves of characters."""
    return _BREAKS.sub("\n", text).translate(_NOT_TEXT)
