"""Forecasts up: from the tables that analyses leave in the engine (``GIVES``) to ``CustomerForecast``, in bulk on both databases.

One row a customer is put together in the engine with a hash of it; only rows whose hash differs from that in the record
are written, in transactions of 20,000, so that nobody waits long.
"""

from __future__ import annotations

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
    _put_together(outcome, as_of, trusted)
    _lay_marks(outcome.engine)
    engine = outcome.engine
    gone = engine.execute("SELECT party_id FROM mark WHERE party_id NOT IN (SELECT party_id FROM forecast)").fetchall()
    for some in chunks([pk for (pk,) in gone], AT_ONCE):
        CustomerForecast.objects.filter(pk__in=some).delete()
    changed = f"""SELECT {", ".join(f"f.{name}" for name in COLUMNS)} FROM forecast f LEFT JOIN mark m USING (party_id)
                  WHERE m.mark IS DISTINCT FROM f.mark ORDER BY f.party_id"""  # noqa: S608 -- our own names
    write = _copy if connection.vendor == "postgresql" else _insert
    return write(engine, changed)


def _put_together(outcome: Outcome, as_of: datetime, trusted: Believed) -> None:
    """Make the table ``forecast``; money is left out where it is not to be believed."""
    given: dict[str, dict[str, str]] = {}
    for name in analyses.names():
        if name in outcome.results and outcome.results[name][0].enough:
            for table, columns in analyses.get(name).GIVES.items():
                for column in columns:
                    given.setdefault(column, {})[table] = name
    told = {column: _told(column, given.get(column, {}), trusted) for column in FORECAST}
    tables = sorted({table for tables in given.values() for table in tables})
    joins = " ".join(f"LEFT JOIN {table} USING (customer_id)" for table in tables)
    some = " OR ".join(f"{table}.customer_id IS NOT NULL" for table in tables) or "false"
    listed = ", ".join(f"{expression} AS {column}" for column, expression in told.items())
    outcome.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE forecast AS
            WITH rows AS (SELECT c.customer_id AS party_id, '{stamp(as_of)}' AS as_of, '{outcome.horizon.currency}' AS currency, {listed}
                          FROM customer c {joins} WHERE {some})
            SELECT *, (hash(currency, {", ".join(FORECAST)}) >> 1)::BIGINT AS mark FROM rows"""  # noqa: S608 -- our own names
    )


def _told(column: str, givers: dict[str, str], trusted: Believed) -> str:
    """The expression of a column (no finer than it is shown, so that few rows differ), given by some tables (each of an analysis): lists are joined, else the first that knows."""
    kind = _TYPES[FORECAST[column]]
    if kind == "VARCHAR":
        parts = ", ".join(
            f"nullif(substring({table}.{column}, 2, length({table}.{column}) - 2), '')" for table in givers
        )
        return f"'[' || concat_ws(', ', {parts or 'NULL'}) || ']'"
    believed = [
        f"{table}.{column}" for table in givers if column not in MONEY or trusted.get(column, {}).get("amounts")
    ]
    known = f"coalesce({', '.join(believed)})" if believed else "NULL"
    return f"round({known})::BIGINT" if kind == "BIGINT" else f"round({known}::DOUBLE, 2)"


def _lay_marks(engine: Any) -> None:
    """Make the table ``mark``: what the record has now."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    with connection.cursor() as cursor:
        cursor.execute("SELECT party_id, mark FROM reporting_customerforecast")
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
