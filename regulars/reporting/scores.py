"""Scores up: from one row a customer in the engine to ``CustomerSummary``, in bulk on both databases.

The rows are put together in the engine, reasons included, and only those that differ from what the record was last told
are written: a hash of each stays behind (``intelligence.memory``).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from regulars.customers.models import CustomerSummary, PartyRole
from regulars.customers.models.relation import BUYING
from regulars.intelligence.days import to_date
from regulars.reporting import copying
from regulars.reporting.copying import CHUNK

if TYPE_CHECKING:
    from regulars.intelligence.nightly import Outcome

STAGES: Final = (
    "recruit",
    "welcome",
    "getting_to_know",
    "account_management",
    "intensify",
    "pre_divorce",
    "divorce",
    "recovery",
)
LISTED: Final[dict[str, str]] = {"stage": "text", "value_class": "text", "revenue_12m": "bigint"}
"""Columns with an index that seldom change: they are left alone where they are as before."""
SORTED: Final[dict[str, str]] = {
    "stage_since": "timestamp", "risk": "float", "expected_order_at": "timestamp", "at_stake": "bigint",
}  # fmt: skip
"""Columns with an index that change more often. SQLite takes every column that is set out of its indexes and puts it back."""
OTHERS: Final[dict[str, str]] = {
    "as_of": "timestamp", "orders_12m": "bigint", "revenue_prior_12m": "bigint", "margin_12m": "bigint",
    "recency_score": "bigint", "frequency_score": "bigint", "monetary_score": "bigint", "value_reasons": "json",
    "value_rank": "bigint", "value_percentile": "float", "stage_reasons": "json", "previous_stage": "text",
    "risk_reasons": "json", "cycle_days": "float", "cycle_low": "float", "cycle_high": "float", "next_action": "text",
    "next_action_reasons": "json",
}  # fmt: skip
COLUMNS: Final = {**LISTED, **SORTED, **OTHERS}
_REACHES: Final = {1: OTHERS, 2: {**SORTED, **OTHERS}, 3: COLUMNS}
"""The columns that are written, by how far the differences of a row reach; 0 where there are none."""
_POSTGRESQL: Final = {
    "timestamp": "timestamptz",
    "json": "jsonb",
    "float": "double precision",
    "bigint": "bigint",
    "text": "text",
}
_NOTHING_TOLD: Final = (
    "(SELECT NULL::BIGINT AS customer_id, 0::UBIGINT AS listed, 0::UBIGINT AS sorted, 0::UBIGINT AS others)"
)
AT_ONCE: Final = 900
"""Parties named in one query."""
SAID_AGAIN: Final = 25
"""Days within which a row is told again though nothing of it is new, so that its moment is never long ago."""
_LARGE: Final = 100_000
"""From so many rows on PostgreSQL writes with two connections."""


def scores_up(outcome: Outcome, as_of: datetime) -> tuple[int, str]:
    """Write the scores that have changed, in transactions of 20,000 rows, so that nobody waits long.

    Returns:
        How many rows were written, and the query of what is to be remembered of what the record was told.
    """
    _put_together(outcome, as_of)
    write = _copy_and_update if connection.vendor == "postgresql" else _update
    written = 0
    for reach, columns in _REACHES.items():
        selected = f"SELECT {', '.join(columns)}, customer_id FROM changed WHERE reach = {reach}"  # noqa: S608 -- our own names
        written += write(outcome.engine, columns, selected)
    outcome.engine.execute("DROP TABLE changed")
    _unstage(outcome)
    return written, "SELECT customer_id, listed, sorted, others FROM telling"


def _put_together(outcome: Outcome, as_of: datetime) -> None:
    """Make the table ``telling``: a hash of each group of columns of the summary, and how far its differences from what was
    last told reach (``_REACHES``); and ``changed``: the columns of those that differ.

    The moment of the analysis does not count as a change; so that it is never long ago, each row is told again once in
    ``SAID_AGAIN`` days, some of them every day.
    """
    from regulars.intelligence.explain import KNOWN_SINCE  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.told import due  # noqa: PLC0415 -- heavy: only for whoever analyses

    engine, today = outcome.engine, outcome.horizon.today
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW dated AS SELECT *, coalesce(since, {KNOWN_SINCE}) AS begun_day, {due(today)} AS due_day FROM score"  # noqa: S608 -- our own names
    )
    lay_midnights(
        engine,
        "SELECT DISTINCT day FROM (SELECT begun_day AS day FROM dated UNION ALL SELECT due_day FROM dated) WHERE day IS NOT NULL",
    )
    engine.execute(
        """CREATE OR REPLACE TEMP VIEW told AS SELECT d.*, begun.at AS begun_at, due.at AS due_at FROM dated d
           LEFT JOIN midnight begun ON begun.day = d.begun_day LEFT JOIN midnight due ON due.day = d.due_day"""
    )
    said = _expressions(outcome)
    listed, sorted_, others = (
        ", ".join(said[name] for name in group if name in said) for group in (LISTED, SORTED, OTHERS)
    )
    turn = f"({today} + customer_id) // {SAID_AGAIN}, {outcome.historical}"
    known = "kept_told" if outcome.remembered else _NOTHING_TOLD
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE telling AS
            WITH now AS (SELECT customer_id, hash({listed}) AS listed, hash({sorted_}) AS sorted, hash({turn}, {others}) AS others FROM told)
            SELECT n.*, CASE WHEN k.customer_id IS NULL OR k.listed <> n.listed THEN 3 WHEN k.sorted <> n.sorted THEN 2
                WHEN k.others <> n.others THEN 1 ELSE 0 END AS reach
            FROM now n LEFT JOIN {known} k USING (customer_id)"""  # noqa: S608 -- our own names
    )
    columns = ", ".join(
        f"{expression} AS {name}" for name, expression in {**said, "as_of": f"'{stamp(as_of)}'"}.items()
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE changed AS
            SELECT customer_id, reach, {columns} FROM told JOIN telling USING (customer_id) WHERE reach > 0 ORDER BY customer_id"""  # noqa: S608 -- our own names
    )


def _expressions(outcome: Outcome) -> dict[str, str]:
    """How each column of the summary follows from a row of scores."""
    from regulars.intelligence import explain, told  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.analyses.next_step import NOTHING_NOW  # noqa: PLC0415 -- heavy: only for whoever analyses

    currency = outcome.horizon.currency or settings.CURRENCY
    stages = " ".join(f"WHEN {number} THEN '{key}'" for number, key in enumerate(STAGES))
    margin = "margin_12m" if outcome.horizon.costs_known else "NULL::BIGINT"
    quiet = ", ".join(f"'{one}'" for one in NOTHING_NOW)
    same = ("orders_12m", "revenue_12m", "revenue_prior_12m", "recency_score", "frequency_score", "monetary_score", "at_stake")  # fmt: skip
    rhythm = {"cycle_days": "usual_days", "cycle_low": "low_days", "cycle_high": "high_days"}
    return {
        **{name: name for name in same},
        **{name: f"CASE WHEN purchases > 1 THEN round_even({days}, 1) END" for name, days in rhythm.items()},
        "margin_12m": margin,
        "value_rank": told.RANK,
        "value_percentile": told.PERCENTILE,
        "value_class": "class",
        "value_reasons": explain.value(currency=currency),
        "stage": f"CASE stage {stages} END",
        "stage_since": "begun_at",
        "stage_reasons": explain.stage(historical=outcome.historical),
        "previous_stage": f"CASE previous {stages} ELSE '' END",
        "risk": f"CASE WHEN purchases > 0 THEN {told.GONE} END",
        "risk_reasons": explain.risk(outcome.calibrations[-1].leaving.shares, historical=outcome.historical),
        "expected_order_at": f"CASE WHEN purchases > 0 AND stage <> {STAGES.index('divorce')} THEN due_at END",
        "next_action": f"CASE WHEN action IN ({quiet}) THEN '' ELSE action END",
        "next_action_reasons": explain.next_step(currency=currency, come_back=outcome.ruler.come_back),
    }  # fmt: skip


def lay_midnights(engine: Any, days: str) -> None:
    """Make the table ``midnight``: the first moment of each of the ``days`` (a SELECT), as the database takes it."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    known = [int(day) for (day,) in engine.execute(days).fetchall()]
    moments = [stamp(midnight(day)) for day in known]
    lay(engine, "midnight", {"day": pa.array(known, pa.int64()), "at": pa.array(moments, pa.string())})


def stamp(moment: datetime) -> str:
    """A moment as both databases take it."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def midnight(day: int) -> datetime:
    """The first moment of a day number in the company's zone, aware."""
    return timezone.make_aware(datetime.combine(to_date(day), time()))


def end_of(day: int) -> datetime:
    """The last second of a day number in the company's zone, aware."""
    return midnight(day + 1) - timedelta(seconds=1)


def _update(engine: Any, columns: dict[str, str], selected: str) -> int:
    assignments = ", ".join(f"{name} = %s" for name in columns)
    statement = f"UPDATE customers_customersummary SET {assignments} WHERE party_id = %s"  # noqa: S608 -- our own names
    found = engine.execute(selected)
    written = 0
    while rows := found.fetchmany(CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, rows)
        written += len(rows)
    return written


def _copy_and_update(engine: Any, columns: dict[str, str], selected: str) -> int:
    """Files by the engine, straight into temporary tables: no row passes through Python. Large writes by two connections."""
    total = engine.execute(f"SELECT count(*) FROM ({selected})").fetchone()[0]  # noqa: S608 -- our own names
    if not total:
        return 0
    parts = ["true"]
    if total >= _LARGE and not connection.in_atomic_block:  # by halves, so that they meet on no page
        middle = engine.execute(f"SELECT median(customer_id)::BIGINT FROM ({selected})").fetchone()[0]  # noqa: S608 -- our own names
        parts = [f"customer_id < {middle}", f"customer_id >= {middle}"]
    with TemporaryDirectory(dir=settings.HOME / "tmp") as folder:
        files = [Path(folder) / f"scores-{part}.csv" for part in range(len(parts))]
        for part, file in zip(parts, files, strict=True):
            copying.to_file(engine, f"{selected} AND {part}", file)
        if len(parts) == 1:
            _copy_file(columns, files[0])
        else:
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(lambda file: _copy_apart(columns, file), files))
    return int(total)


