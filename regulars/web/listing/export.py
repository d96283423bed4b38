"""A list as a file, streamed row by row: CSV for everything, XLSX for the spreadsheet.

A text that a spreadsheet would take for a formula is disarmed: in CSV an apostrophe goes before it, in XLSX it is
written as a string. Numbers and dates are written as such and never need it.
"""

from __future__ import annotations

import csv
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
_SHEET_ROWS = 1_048_576


def disarm(text: str) -> str:
    """``text``, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _table(state: State, user: User) -> Iterator[list[Any]]:
    columns = [one for one in state.columns if one.export]
    yield [str(one.label) for one in columns]
    for row in keyset.ordered(state.narrowed(user), state.order()).iterator(chunk_size=_CHUNK):
        yield [cells.for_file(one, row) for one in columns]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(state: State, user: User) -> Iterator[str]:
    """The lines of the CSV, UTF-8 with a byte order mark so that Excel reads Han characters."""
    writer = csv.writer(_Echo())
    mark = BOM
    for row in _table(state, user):
        yield mark + writer.writerow([_for_csv(value) for value in row])
        mark = ""


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


def xlsx_file(state: State, user: User) -> IO[bytes]:
    """The workbook, in a temporary file, rewound."""
    import xlsxwriter  # noqa: PLC0415 -- only this function needs it

    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 -- closed by the response
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
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
    book.close()
    file.seek(0)
    return file


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
