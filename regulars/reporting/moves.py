"""Moves between stages onto the timeline: each once, on the day it became true; what no longer holds is retracted.

A move never changes by itself. When the past is rewritten (a late file, an undone import, a merge) some recorded moves
turn out never to have been; they are marked as retracted in a batch of their own, and the true ones are appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Batch, BatchKind, Event
from regulars.customers.timeline import record_ready
from regulars.reporting.scores import AT_ONCE, STAGES, chunks, lay_midnights, midnight

if TYPE_CHECKING:
    from regulars.intelligence.nightly import Outcome

KIND: Final = "customers.stage_changed"
SOURCE: Final = "analysis"
_FETCHED: Final = 20_000
_MOVE: Final = "customer_id, day, origin, target"
_NAMES: Final = "[" + ", ".join(f"'{stage}'" for stage in STAGES) + "]"


def record_moves(outcome: Outcome, *, by_memory: bool) -> int:
    """Append the moves that are not recorded yet and retract those that never were; returns how many are new.

    Args:
        by_memory: compare with the moves that the last run left behind; otherwise with the timeline itself.
    """
    engine = outcome.engine
    now = "move" if outcome.chosen is None else "moved_now"
    if not (by_memory and outcome.remembered):
        _lay_recorded(outcome)
    else:
        chosen = "" if outcome.chosen is None else "WHERE customer_id IN (SELECT customer_id FROM chosen)"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE recorded AS SELECT {_MOVE} FROM kept_move {chosen}")  # noqa: S608 -- our own names
    stale = engine.execute(
        f"SELECT DISTINCT {_key('recorded')} AS key FROM recorded ANTI JOIN {now} USING ({_MOVE}) ORDER BY key"  # noqa: S608 -- our own names
    ).fetchall()
    engine.execute(f"CREATE OR REPLACE TEMP TABLE wanted AS SELECT * FROM {now} ANTI JOIN recorded USING ({_MOVE})")  # noqa: S608 -- our own names
    with transaction.atomic():
        _retract([key for (key,) in stale])
    return record_ready(KIND, SOURCE, _rows(engine))


def _key(table: str) -> str:
    """What the timeline knows a move by, as an expression: customer, day, from where to where."""
    day = f"strftime(DATE '1970-01-01' + {table}.day::INTEGER, '%Y-%m-%d')"
    return f"{table}.customer_id || ':' || {day} || ':' || {_NAMES}[{table}.origin + 1] || '>' || {_NAMES}[{table}.target + 1]"


def _lay_recorded(outcome: Outcome) -> None:
    """Make the table ``recorded`` from the timeline."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    until = midnight(outcome.horizon.today + 1)
    rows = Event.objects.filter(kind=KIND, source=SOURCE, retracted_in=None, occurred_at__lt=until)
    every = (
        [rows]
        if outcome.chosen is None
        else [rows.filter(customer__in=some) for some in chunks(sorted(outcome.chosen), AT_ONCE)]
    )
    keys = [
        key
        for some in every
        for key in some.values_list("source_key", flat=True).iterator(chunk_size=_FETCHED)
        if key is not None
    ]
    lay(outcome.engine, "told_moves", {"key": pa.array(keys, pa.string())})
    outcome.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE recorded AS
            SELECT part[1]::BIGINT AS customer_id, part[2]::DATE - DATE '1970-01-01' AS day,
                list_position({_NAMES}, part[3]) - 1 AS origin, list_position({_NAMES}, part[4]) - 1 AS target
            FROM (SELECT regexp_split_to_array(key, '[:>]') AS part FROM told_moves)"""  # noqa: S608 -- our own names
    )


def _retract(stale: list[str]) -> None:
    if not stale:
        return
    batch = Batch.objects.create(kind=BatchKind.EDIT, title=str(_("Stages recomputed: the past has changed")))
    for some in chunks(stale, AT_ONCE):
        Event.objects.filter(source=SOURCE, source_key__in=some, retracted_in=None, kind=KIND).update(
            retracted_in=batch.pk
        )


def _rows(engine: Any) -> Iterator[tuple[int, str, str, str]]:
    """The entries that are new, as the timeline takes them; put together in the engine."""
    from regulars.intelligence import explain  # noqa: PLC0415 -- heavy: only for whoever analyses

    lay_midnights(engine, "SELECT DISTINCT day FROM wanted")
    found = engine.execute(
        f"""SELECT w.customer_id,
                -- a second after the purchase that made the move, so that it stands above it; else the beginning of the day
                CASE WHEN w.moment >= 0 THEN strftime(make_timestamp((w.moment + 1) * 1000000), '%Y-%m-%d %H:%M:%S{_zone()}') ELSE m.at END,
                '{{"from":"' || {_NAMES}[w.origin + 1] || '","to":"' || {_NAMES}[w.target + 1] || '","reasons":' || {explain.move()} || '}}',
                {_key("w")}
            FROM wanted w JOIN midnight m USING (day) ORDER BY w.customer_id, w.day"""  # noqa: S608 -- our own names
    )
    while rows := found.fetchmany(_FETCHED):
        yield from rows


def _zone() -> str:
    """How moments in UTC end, as the database takes them."""
    return "+00:00" if connection.vendor == "postgresql" else ""
