"""One part of a mail: words or a file, with a harmless name and the type that its content shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import cached_property
from typing import Any, Final

from regulars.channels.email import charsets
from regulars.kit import text

_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_LONGEST_NAME: Final = 120
_BEGINNINGS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"PK\x03\x04", "application/zip", ".zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ".doc"),
    (b"\x1f\x8b", "application/gzip", ".gz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", ".7z"),
    (b"Rar!\x1a\x07", "application/vnd.rar", ".rar"),
    (b"MZ", "application/x-msdownload", ".exe"),
    (b"\x7fELF", "application/x-executable", ""),
    (b"#!", "text/x-script", ".sh"),
)
_WITHIN: Final = {
    "application/zip": re.compile(r"application/(vnd\.openxmlformats|vnd\.oasis|epub|x-zip|zip)[\w.+-]*"),
    "application/x-ole-storage": re.compile(r"application/(msword|vnd\.ms-[\w.-]+|x-ole-storage)"),
}
"""Containers: what may claim to be a narrower type when its content is this."""
_BELIEVED: Final = re.compile(
    r"text/(plain|csv|calendar|x?vcard|x-vcard|markdown|rtf)|(audio|video)/[\w.+-]{1,60}|message/rfc822"
)
"""Types that are believed where the content shows nothing else: a browser runs none of them."""
_ENDINGS: Final = {"text/plain": ".txt", "text/csv": ".csv", "text/calendar": ".ics", "message/rfc822": ".eml"}
_RUNS: Final = frozenset(
    {"application/x-msdownload", "application/x-executable", "application/x-dosexec", "application/x-msi"}
)
_RUNS_BY_NAME: Final = re.compile(
    r"\.(exe|scr|pif|com|bat|cmd|msi|msp|hta|cpl|jar|js|jse|vbs|vbe|wsf|wsh|ps1|lnk|reg|iso|img|vhd|apk|dll)\s*$",
    re.IGNORECASE,
)
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
        return self.type in _RUNS or bool(_RUNS_BY_NAME.search(self.name))


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


def sniff(content: bytes, declared: str = "") -> tuple[str, str]:
    """The type that ``content`` shows, and the ending of names of that type; what shows nothing and might run is only bytes."""
    for beginning, kind, ending in _BEGINNINGS:
        if content.startswith(beginning):
            narrower = _WITHIN.get(kind)
            return (declared, "") if narrower and narrower.fullmatch(declared) else (kind, ending)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    if _BELIEVED.fullmatch(declared):
        return declared, _ENDINGS.get(declared, "")
    return "application/octet-stream", ""


def harmless(name: str, ending: str = "") -> str:
    """A name under which a file may be stored and offered: no path, no control or direction characters, not too long."""
    last = re.split(r"[\\/]", name)[-1]
    cleaned = " ".join(_FORBIDDEN.sub(" ", text.clean(last)).split()).strip(" .")
    if not cleaned:
        return f"attachment{ending}"
    stem, dot, tail = cleaned.rpartition(".")
    if not dot:
        return cleaned[: _LONGEST_NAME - 12] + ending
    return f"{stem[: _LONGEST_NAME - 12]}.{tail[:11]}"
