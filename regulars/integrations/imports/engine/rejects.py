"""The file of rejected rows: the original columns, then row, column, value and what is wrong; to be corrected and dropped in again."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from regulars.integrations.imports.engine.parse import Reject
from regulars.integrations.imports.files import Look
from regulars.integrations.imports.files.look import ERROR_COLUMNS
from regulars.integrations.imports.values.numbers import looks_like_number

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RejectFile:
    """Appends rejects; ``size`` is what has been kept so far, anything beyond is from a chunk that was never committed."""

    def __init__(self, path: Path, look: Look, *, size: int = 0) -> None:
        self.path, self.look, self.size = path, look, size
        if path.exists():
            os.truncate(path, size)

    def append(self, rejects: Iterable[tuple[int, list[str], Reject]]) -> None:
        """Write rejects in the order of their rows."""
        ordered = sorted(rejects, key=lambda entry: entry[0])
        if not ordered:
            return
        text = io.StringIO()
        writer = csv.writer(text)
        if not self.size:
            writer.writerow([*self.look.names, *ERROR_COLUMNS])
        width = len(self.look.columns)
        for number, cells, reject in ordered:
            facts = (str(number), reject.column, reject.value, reject.sentence)
            writer.writerow([harmless(cell) for cell in (*_fitted(cells, width), *facts)])
        data = text.getvalue().encode("utf-8", "replace")
        with open(self.path, "ab", opener=_private) as file:
            if not self.size:
                data = b"\xef\xbb\xbf" + data
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.size += len(data)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not looks_like_number(cell) else cell


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    kept = [cell.replace("\0", "") for cell in cells]
    if len(kept) > width:
        return [*kept[: width - 1], ",".join(kept[width - 1 :])]
    return kept + [""] * (width - len(kept))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
