"""Cells of an .xlsx sheet without a value: errors such as #DIV/0!, and formulas that no program has worked out.

The workbook reader shows both as empty. They are looked up in the sheet's XML, so that they are not taken for empty cells.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

_BLOCK: Final = 1 << 20
_SUSPECT: Final = re.compile(rb't="e"|<f[ >/]')
_CELL: Final = re.compile(rb'<c\b[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(.*)', re.DOTALL)
_VALUE: Final = re.compile(rb"<v>([^<]+)</v>")
_FORMULA: Final = re.compile(rb"<f\b[^>]*>([^<]*)</f>")
_SHEET: Final = re.compile(rb"<sheet\b[^>]*>")
_RELATION: Final = re.compile(rb"<Relationship\b[^>]*>")


def unvalued(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Return row and column (from 0) of such cells → the error, or the formula with its "="; nothing for other workbooks."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as book:
        try:
            part = _part_of(book, sheet)
            with book.open(part) as file:
                return dict(_found(file))
        except (KeyError, ValueError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error):
            return {}  # the workbook reader took it; what it cannot tell is not worth refusing the file


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    tags = _SHEET.findall(book.read("xl/workbook.xml"))
    relation = next((_attribute(tag, "r:id") for tag in tags if _attribute(tag, "name") == sheet), "")
    for tag in _RELATION.findall(book.read("xl/_rels/workbook.xml.rels")):
        if relation and _attribute(tag, "Id") == relation:
            target = _attribute(tag, "Target")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def _attribute(tag: bytes, name: str) -> str:
    match = re.search(rf'\s{name}="([^"]*)"'.encode(), tag)
    return html.unescape(match.group(1).decode()) if match else ""


def _found(file: IO[bytes]) -> Iterator[tuple[tuple[int, int], str]]:
    rest = b""
    while block := file.read(_BLOCK):
        text = rest + block
        end = text.rfind(b"</c>") + 4
        if end < 4:
            rest = text[-_BLOCK:]
            continue
        text, rest = text[:end], text[end:]
        place = 0
        while suspect := _SUSPECT.search(text, place):
            place = text.find(b"</c>", suspect.start())
            cell = _CELL.match(text, text.rfind(b"<c ", 0, suspect.start() + 1), place)
            if cell is not None and (shown := _shown(cell.group(0), cell.group(3))):
                yield (int(cell.group(2)) - 1, _column(cell.group(1))), shown


def _shown(cell: bytes, inside: bytes) -> str:
    value = _VALUE.search(inside)
    if b't="e"' in cell.partition(b">")[0]:
        return value.group(1).decode() if value else ""
    if value is not None or b"<is>" in inside:
        return ""
    formula = _FORMULA.search(inside)
    return "=" + (html.unescape(formula.group(1).decode()) if formula else "…")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
