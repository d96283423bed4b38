"""A list as a file, streamed row by row: CSV for everything, XLSX for the spreadsheet.

A text that a spreadsheet would take for a formula is disarmed: in CSV an apostrophe goes before it, in XLSX it is
written as a string. Numbers and dates are written as such and never need it.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone

from regulars.web.access import User
from regulars.web.listing import cells, keyset
from regulars.web.listing.state import State

BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 2_000
_PIECE = 64 * 1024
_SHEET_ROWS = 1_048_576


def disarm(text: str) -> str:
    """``text``, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _table(state: State, user: User) -> Iterator[list[Any]]:
    columns = [one for one in state.columns if one.export]
    yield [str(one.label) for one in columns]
    for row in keyset.ordered(state.narrowed(user), state.order()).iterator(chunk_size=_CHUNK):
        yield [cells.for_file(one, row) for one in columns]


def csv_chunks(state: State, user: User) -> Iterator[bytes]:
    """The CSV, in pieces: UTF-8 with a byte order mark, so that Excel reads Han characters."""
    piece = io.StringIO(BOM, newline="")
    piece.seek(0, io.SEEK_END)
    writer = csv.writer(piece)
    for row in _table(state, user):
        writer.writerow([_for_csv(value) for value in row])
        if piece.tell() > _PIECE:
            yield piece.getvalue().encode()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue().encode()


def _for_csv(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool() | int() | float():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case _:
            return disarm(str(value))


def xlsx_chunks(state: State, user: User) -> Iterator[bytes]:
    """The workbook, in pieces, from a temporary file: its table of contents comes last."""
    with tempfile.TemporaryFile(suffix=".xlsx") as file:
        _write_book(file, state, user)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write_book(file: IO[bytes], state: State, user: User) -> None:
    import xlsxwriter  # noqa: PLC0415 -- only this function needs it

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        styles = {
            "head": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 1)
        for line, row in zip(range(_SHEET_ROWS), _table(state, user), strict=False):
            for place, value in enumerate(row):
                _write(sheet, line, place, value, styles)


def _write(sheet: Any, line: int, place: int, value: Any, styles: dict[str, Any]) -> None:
    match value:
        case None:
            return
        case int() | float():
            sheet.write_number(line, place, value)
        case Decimal():
            sheet.write_number(line, place, float(value), styles["money"])
        case datetime():
            sheet.write_datetime(line, place, timezone.localtime(value).replace(tzinfo=None), styles["moment"])
        case date():
            sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), styles["day"])  # noqa: DTZ001
        case _:
            sheet.write_string(line, place, str(value), styles["head"] if line == 0 else None)
