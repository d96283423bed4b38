"""One part of a mail: words or a file, with a harmless name and the type that its content shows."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import cached_property
from typing import Any, Final

from regulars.channels.email import charsets
from regulars.kit.files import harmless, runs, sniff

SAFE_IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True)
class Piece:
    """A leaf of a mail. ``is_words``: it is read, not downloaded. ``type`` is by content for files, as declared for words."""

    type: str
    content: bytes
    name: str = ""
    charset: str = ""
    content_id: str = ""
    is_words: bool = False
    declared: str = ""

    @cached_property
    def text(self) -> str:
        """Its content as text."""
        return charsets.decode(self.content, self.charset)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    @property
    def runs(self) -> bool:
        """Whether it is a program, by content or by what a desk computer would do with its name."""
        return runs(self.type, self.name)


def of(part: Message, *, alternative: bool) -> Piece:
    """The leaf that ``part`` is. Never raises for what a sender wrote, except RecursionError for a mail nested too deeply."""
    declared = _declared(part)
    content = _content(part)
    charset = _parameter(part, "charset")
    content_id = charsets.header(_header(part, "content-id")).strip("<> ")
    name = _name(part)
    disposition = _header(part, "content-disposition").partition(";")[0].strip().lower()
    words = (
        declared in {"text/plain", "text/html", "text/enriched", "text"} and disposition != "attachment" and not name
    )
    if words or (alternative and declared in {"text/plain", "text/html"} and disposition != "attachment"):
        return Piece(declared, content, "", charset, content_id, is_words=True, declared=declared)
    if declared.startswith("multipart/"):  # its parts could not be told apart
        return Piece("text/plain", content, "", charset, is_words=True, declared=declared)
    kind, ending = sniff(content, declared)
    return Piece(kind, content, harmless(name, ending), charset, content_id, declared=declared)


def _declared(part: Message) -> str:
    return part.get_content_type()


def _header(part: Message, name: str) -> str:
    for known, value in part.raw_items():
        if known.lower() == name:
            return charsets.from_wire(str(value))
    return ""


def _parameter(part: Message, name: str) -> str:
    try:
        found: Any = part.get_param(name, "")
        return charsets.from_wire(str(collapse_rfc2231_value(found)))[:80]
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""


def _name(part: Message) -> str:
    for name, header in (("filename", "content-disposition"), ("name", "content-type")):
        try:
            found: Any = part.get_param(name, "", header)
            told = charsets.header(str(collapse_rfc2231_value(found))) if found else ""
        except (ValueError, TypeError, LookupError, AttributeError):
            told = ""
        if told:
            return told
    return ""


def _content(part: Message) -> bytes:
    payload: Any = part.get_payload()
    if isinstance(payload, list):  # a mail within a mail, or a report
        try:
            return b"\n".join(one.as_bytes() for one in payload if isinstance(one, Message))
        except (ValueError, TypeError, LookupError, AttributeError, UnicodeError):
            return b""
    try:
        decoded: Any = part.get_payload(decode=True)
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError):
        decoded = None
    if isinstance(decoded, bytes):
        return decoded
    return str(payload or "").encode("utf-8", "surrogateescape")
