"""The logical lines of a vCard file (2.1, 3.0, 4.0), streamed: folded lines joined, soft line breaks of quoted-printable too.

An own reader, because a file may hold a million cards or one line of 100 MB: nothing is held but the property at hand, at most
a megabyte of it, and pictures, sounds and keys not at all. (The library vobject reads a file whole, refuses the Outlook and
iPhone cards it is asked to be strict about, and leaves the rest of the file unread after the first card it cannot parse.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final

from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

_PIECE: Final = 1 << 16
MOST_UNPACKED: Final = 4 << 30
LONGEST: Final = 1 << 20
"""Bytes of one property that are kept; the rest of the line is passed over."""
_SKIPPED: Final = re.compile(rb"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|X-MS-CARDPICTURE|X-MS-OL-DESIGN)\b", re.IGNORECASE)
_PRINTABLE: Final = re.compile(rb"^[^:\"]*;(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE)
_BASE64: Final = re.compile(rb"^[^:]*;(?:ENCODING=)?(?:BASE64|B)\b", re.IGNORECASE)
_PROPERTY: Final = re.compile(rb"^(?:[\w-]+\.)?[A-Za-z][\w-]*[;:]")


def logical_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each property as one line, with the number of its first line; properties that hold pictures are left out."""
    held, start = b"", 0
    for number, piece, begins in _pieces(file):
        line = piece.rstrip(b"\r\n") if begins else piece
        if (more := _continuation(held, line, begins=begins)) is not None:
            held = held if _SKIPPED.match(held) else (held + more)[:LONGEST]
            continue
        if held.strip() and not _SKIPPED.match(held):
            yield start, held
        held, start = line, number
    if held.strip() and not _SKIPPED.match(held):
        yield start, held


def _continuation(held: bytes, line: bytes, *, begins: bool) -> bytes | None:
    """What a further line adds to the property at hand; None when it is a property of its own."""
    if not begins:
        return line.rstrip(b"\r\n")  # the rest of an endless line
    if _open_ended(held):
        return line  # after a soft line break of quoted-printable
    if line[:1] in {b" ", b"\t"}:
        return line[1:]
    if held and line and _BASE64.match(held) and not _PROPERTY.match(line):
        return b""  # 2.1 writes base64 over several lines without folding them
    return None


def _pieces(file: IO[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes, and whether they begin a line; long lines come in several pieces."""
    number, begins, total = 0, True, 0
    while piece := file.readline(_PIECE):
        total += len(piece)
        if total > MOST_UNPACKED:
            raise UserError(_("The file is larger than 4 GB when unpacked. Please split it."))
        number += begins
        if begins and number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        for part in piece.split(b"\r") if b"\r" in piece.rstrip(b"\r\n") else (piece,):  # old Macintosh line ends
            yield number, part, begins
            begins = True
        begins = piece.endswith((b"\n", b"\r"))


def _open_ended(held: bytes) -> bool:
    """Whether a property of quoted-printable ends with a soft line break."""
    return held.endswith(b"=") and bool(_PRINTABLE.match(held))
