"""Forecasts up: from the tables that analyses leave in the engine (``GIVES``) to ``CustomerForecast``, in bulk on both databases.

One row a customer is put together in the engine with a hash of it, some customers after the other; only rows whose hash
differs from that in the record are written, in transactions of 20,000, so that nobody waits long.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction

from regulars.intelligence import analyses, trust
from regulars.intelligence.analyses.base import FORECAST, rests
from regulars.reporting import copying
from regulars.reporting.copying import CHUNK
from regulars.reporting.models import CustomerForecast
from regulars.reporting.scores import AT_ONCE, chunks, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from regulars.intelligence.nightly import Outcome

Believed = dict[str, dict[str, bool]]
MONEY: Final = ("money", "money_low", "money_high")
COLUMNS: Final = ("party_id", "as_of", "currency", *FORECAST, "mark")
PART: Final = 100_000
"""Customers whose rows are put together at once: as text, all of a million would take more than a gigabyte."""
_LOWEST, _HIGHEST = 0, 2**63 - 1
_CHANGED: Final = f"""SELECT {", ".join(f"f.{name}" for name in COLUMNS)} FROM forecast f LEFT JOIN mark m USING (party_id)
    WHERE m.mark IS DISTINCT FROM f.mark ORDER BY f.party_id"""  # noqa: S608 -- our own names
_TYPES: Final = {"share": "DOUBLE", "number": "DOUBLE", "money": "BIGINT", "list": "VARCHAR"}
_POSTGRESQL: Final = {"DOUBLE": "double precision", "BIGINT": "bigint", "VARCHAR": "jsonb"}


def believed(outcome: Outcome) -> Believed:
    """By column of the forecasts: whether the model behind it may be believed, and whether its money may."""
    told: Believed = {}
    for name, (result, _) in outcome.results.items():
        analysis = analyses.get(name)
        verdict = trust.judgement(rests(analysis), result.trust())
        for column in (one for columns in analysis.GIVES.values() if result.enough for one in columns):
            told[column] = {"trusted": not verdict.doubts(column), "amounts": not verdict.hides(column)}
    return told


def forecasts_up(outcome: Outcome, as_of: datetime, trusted: Believed) -> int:
    """Write the forecasts that have changed and remove those of nobody; returns how many rows were written.

    Only a run about everybody foretells: in the others, forecasts stay as the night left them.
    """
    if outcome.chosen is not None:
        return 0
    engine, foretold, written = outcome.engine, _foretold(outcome, as_of, trusted), 0
    for low, high in _ranges(engine):
        engine.execute(f"CREATE OR REPLACE TEMP TABLE forecast AS {foretold}", {"low": low, "high": high})
        _lay_marks(engine, low, high)
        gone = engine.execute("SELECT party_id FROM mark ANTI JOIN forecast USING (party_id)").fetchall()
        for some in chunks([pk for (pk,) in gone], AT_ONCE):
            CustomerForecast.objects.filter(pk__in=some).delete()
        write = _copy if connection.vendor == "postgresql" else _insert
        written += write(engine, _CHANGED)
    engine.execute("DROP TABLE forecast")
    return written


def _ranges(engine: Any) -> list[tuple[int, int]]:
    """Ranges of numbers of parties that cover all, each of about ``PART`` customers."""
    from regulars.intelligence.warehouse.frames import ranges  # noqa: PLC0415 -- heavy: only for whoever analyses

    cuts = [low for low, _ in ranges(engine, "customer", "customer_id", PART)][1:]
    return list(pairwise((_LOWEST, *cuts, _HIGHEST)))


def _foretold(outcome: Outcome, as_of: datetime, trusted: Believed) -> str:
    """The SELECT of what is foretold of the parties from ``$low`` on and below ``$high``; money is left out where it is not
    to be believed.
    """
    given: dict[str, dict[str, str]] = {}
    for name in analyses.names():
        if name in outcome.results and outcome.results[name][0].enough:
            for table, columns in analyses.get(name).GIVES.items():
                for column in columns:
                    given.setdefault(column, {})[table] = name
    told = {column: _told(column, given.get(column, {}), trusted) for column in FORECAST}
    tables = sorted({table for tables in given.values() for table in tables})
    joins = " ".join(
        f"LEFT JOIN (SELECT * FROM {table} WHERE customer_id >= $low AND customer_id < $high) {table} USING (customer_id)"  # noqa: S608 -- our own names
        for table in tables
    )
    some = " OR ".join(f"{table}.customer_id IS NOT NULL" for table in tables) or "false"
    listed = ", ".join(f"{expression} AS {column}" for column, expression in told.items())
    return f"""WITH rows AS (
            SELECT c.customer_id AS party_id, '{stamp(as_of)}' AS as_of, '{outcome.horizon.currency}' AS currency, {listed}
            FROM customer c {joins} WHERE c.customer_id >= $low AND c.customer_id < $high AND ({some}))
        SELECT *, (hash(currency, {", ".join(FORECAST)}) >> 1)::BIGINT AS mark FROM rows"""  # noqa: S608 -- our own names


def _told(column: str, givers: dict[str, str], trusted: Believed) -> str:
    """The expression of a column, given by some tables (each of an analysis): lists are joined, else the first that knows.

    It is told no finer than it is known (``intelligence.told``), so that few rows differ from those of the day before.
    """
    from regulars.intelligence import told  # noqa: PLC0415 -- heavy: only for whoever analyses

    kind = _TYPES[FORECAST[column]]
    if kind == "VARCHAR":
        parts = ", ".join(
            f"nullif(substring({table}.{column}, 2, length({table}.{column}) - 2), '')" for table in givers
        )
        return f"'[' || concat_ws(', ', {parts or 'NULL'}) || ']'"
    believed = [
        f"{table}.{column}" for table in givers if column not in MONEY or trusted.get(column, {}).get("amounts")
    ]
    if not believed:
        return f"NULL::{kind}"
    say = {"share": told.chance, "number": told.few, "money": told.money}[FORECAST[column]]
    return say(f"coalesce({', '.join(believed)})::DOUBLE")


def _lay_marks(engine: Any, low: int, high: int) -> None:
    """Make the table ``mark``: what the record has now of the parties in a range."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT party_id, mark FROM reporting_customerforecast WHERE party_id >= %s AND party_id < %s", [low, high]
        )
        rows = cursor.fetchall()
    lay(engine, "mark", {
        "party_id": pa.array([one for one, _ in rows], pa.int64()), "mark": pa.array([one for _, one in rows], pa.int64()),
    })  # fmt: skip


def _upsert(source: str) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    return f"INSERT INTO reporting_customerforecast ({names}) {source} ON CONFLICT (party_id) DO UPDATE SET {changes}"


def _insert(engine: Any, changed: str) -> int:
    statement = _upsert(f"VALUES ({', '.join(['%s'] * len(COLUMNS))})")
    found, written = engine.execute(changed), 0
    while rows := found.fetchmany(CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, rows)
        written += len(rows)
    return written


def _copy(engine: Any, changed: str) -> int:
    """By a file, on PostgreSQL."""
    fixed = {"party_id": "bigint", "as_of": "timestamptz", "currency": "text", "mark": "bigint"}
    types = {name: fixed.get(name) or _POSTGRESQL[_TYPES[FORECAST[name]]] for name in COLUMNS}
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    statement = _upsert(f"SELECT {names} FROM foretold WHERE line >= %s AND line < %s")  # noqa: S608 -- our own names
    with TemporaryDirectory(dir=settings.HOME / "tmp") as folder:
        file = Path(folder) / "forecasts.csv"
        copying.to_file(engine, changed, file)
        return copying.from_file(file, "foretold", types, ["currency"], statement)
