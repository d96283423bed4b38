"""Forecasts up: from the tables that analyses leave in the engine (``GIVES``) to ``CustomerForecast``, in bulk on both databases.

What is told of a customer has two hashes, kept in the row: of the figures with their reasons, and of the lists of offers,
of which all may differ on a Monday. Some customers after the other, text is put together and written only of what differs,
in transactions of 20,000, so that nobody waits long; no index is touched where only offers differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction

from regulars.intelligence import analyses, trust
from regulars.intelligence.analyses.base import FORECAST, rests
from regulars.marketing.segments.actions import look_again
from regulars.reporting import copying
from regulars.reporting.copying import CHUNK
from regulars.reporting.models import FORECASTS, CustomerForecast
from regulars.reporting.scores import AT_ONCE, chunks, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from regulars.intelligence.nightly import Outcome

Believed = dict[str, dict[str, bool]]
MONEY: Final = ("money", "money_low", "money_high")
OFFERS: Final = tuple(name for name, unit in FORECAST.items() if unit == "offers")
FIGURES: Final = tuple(name for name in FORECAST if name not in OFFERS)
PART: Final = 100_000
"""Customers whose rows are put together at once: as text, all of a million would take more than a gigabyte."""
TOLD_AS: Final = 1
"""Goes into the hashes: another number, when the same is to be told otherwise, and every row is written again."""
_LOWEST, _HIGHEST = 0, 2**63 - 1
_TYPES: Final = {"share": "DOUBLE", "number": "DOUBLE", "money": "BIGINT", "list": "VARCHAR", "offers": "BIGINT[]"}
_TABLE: Final = "reporting_customerforecast"


@dataclass(frozen=True)
class Change:
    """Some columns of the rows of which something differs; ``where`` compares the row ``m`` with what is foretold, ``f``."""

    where: str
    columns: tuple[str, ...]
    new: bool = False


CHANGES: Final = (
    Change("m.party_id IS NULL", ("as_of", "currency", *FORECAST, "mark", "offers_mark"), new=True),
    Change("m.mark <> f.mark", ("as_of", "currency", *FORECAST, "mark", "offers_mark")),
    Change("m.mark = f.mark AND m.offers_mark <> f.offers_mark", ("as_of", *OFFERS, "offers_mark")),
)


def believed(outcome: Outcome) -> Believed:
    """By column of the forecasts: whether the model behind it may be believed, and whether its money may."""
    told: Believed = {}
    for name, (result, _) in outcome.results.items():
        analysis = analyses.get(name)
        verdict = trust.judgement(rests(analysis), result.trust())
        for column in (one for columns in analysis.GIVES.values() if result.enough for one in columns):
            told[column] = {"trusted": not verdict.doubts(column), "amounts": not verdict.hides(column)}
    return told


def forecasts_up(outcome: Outcome, as_of: datetime, trusted: Believed, *, whole: bool = False) -> int:
    """Write the forecasts that have changed (``whole``: all) and remove those of nobody; returns how many rows were written.

    Segments that ask for something foretold are worked out anew when anything moved. Only a run about everybody foretells: in the others, forecasts stay as the night left them.
    """
    if outcome.chosen is not None:
        return 0
    engine, foretold, written, removed = outcome.engine, _foretold(outcome, as_of, trusted), 0, 0
    write = _copy if connection.vendor == "postgresql" else _execute
    for low, high in _ranges(engine):
        engine.execute(f"CREATE OR REPLACE TEMP TABLE forecast AS {foretold}", {"low": low, "high": high})
        _lay_marks(engine, low, high, heed=not whole)
        gone = engine.execute("SELECT party_id FROM mark ANTI JOIN forecast USING (party_id)").fetchall()
        for some in chunks([pk for (pk,) in gone], AT_ONCE):
            removed += CustomerForecast.objects.filter(pk__in=some).delete()[0]
        for change in CHANGES:
            written += write(engine, change, _selected(change))
    engine.execute("DROP TABLE forecast")
    if written or removed:
        look_again(FORECASTS)
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
        SELECT *, {_hash("currency", *FIGURES)} AS mark, {_hash(*OFFERS)} AS offers_mark FROM rows"""  # noqa: S608 -- our own names


def _hash(*columns: str) -> str:
    return f"(hash({TOLD_AS}, {', '.join(columns)}) >> 1)::BIGINT"


