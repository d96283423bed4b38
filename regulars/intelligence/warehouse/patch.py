"""The patch of the state: whoever was touched since its base was written, batch behind batch in one file that only grows.

A batch holds the rows of one time, sorted by customer. ``present`` is 0 for whoever has no row any more, ``covers`` the number
of the earlier row of the same customer (rows are counted through all batches), −1 where there is none. So a day writes its own rows, and
which ones are in force is told without looking for anybody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa

COLUMNS: Final = (
    "customer_id", "purchases", "first_day", "last_day", "gap_squares", "months", "orders", "returns", "lines", "goods",
    "revenue", "returned", "margin", "uncosted", "first_trade_day", "last_trade_day",
)  # fmt: skip
_SCHEMA: Final = pa.schema([(name, pa.int64()) for name in (*COLUMNS, "present", "covers")])

Columns = dict[str, Any]


@dataclass(frozen=True)
class Patch:
    """Batches of columns, the oldest first."""

    batches: tuple[Columns, ...]

    @classmethod
    def empty(cls) -> Self:
        """Nobody has been touched."""
        return cls(())

    @classmethod
    def read(cls, path: Path, length: int) -> Self:
        """The batches in the first ``length`` bytes, mapped."""
        with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file.read_buffer(length)) as stream:
            return cls(tuple({name: one[name].to_numpy() for name in one.schema.names} for one in stream))

    @property
    def sizes(self) -> list[int]:
        """Rows of each batch."""
        return [len(one["customer_id"]) for one in self.batches]

    @cached_property
    def in_force(self) -> Any:
        """By row through all batches: whether it is there and nothing covers it."""
        covers, stands = self._whole("covers"), self._whole("present") == 1
        stands[covers[covers >= 0]] = False
        return stands

    @property
    def rows_in_force(self) -> int:
        """How many rows nothing covers, those of customers who have none any more included."""
        return sum(self.sizes) - int((self._whole("covers") >= 0).sum())

    @property
    def table(self) -> pa.Table:
        """All rows, with ``in_force``."""
        rows = [pa.record_batch([one[name] for name in COLUMNS], names=list(COLUMNS)) for one in self.batches]
        made = pa.Table.from_batches(rows, pa.schema([(name, pa.int64()) for name in COLUMNS]))
        return made.append_column("in_force", pa.array(self.in_force))

    @property
    def columns(self) -> Columns:
        """The columns of the only batch; none where there is no batch."""
        return self.batches[0] if self.batches else {name: np.empty(0, np.int64) for name in _SCHEMA.names}

    def latest(self, customers: Any) -> Any:
        """The number of each customer's last row; −1 for whoever has none."""
        latest, begin = np.full(len(customers), -1), 0
        for batch, size in zip(self.batches, self.sizes, strict=True):
            at, there = find(batch["customer_id"], customers)
            latest[there] = begin + at[there]
            begin += size
        return latest

    def rows_at(self, numbers: Any) -> Iterator[tuple[Columns, Any, Any]]:
        """The batches with rows of these ``numbers`` (−1 is none), where in the batch they are, and where among the numbers."""
        begin = 0
        for batch, size in zip(self.batches, self.sizes, strict=True):
            here = np.flatnonzero((numbers >= begin) & (numbers < begin + size))
            if len(here):
                yield batch, numbers[here] - begin, here
            begin += size

    def together(self) -> Self:
        """The same in one batch."""
        covers = self._whole("covers")
        order = np.setdiff1d(np.arange(len(covers)), covers)
        order = order[np.argsort(self._whole("customer_id")[order])]
        made = {name: self._whole(name)[order] for name in (*COLUMNS, "present")}
        return type(self)((made | {"covers": np.full(len(order), -1)},))

    def written(self, path: Path, *, behind: int = 0) -> int:
        """Write it all, or the last batch ``behind`` so many bytes of what is there; how many bytes count then."""
        mode, new = ("r+b", self.batches[-1:]) if behind else ("wb", self.batches)
        with path.open(mode) as file:
            file.truncate(behind)
            file.seek(behind)
            if not behind:
                file.write(_SCHEMA.serialize())
            for one in new:
                file.write(pa.record_batch([one[name] for name in _SCHEMA.names], schema=_SCHEMA).serialize())
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def _whole(self, name: str) -> Any:
        return np.concatenate([np.empty(0, np.int64), *(one[name] for one in self.batches)])


def find(ids: Any, customers: Any) -> tuple[Any, Any]:
    """Where among sorted ``ids`` each of some customers is, and whether he is there at all."""
    if not len(ids):
        return np.zeros(len(customers), np.int64), np.zeros(len(customers), bool)
    at = np.searchsorted(ids, np.minimum(customers, np.iinfo(ids.dtype).max).astype(ids.dtype))
    np.minimum(at, len(ids) - 1, out=at)
    return at, ids[at] == customers
