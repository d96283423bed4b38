"""A list as a file, streamed row by row: CSV for everything, XLSX for the spreadsheet.

A text that a spreadsheet would take for a formula is disarmed: in CSV an apostrophe goes before it, in XLSX it is
written as a string. Numbers and dates are written as such and never need it.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from django.http import HttpRequest
from django.utils import timezone

from regulars.web.access import User
from regulars.web.listing import cells, keyset
from regulars.web.listing.state import State
from regulars.web.resources import Rows, Text

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 2_000
_PIECE = 64 * 1024
_SHEET_ROWS = 1_048_576


@dataclass(frozen=True, slots=True)
class Way:
    """A further form in which a resource's rows leave, besides the list as it is seen; ``chunks(rows)`` makes the file."""

    key: str
    label: Text
    suffix: str
    content_type: str
    chunks: Callable[[Rows], Iterator[bytes]]


_ways: dict[str, dict[str, Way]] = defaultdict(dict)
heard: Final[list[Callable[[HttpRequest, str, str, int], None]]] = []
"""Called with request, resource, form and number of rows whenever a list is taken away."""


def register(resource: str, way: Way) -> None:
    """Offer a further form for a resource."""
    _ways[resource][way.key] = way


def ways_of(resource: str) -> list[Way]:
    """The further forms of a resource."""
    return list(_ways[resource].values())


def way_called(resource: str, key: str) -> Way | None:
    """The form called ``key``."""
    return _ways[resource].get(key)


def disarm(text: str) -> str:
    """``text``, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _table(state: State, user: User) -> Iterator[list[Any]]:
    columns = [one for one in state.columns if one.export]
    yield [str(one.label) for one in columns]
    for row in keyset.ordered(state.narrowed(user), state.order()).iterator(chunk_size=_CHUNK):
        yield [cells.for_file(one, row) for one in columns]


def csv_chunks(state: State, user: User) -> Iterator[bytes]:
    """The list as CSV, in pieces."""
    return csv_of(_table(state, user))


def csv_of(lines: Iterable[list[Any]], *, disarmed: bool = False) -> Iterator[bytes]:
    """Lines as CSV, in pieces: UTF-8 with a byte order mark, so that Excel reads Han characters."""
    piece = io.StringIO(BOM, newline="")
    piece.seek(0, io.SEEK_END)
    writer = csv.writer(piece)
    for row in lines:
        writer.writerow([value if disarmed and isinstance(value, str) else _for_csv(value) for value in row])
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
    """The list as a workbook, in pieces."""
    return xlsx_of(_table(state, user))


def xlsx_of(lines: Iterable[list[Any]]) -> Iterator[bytes]:
    """Lines as a workbook, in pieces, from a temporary file: its table of contents comes last."""
    with tempfile.TemporaryFile(suffix=".xlsx") as file:
        _write_book(file, lines)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write_book(file: IO[bytes], lines: Iterable[list[Any]]) -> None:
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
        for line, row in zip(range(_SHEET_ROWS), lines, strict=False):
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