def _told(column: str, givers: dict[str, str], trusted: Believed) -> str:
    """The expression of a column, given by some tables (each of an analysis): lists are joined, else the first that knows.

    It is told no finer than it is known (``intelligence.told``), so that few rows differ from those of the day before.
    """
    from regulars.intelligence import told  # noqa: PLC0415 -- heavy: only for whoever analyses

    unit = FORECAST[column]
    kind = _TYPES[unit]
    if unit == "offers" and len(givers) == 1:
        return f"coalesce({next(iter(givers))}.{column}, [])"
    if unit == "offers":
        return f"flatten([{', '.join(f'coalesce({table}.{column}, [])' for table in givers)}]::BIGINT[][])"
    if unit == "list" and len(givers) == 1:
        return f"coalesce({next(iter(givers))}.{column}, '[]')"
    if unit == "list":
        parts = ", ".join(
            f"nullif(substring({table}.{column}, 2, length({table}.{column}) - 2), '')" for table in givers
        )
        return f"'[' || concat_ws(', ', {parts or 'NULL'}) || ']'"
    believed = [
        f"{table}.{column}" for table in givers if column not in MONEY or trusted.get(column, {}).get("amounts")
    ]
    if not believed:
        return f"NULL::{kind}"
    say = {"share": told.chance, "number": told.few, "money": told.money}[unit]
    return say(f"coalesce({', '.join(believed)})::DOUBLE")


def _lay_marks(engine: Any, low: int, high: int, *, heed: bool) -> None:
    """Make the table ``mark``: what the record has now of the parties in a range; not heeded, no mark equals another."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    marks = "mark, offers_mark" if heed else "-1, -1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT party_id, {marks} FROM {_TABLE} WHERE party_id >= %s AND party_id < %s",  # noqa: S608 -- our own name
            [low, high],
        )
        rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    names = ("party_id", "mark", "offers_mark")
    lay(engine, "mark", {name: pa.array(column, pa.int64()) for name, column in zip(names, columns, strict=True)})


def _selected(change: Change) -> str:
    """The rows to be written, the party last; lists of offers become JSON here."""
    columns = ", ".join(
        f"replace(f.{one}::VARCHAR, ' ', '')" if one in OFFERS else f"f.{one}" for one in change.columns
    )
    return f"""SELECT {columns}, f.party_id FROM forecast f LEFT JOIN mark m USING (party_id)
        WHERE {change.where} ORDER BY f.party_id"""  # noqa: S608 -- our own names


def _execute(engine: Any, change: Change, selected: str) -> int:
    """Row by row, on SQLite."""
    if change.new:
        places = ", ".join(["%s"] * (len(change.columns) + 1))
        statement = f"INSERT INTO {_TABLE} ({_quoted(*change.columns, 'party_id')}) VALUES ({places})"  # noqa: S608 -- our own names
    else:
        assignments = ", ".join(f'"{name}" = %s' for name in change.columns)
        statement = f"UPDATE {_TABLE} SET {assignments} WHERE party_id = %s"  # noqa: S608 -- our own names
    found, written = engine.execute(selected), 0
    while rows := found.fetchmany(CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, rows)
        written += len(rows)
    return written


def _copy(engine: Any, change: Change, selected: str) -> int:
    """By a file, on PostgreSQL."""
    names, some = _quoted(*change.columns, "party_id"), "line >= %s AND line < %s"
    if change.new:
        statement = f"INSERT INTO {_TABLE} ({names}) SELECT {names} FROM foretold WHERE {some}"  # noqa: S608 -- our own names
    else:
        assignments = ", ".join(f'"{name}" = foretold."{name}"' for name in change.columns)
        statement = f"""UPDATE {_TABLE} SET {assignments} FROM foretold
            WHERE foretold.party_id = {_TABLE}.party_id AND {some}"""  # noqa: S608 -- our own names
    with TemporaryDirectory(dir=settings.HOME / "tmp") as folder:
        file = Path(folder) / "forecasts.csv"
        if not copying.to_file(engine, selected, file):
            return 0
        types = {name: _postgresql(name) for name in (*change.columns, "party_id")}
        never_null = [name for name, kind in types.items() if kind == "text"]
        return copying.from_file(file, "foretold", types, never_null, statement)


def _postgresql(column: str) -> str:
    """The type of a column on PostgreSQL."""
    unit = FORECAST.get(column)
    if unit is None:
        return {"as_of": "timestamptz", "currency": "text"}.get(column, "bigint")
    return {"offers": "text", "list": "jsonb", "money": "bigint"}.get(unit, "double precision")


def _quoted(*names: str) -> str:
    return ", ".join(f'"{name}"' for name in names)
