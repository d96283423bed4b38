"""Files of strangers: the type that their content shows, a harmless name, and whether they are programs."""

from __future__ import annotations

import re
from typing import Final

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


def runs(kind: str, name: str) -> bool:
    """Whether a file is a program, by the type of its content or by what a desk computer would do with its name."""
    return kind in _RUNS or bool(_RUNS_BY_NAME.search(name))
