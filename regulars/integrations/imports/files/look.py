"""Looking at a file: encoding, separator, header, and what each column is made of."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.integrations.imports.files import encoding, guard, reader, vcard
from regulars.integrations.imports.files.broken import Broken, Row
from regulars.integrations.imports.files.form import Column, Corrections, Look
from regulars.integrations.imports.files.guard import is_vcard
from regulars.integrations.imports.values import dates, formulas, numbers
from regulars.integrations.imports.values.texts import is_blank, read_text
from regulars.kit.errors import UserError

SURVEYED = 50_000
ERROR_COLUMNS = ("import row", "import column", "import value", "import problem")
"""What a file of rejects has after the original columns, so that it can be dropped in again."""
_DELIMITERS = (",", ";", "\t", "|")
_MOST_DISTINCT = 20_000
_SHOWN = 10


def look(path: Path, *, name: str = "", corrections: Corrections | None = None) -> Look:
    """Find out how the file is written.

    Raises:
        UserError: it is no table, or one that nobody could import, with a sentence that says what to do.
    """
    say = corrections or Corrections()
    found = _open(path, Look(name=name or path.name, size=path.stat().st_size if path.exists() else 0), say)
    head = list(islice(reader.numbered(path, found), 200))
    if not any(any(cells) for _number, cells in head):
        raise UserError(_("The file is empty."))
    guard.refuse_too_wide(max(len(cells) for _number, cells in head))
    found = _of_cards(found) if found.kind == "vcard" else _with_header(found, head, say)
    found = _surveyed(path, found)
    if not found.rows:
        raise UserError(_("The file has a header and no rows."))
    return found


def _open(path: Path, found: Look, say: Corrections) -> Look:
    kind = guard.kind_of(path)
    if kind == "excel":
        sheets = reader.sheets_of(path)
        return replace(
            found,
            kind="excel",
            encoding="",
            delimiter="",
            sheets=sheets,
            sheet=say.sheet if say.sheet in sheets else _fullest(path, sheets),
        )
    if kind == "parquet":
        return replace(found, kind="parquet", encoding="", delimiter="")
    packed = kind == "gzip"
    if kind == "vcard" or (packed and _holds_cards(path)):
        return replace(found, kind="vcard", gzip=packed, encoding="cp950", delimiter="")
    seen = encoding.detect(path, packed=packed)
    found = replace(
        found,
        gzip=packed,
        encoding=seen.name,
        bom=seen.bom,
        mixed_encoding=seen.mixed,
        nuls=seen.nuls,
        rows=seen.lines,
        rows_exact=False,
    )
    if say.encoding and say.encoding != seen.name.removesuffix("-sig"):
        found = replace(found, encoding=say.encoding, mixed_encoding=True)
    delimiter = say.delimiter or _delimiter(path, found)
    return replace(found, delimiter=delimiter)


def _holds_cards(path: Path) -> bool:
    try:
        with encoding.open_bytes(path, packed=True) as file:
            return is_vcard(file.read(1_024))
    except (EOFError, OSError, zlib.error):
        return False  # said with its sentence by whoever reads it next


def _fullest(path: Path, sheets: Sequence[str]) -> str:
    """The first sheet that holds a table of some size; a cover page seldom does."""
    for sheet in sheets:
        if sum(1 for _row in islice(reader.numbered(path, Look("", 0, kind="excel", sheet=sheet)), 3)) > 1:
            return sheet
    return sheets[0] if sheets else ""


def _delimiter(path: Path, found: Look) -> str:
    with encoding.open_text(path, packed=found.gzip, encoding=found.encoding, tolerant=True) as file:
        lines = list(islice(file, 120))
    lines = [line[:200_000] for line in lines]
    return max(_DELIMITERS, key=lambda mark: _fitness(lines, mark))


def _fitness(lines: list[str], mark: str) -> tuple[float, int]:
    """Share of records with the commonest number of cells, and that number; wholly quoted lines are opened first."""
    try:
        records = [cells for cells in csv.reader(lines, delimiter=mark) if any(cells)]
    except csv.Error:
        return 0.0, 0
    records = [_opened(cells, mark) for cells in records]
    widths = Counter(len(cells) for cells in records)
    if not widths:
        return 0.0, 0
    width, count = widths.most_common(1)[0]
    if width < 2:
        return 0.0, 0
    fits_header = 0.3 if len(records[0]) == width else 0.0
    return round(count / len(records) + fits_header + min(width, 20) / 100, 3), width


def _with_header(found: Look, beginning: list[Row], say: Corrections) -> Look:
    head = [_opened(cells, found.delimiter) for _number, cells in beginning]
    width = _width(head[:100])
    start = next(
        (
            i
            for i, cells in enumerate(head[:30])
            if sum(bool(c.strip()) for c in cells) >= max(0.6 * width, 1) and len(cells) >= width
        ),
        0,
    )
    first = head[start]
    rest = [cells for cells in head[start + 1 :] if len(cells) == len(first)]
    if len(first) > width and not any(first[width:]):
        first = first[:width]
    has_header = say.header == "yes" if say.header else _is_header(first, rest)
    names, notes = _names(first if has_header else [""] * len(first))
    errors = 0
    if has_header and tuple(name.casefold() for name in names[-4:]) == ERROR_COLUMNS:
        names, errors = names[:-4], 4
        notes.append(_("This is a file of rejected rows; its last four columns are left aside."))
    if start:
        notes.append(_("%(n)s lines above the header are passed over.") % {"n": start})
    if not has_header:
        notes.append(_("There is no header: the columns are called by their place."))
    if found.mixed_encoding:
        notes.append(_("Some rows are in another encoding than the rest; they will be rejected, each with its number."))
    if found.nuls:
        notes.append(_("Some rows hold zero bytes (NUL); they will be rejected, each with its number."))
    number = beginning[start][0]  # a sheet may begin further down
    return replace(
        found,
        has_header=has_header,
        first=number + 1 if has_header else number,
        columns=tuple(Column(name) for name in names),
        notes=tuple(notes),
        error_columns=errors,
    )


def _of_cards(found: Look) -> Look:
    return replace(found, has_header=True, first=1, columns=tuple(Column(name) for name in vcard.COLUMNS))


def _width(head: list[list[str]]) -> int:
    """How many cells most rows have; the first row decides a draw, and empty cells beyond it do not count."""
    rows = [cells for cells in head if any(cells)]
    first = len(rows[0])
    widths = Counter(first if len(cells) > first and not any(cells[first:]) else len(cells) for cells in rows)
    return max(widths, key=lambda n: (widths[n], n == first, n))


def _opened(cells: list[str], delimiter: str) -> list[str]:
    if len(cells) == 1 and delimiter and delimiter in cells[0]:
        return reader.split(cells[0], delimiter) or cells
    return cells


def _is_header(first: list[str], rest: list[list[str]]) -> bool:
    """Names do not look like numbers, dates or addresses; data below them mostly do somewhere."""
    filled = [cell for cell in first if cell.strip()]
    if not filled or any(numbers.looks_like_number(cell) or dates.classify(cell) or "@" in cell for cell in filled):
        return False
    if not rest:
        return True
    for position in range(len(first)):
        below = [cells[position] for cells in rest if not is_blank(cells[position])]
        valued = sum(numbers.looks_like_number(cell) or bool(dates.classify(cell)) or "@" in cell for cell in below)
        if below and valued > 0.5 * len(below):
            return True
    return len(set(filled)) == len(filled) and not any(
        cell in {c[i] for c in rest} for i, cell in enumerate(first) if cell.strip()
    )


def _names(first: list[str]) -> tuple[list[str], list[str]]:
    names: list[str] = []
    notes: list[str] = []
    used: set[str] = set()
    for place, raw in enumerate(first, start=1):
        base = read_text(raw)[:120] or _("Column %(n)s") % {"n": place}
        name, count = base, 1
        while name in used:
            count += 1
            name = f"{base} ({count})"
        if count > 1:
            notes.append(
                _("The column “%(name)s” occurs more than once; a further one is called “%(other)s”.")
                % {"name": base, "other": name}
            )
        used.add(name)
        names.append(name)
    return names, notes


def _surveyed(path: Path, found: Look) -> Look:
    taken = list(islice(reader.rows(path, found), SURVEYED + 1))
    good = [cells for _number, cells in taken[:SURVEYED] if type(cells) is not Broken]
    if not good:
        sample: tuple[tuple[str, ...], ...] = tuple(tuple(cells) for _number, cells in taken[:_SHOWN])
        return replace(found, rows=len(taken), rows_exact=True, sample=sample)
    columns = list(zip(*good, strict=True))[: len(found.columns)]
    complete = len(taken) <= SURVEYED
    return replace(
        found,
        columns=tuple(_survey(column.name, values) for column, values in zip(found.columns, columns, strict=True)),
        sample=tuple(tuple(cells[: len(found.columns)]) for cells in good[:_SHOWN]),
        rows=len(taken) if complete else max(found.rows - found.first + 1, len(taken), _cards_in(path, found)),
        rows_exact=complete,
    )


def _cards_in(path: Path, found: Look) -> int:
    """About how many cards there are, by the size of those read."""
    if found.kind != "vcard":
        return 0
    with encoding.open_bytes(path, packed=found.gzip) as file:
        head = file.read(1 << 22)
    return int(head.upper().count(b"BEGIN:VCARD") * max(found.size / max(len(head), 1), 1))


def _survey(name: str, values: Sequence[str]) -> Column:
    filled = [value for value in values if not is_blank(value) and formulas.problem(value) is None]
    if not filled:
        return Column(name)
    distinct = list(dict.fromkeys(filled))
    few = distinct[:300]
    numeric = sum(numbers.looks_like_number(value) for value in few) / len(few)
    order = dates.detect_order(few)
    if order and order not in {"", "serial"}:
        order = dates.detect_order(distinct[:_MOST_DISTINCT])
    if order == "serial" and not any(word in name.casefold() for word in ("date", "time", "日", "時")):
        order = ""
    style = numbers.DecimalStyle()
    if numeric > 0.3:
        style, _evidence = numbers.detect_style(distinct[:_MOST_DISTINCT])
    return Column(
        name=name,
        examples=tuple(value.strip()[:80] for value in distinct[:4]),
        date_order=order,
        numeric=round(numeric, 3),
        mark=style.mark,
        mixed=style.mixed,
        filled=round(len(filled) / len(values), 4),
        distinct=round(len(distinct) / len(filled), 4),
    )
