"""The rows of a file as lists of text, each with its number; rows that cannot be read as such are handed over broken, with a sentence."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.integrations.imports.files import vcard
from regulars.integrations.imports.files.broken import Broken, Row
from regulars.integrations.imports.files.encoding import open_text
from regulars.integrations.imports.files.form import Look
from regulars.integrations.imports.files.unvalued import unvalued
from regulars.kit.errors import UserError

csv.field_size_limit(1_000_000)
_NEUTRALISED = re.compile(r"^'([=+\-@\t\r])")
_UNREADABLE = re.compile("[\x00\udc80-\udcff]")


def rows(path: Path, look: Look) -> Iterator[Row]:
    """Every row with data: its number in the file (the first line is 1) and its cells. Empty rows are passed over.

    A row has ``look.width`` cells unless it is ``Broken``.
    """
    width, suspicious = look.width, look.mixed_encoding or look.nuls
    for number, cells in numbered(path, look):
        if number < look.first or not (any(cells) or type(cells) is Broken):
            continue
        if len(cells) != width:
            cells = _fitted(cells, width, look)  # noqa: PLW2901 -- the row made to fit
            if not any(cells):
                continue
        if look.error_columns and type(cells) is not Broken:
            cells = [_NEUTRALISED.sub(r"\1", cell) for cell in cells]  # noqa: PLW2901 -- what ``rejects`` made harmless
        if suspicious and type(cells) is not Broken:
            cells = _readable(cells)  # noqa: PLW2901
        yield number, cells


def numbered(path: Path, look: Look) -> Iterator[Row]:
    """Every record with its number, header and titles included."""
    if look.kind == "excel":
        return _excel(path, look.sheet)
    if look.kind == "parquet":
        return _parquet(path)
    if look.kind == "vcard":
        return vcard.cards(path, packed=look.gzip, fallback=look.encoding)
    return _text(path, look)


def _text(path: Path, look: Look) -> Iterator[Row]:
    """CSV records. A quotation mark that is never closed costs its own line only: reading goes on with the next."""
    number = skip = 0
    while True:
        before = 0
        with open_text(path, packed=look.gzip, encoding=look.encoding, tolerant=True) as file:
            ended: list[bool] = []
            source = islice(file, skip, None) if skip else file
            reader = csv.reader(chain(source, _ending(ended)), delimiter=look.delimiter)
            width = look.width if look.columns else -1
            try:
                for cells in reader:
                    line = reader.line_num
                    if (ended or (line - before > 1 and len(cells) != width != -1)) and (
                        number + 1 >= look.first and any(cells)
                    ):
                        break
                    before = line
                    number += 1
                    yield number, cells
                else:
                    return
            except csv.Error:
                pass
        number += 1
        yield number, _unclosed(path, look, skip + before)
        skip += before + 1


def _ending(ended: list[bool]) -> Iterator[str]:
    """No more lines; ``ended`` then holds something: a record that asked for one was cut off within quotation marks."""
    ended.append(True)
    yield from ()


def _unclosed(path: Path, look: Look, line: int) -> Broken:
    with open_text(path, packed=look.gzip, encoding=look.encoding, tolerant=True) as file:
        text = next(islice(file, line, line + 1), "")
    cells = text.rstrip("\r\n").replace('"', "").split(look.delimiter)
    return Broken(
        cells, _("A quotation mark in this row is never closed, or the row does not have as many cells as the header.")
    )


def _fitted(cells: list[str], width: int, look: Look) -> list[str]:
    if type(cells) is Broken:
        return cells
    if len(cells) == 1 and width > 1 and look.kind == "text" and look.delimiter in cells[0]:
        again = split(cells[0], look.delimiter)
        if len(again) == width:
            return again
    if len(cells) > width and not any(cells[width:]):
        return cells[:width]
    if look.kind != "text" and len(cells) < width:
        return cells + [""] * (width - len(cells))
    return Broken(cells, _("This row has %(n)s cells, the header has %(width)s.") % {"n": len(cells), "width": width})


def split(line: str, delimiter: str) -> list[str]:
    """The cells of one line; none when its quotation marks make no sense."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _readable(cells: list[str]) -> list[str]:
    for position, cell in enumerate(cells):
        if match := _UNREADABLE.search(cell):
            if match.group() == "\0":
                return Broken(
                    [one.replace("\0", "") for one in cells],
                    _("This row holds zero bytes (NUL); something went wrong when it was written."),
                    position,
                )
            shown = [_legible(one) for one in cells]
            return Broken(shown, _("This cell is in another encoding than the rest of the file."), position)
    return cells


def _legible(cell: str) -> str:
    raw = cell.encode("utf-8", "surrogateescape")
    for name in ("utf-8", "cp950", "cp1252"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def sheets_of(path: Path) -> tuple[str, ...]:
    """The names of the sheets of a workbook that are tables."""
    with _workbook(path) as book:
        return tuple(book.sheet_names)


def _workbook(path: Path) -> Any:
    import python_calamine  # noqa: PLC0415 -- heavy, and seldom needed

    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise UserError(_("This workbook is protected by a password. Save it without one.")) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UserError(_("This workbook cannot be read. Save it again as .xlsx or CSV.")) from error


def _excel(path: Path, sheet: str) -> Iterator[Row]:
    with _workbook(path) as book:
        table = book.get_sheet_by_name(sheet) if sheet in book.sheet_names else book.get_sheet_by_index(0)
        offset, left = table.start or (0, 0)
        odd: dict[int, dict[int, str]] = {}
        for (row, column), shown in unvalued(path, table.name).items():
            odd.setdefault(row + 1, {})[column - left] = shown
        for number, cells in enumerate(table.to_python(skip_empty_area=True), start=offset + 1):
            texts = [_as_text(cell) for cell in cells]
            for place, shown in odd.get(number, {}).items():
                if 0 <= place < len(texts) and not texts[place]:
                    texts[place] = shown
            yield number, texts


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa  # noqa: PLC0415 -- heavy, and seldom needed
    import pyarrow.parquet as pq  # noqa: PLC0415 -- heavy, and seldom needed

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise UserError(_("This Parquet file cannot be read.")) from error
    yield 1, [str(name) for name in file.schema_arrow.names]
    number = 1
    for batch in file.iter_batches(batch_size=8_192):
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            yield number, [_as_text(cell) for cell in cells]


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
