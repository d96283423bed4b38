"""Is this a table at all? Everything that is not gets a sentence that says what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

MOST_COLUMNS = 500
_MOST_SHEET_BYTES = 1_500_000_000
_MOST_RATIO = 400
_MOST_MEMBERS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM\x36", b"II*\x00", b"MM\x00*")
_PROGRAMS = (b"\x7fELF", b"MZ\x90", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_TEXT_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27, 0})
_CONTROLS_DELETED = bytes.maketrans(b"", b"")


def kind_of(path: Path) -> str:
    """Return ``text``, ``gzip``, ``excel``, ``parquet`` or ``vcard``.

    Raises:
        UserError: it is no table, with what it is instead.
    """
    if not path.is_file():
        raise UserError(_("There is no file “%(path)s”.") % {"path": path})
    if path.stat().st_size == 0:
        raise UserError(_("The file is empty."))
    with path.open("rb") as file:
        head = file.read(65_536)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        return "excel"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    if is_vcard(head):
        return "vcard"
    refuse_foreign(head)
    return "text"


def is_vcard(head: bytes) -> bool:
    """Whether the first bytes are those of a vCard file, also in UTF-16."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64]
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(mark):
            return start[2:].decode(name, "replace").upper().startswith("BEGIN:VCARD")
    return start.upper().startswith(b"BEGIN:VCARD")


def refuse_foreign(head: bytes) -> None:
    """Refuse what a file's first bytes give away as something other than a table of text.

    Raises:
        UserError: with what it is and what to do.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if not start:
        raise UserError(_("The file is empty."))
    if start.startswith(b"%pdf"):
        raise UserError(_("This is a PDF. Export the table as CSV or Excel instead."))
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<meta")):
        raise UserError(
            _(
                "This is a web page (HTML), whatever its name says. Open it in a spreadsheet and save it as CSV or Excel."
            )
        )
    if b"<svg" in start[:400]:
        raise UserError(_("This is a picture (SVG), not a table. Drop a CSV, TSV, Excel or vCard file here."))
    if start.startswith((b"<?xml", b"<")):
        raise UserError(_("This is an XML file, not a table. Export the table as CSV or Excel instead."))
    if start.startswith((b'{"', b"[{", b"[[", b'["', b"[\n", b"[\r", b"[ ", b"{\n", b"{ ", b"{\r")):
        raise UserError(_("This is a JSON file, not a table. Export the table as CSV or Excel instead."))
    if head.startswith((*_PICTURES, *_PROGRAMS, b"7z\xbc\xaf", b"Rar!", b"SQLite format 3", b"%!PS")):
        raise UserError(_("This is not a table but another sort of file. Drop a CSV, TSV, Excel or vCard file here."))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16_without_mark(head):
        return
    controls = len(head) - len(head.translate(_CONTROLS_DELETED, _TEXT_CONTROLS))
    if controls > 0.02 * len(head) or head.count(0) > 0.02 * len(head):
        raise UserError(_("This is not a table but another sort of file. Drop a CSV, TSV, Excel or vCard file here."))


def utf16_without_mark(head: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` when the zero bytes of the ASCII characters lie on one side and it decodes; else ""."""
    part = head[:8192]
    even, odd, seen = part[0::2].count(0), part[1::2].count(0), max(len(part) // 2, 1)
    for name, nuls, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if nuls > 0.08 * seen and others < 0.01 * seen and _is_text(part[: len(part) // 2 * 2], name):
            return name
    return ""


def _is_text(part: bytes, encoding: str) -> bool:
    text = part.decode(encoding, "replace")
    return sum(char.isprintable() or char in "\r\n\t" for char in text) > 0.97 * len(text) and text.count("\ufffd") < 3


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UserError(_("The file is damaged: it ends before its contents do.")) from error
    names = {member.filename for member in members}
    spreadsheet = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    if not spreadsheet and not ("mimetype" in names and "content.xml" in names):
        raise UserError(_("This is a ZIP archive. Unpack it and drop the tables in it here."))
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if (
        len(members) > _MOST_MEMBERS
        or unpacked > _MOST_SHEET_BYTES
        or (unpacked > 50_000_000 and unpacked / packed > _MOST_RATIO)
    ):
        values = {"size": f"{unpacked / 1e6:,.0f}"}
        raise UserError(
            _(
                "This workbook would unpack to %(size)s MB, which no honest workbook does. Save the sheet as CSV instead."
            )
            % values
        )
    return "excel"


def refuse_too_wide(columns: int) -> None:
    """Refuse a table with more columns than anybody could map.

    Raises:
        UserError: it has more than 500.
    """
    if columns > MOST_COLUMNS:
        values = {"n": f"{columns:,}", "most": MOST_COLUMNS}
        raise UserError(
            _(
                "This table has %(n)s columns; up to %(most)s can be imported. Is the separator right, or are rows and columns swapped?"
            )
            % values
        )
