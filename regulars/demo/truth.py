"""The truth about the demonstration company, kept outside the record: REGULARS_HOME/demo/truth.parquet.

One row per customer; columns are explained in docs/demo.md. ``stages`` is the true stage on each of the dates that the
file's metadata calls ``stage_dates`` (every 28 days back from the day of loading), one letter each, as in ``LETTERS``. The metadata
say too which group follows which (``followed``).
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from regulars.demo.simulator import baskets
from regulars.demo.simulator.arrays import Days
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.model import DAYS, WEEKS, Kind, State, TrueStage
from regulars.demo.simulator.relationships import NOT_YET

if TYPE_CHECKING:
    import pyarrow as pa

LETTERS: Final = "-rwgaipdy"
"""Not yet known, recruit, welcome, getting to know, account management, intensify, pre-divorce, divorce, recovery."""
EVERY_WEEKS: Final = 4
_WEEKS_SHOWN: Final = list(range(WEEKS % EVERY_WEEKS, WEEKS + 1, EVERY_WEEKS))


def path(home: Path) -> Path:
    """Where the truth is kept under the data folder."""
    return home / "demo" / "truth.parquet"


class TruthFile:
    """Written chunk by chunk; ``with`` closes it."""

    def __init__(self, file: Path, company_seed: int) -> None:
        self._file, self._seed = file, company_seed
        self._writer: Any = None

    def __enter__(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def add(self, company: Company, party_ids: range, external_ids: list[str]) -> None:
        """Append the customers of a chunk."""
        import pyarrow.parquet as pq  # noqa: PLC0415 -- only whoever loads the demonstration pays for it

        table = _table(company, party_ids, external_ids, self._seed)
        self._writer = self._writer or pq.ParquetWriter(self._file, table.schema)
        self._writer.write_table(table)


def _table(company: Company, party_ids: range, external_ids: list[str], seed: int) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 -- see TruthFile.add

    people, course = company.people, company.course
    stage = course.stages[:, WEEKS]
    gone = course.state == State.LEFT
    dates = [str(company.market.opened + timedelta(days=7 * week)) for week in _WEEKS_SHOWN]
    bounds = {
        "as_of": str(company.market.today),
        "seed": str(seed),
        "stage_dates": json.dumps(dates),
        "letters": LETTERS,
        "followed": json.dumps({
            "first": baskets.FOLLOWED[0], "then": baskets.FOLLOWED[1], "within_days": baskets.FOLLOWED_DAYS,
            "chance": baskets.FOLLOWED_CHANCE,
        }),
        "faithful": str(baskets.FAITHFUL),
    }  # fmt: skip
    return pa.table(
        {
            "party_id": pa.array(list(party_ids), pa.int64()),
            "external_id": external_ids,
            "type": [Kind(kind).name.lower() for kind in people.kind.tolist()],
            "rate": np.where(gone, 0.0, course.rate),
            "base_rate": people.rate,
            "regularity": people.regularity,
            "spend_level": people.level,
            "spend_trend": people.trend,
            "satisfaction": course.satisfaction,
            **{f"favourite_{staple}": _codes(company, place) for place, staple in enumerate(baskets.STAPLES)},
            "alive": ~gone,
            "state": [State(state).name.lower() for state in course.state.tolist()],
            "first_contact": _dates(company, people.lead_at),
            "first_order": _dates(company, people.first_at),
            "left_on": _dates(company, np.where(gone, course.left_at, np.inf)),
            "returned_on": _dates(company, np.where(course.returned_at > 0, course.returned_at, np.inf)),
            "stage": [TrueStage(number).name.lower() if number != NOT_YET else None for number in stage.tolist()],
            "stage_since": _dates(company, _since(company)),
            "stages": _letters(company),
        }
    ).replace_schema_metadata(bounds)


def _codes(company: Company, staple: int) -> list[str | None]:
    """The code of each customer's favourite product; None for whoever has none."""
    codes = company.market.goods.code
    return [codes[one] if one >= 0 else None for one in company.habits.favourite[:, staple].tolist()]


def _since(company: Company) -> Days:
    """The week in which each customer came into the present stage, in days."""
    stages = company.course.stages
    same = stages[:, ::-1] == stages[:, -1:]
    weeks = np.where(same.all(axis=1), stages.shape[1], np.argmin(same, axis=1))
    since: Days = 7.0 * (stages.shape[1] - weeks)
    return since


def _letters(company: Company) -> list[str]:
    codes = np.frombuffer(LETTERS.encode(), np.uint8)[company.course.stages[:, _WEEKS_SHOWN] - NOT_YET]
    return [row.tobytes().decode() for row in np.ascontiguousarray(codes)]


def _dates(company: Company, days: Days) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 -- see TruthFile.add

    opened = np.datetime64(company.market.opened, "D")
    known = days < DAYS
    return pa.array(opened + np.floor(np.where(known, days, 0)).astype("timedelta64[D]"), mask=~known)