def _copy_apart(columns: dict[str, str], file: Path) -> None:
    """As ``_copy_file``, by a connection of this thread's own."""
    try:
        _copy_file(columns, file)
    finally:
        connection.close()


def _copy_file(columns: dict[str, str], file: Path) -> None:
    """Bring the rows of ``file`` into the summaries."""
    assignments = ", ".join(f"{name} = score.{name}" for name in columns)
    copying.from_file(
        file, "score", {**{name: _POSTGRESQL[kind] for name, kind in columns.items()}, "party_id": "bigint"},
        [name for name, kind in columns.items() if kind == "text"],
        f"""UPDATE customers_customersummary SET {assignments} FROM score
            WHERE score.party_id = customers_customersummary.party_id AND score.line >= %s AND score.line < %s""",  # noqa: S608 -- our own names
    )  # fmt: skip


def _unstage(outcome: Outcome) -> None:
    """Whoever neither buys nor is courted (the people at a company, a household, a vendor) stands in no stage."""
    courted = PartyRole.objects.filter(party=OuterRef("party_id"), role__in=BUYING, valid_to=None)
    others = CustomerSummary.objects.exclude(stage="").filter(~Exists(courted), orders=0, returns=0)
    if outcome.chosen is None:
        _clear(others)
        return
    for some in chunks(sorted(outcome.chosen), AT_ONCE):
        _clear(others.filter(party__in=some))


def _clear(rows: Any) -> None:
    rows.update(
        stage="", stage_since=None, stage_reasons=[], previous_stage="", next_action="", next_action_reasons=[], at_stake=0
    )  # fmt: skip


def chunks(rows: list[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """``rows`` in pieces."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
