"""Working segments out for everybody: all that wait together, read outside of any transaction, the differences written in short ones.

Whoever is touched by a change meanwhile is left alone here. Somebody who was looked at since the reading began was looked at later
than that; whoever has a mark that waits will be. So it does not matter that facts are read one after the other while others write,
and a kill in between leaves members who are true and a segment that waits still.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.marketing.segments import hooks
from regulars.marketing.segments.crowds import Crowds
from regulars.marketing.segments.hooks import Moved
from regulars.marketing.segments.membership import LookedAt
from regulars.marketing.segments.models import Member, Segment

AT_ONCE: Final = 20_000
"""So many customers enter or leave in one transaction."""


def work_out(segments: Sequence[Segment], between: Callable[[LookedAt], object]) -> list[Moved]:
    """Look at everybody for some segments, and say who moved.

    ``between`` is called every now and then; it may look at some customers for some segments and notes it.
    """
    looked_at: LookedAt = defaultdict(set)
    crowds = Crowds(clock.now(), lambda: between(looked_at))
    crowds.ask(segment.rule for segment in segments)
    return [moved for segment in segments if (moved := _exchange(segment, crowds, looked_at)) is not None]


def _exchange(segment: Segment, crowds: Crowds, looked_at: LookedAt) -> Moved | None:
    """Let the members be those for whom the rule holds; None where the segment was changed meanwhile."""
    wanted, were = crowds.holding(segment.rule), crowds.members(segment)
    moves = [*_parts(_enter, crowds.customers(wanted & ~were)), *_parts(_leave, crowds.customers(were & ~wanted))]
    entered = left = 0
    for write, some in moves:
        with transaction.atomic():
            if not _is_as_it_was(segment):
                return None
            written = write(segment, [one for one in some if one not in looked_at[segment.pk]], crowds.now)
        entered, left = (entered + written, left) if write is _enter else (entered, left + written)
        crowds.between()
    return _finish(segment, Moved(segment.pk, crowds.now, entered, left))


Write = Callable[[Segment, Sequence[int], datetime], int]


def _parts(write: Write, customers: Sequence[int]) -> Iterator[tuple[Write, list[int]]]:
    return ((write, some) for some in in_parts(customers, AT_ONCE))


def _is_as_it_was(segment: Segment) -> bool:
    """Whether nobody has changed, removed or asked for the segment since it was read; it stays so until the transaction ends."""
    same = (
        Segment.objects.live()
        .select_for_update()
        .filter(pk=segment.pk, version=segment.version, asked_at=segment.asked_at)
    )
    return same.first() is not None


@transaction.atomic
def _finish(segment: Segment, moved: Moved) -> Moved | None:
    if not _is_as_it_was(segment):
        return None
    size = Member.objects.current().filter(segment=segment).count()
    Segment.objects.filter(pk=segment.pk).update(size=size, passed_at=moved.at, asked_at=None)
    if moved.entered or moved.left:
        transaction.on_commit(lambda: hooks.tell(moved))
    return moved


_UNTOUCHED: Final = """SELECT told.value FROM {source} LEFT JOIN
    (SELECT DISTINCT party_id FROM segments_mark WHERE topic IN ({topics})) marked ON marked.party_id = told.value
    WHERE marked.party_id IS NULL"""


def _enter(segment: Segment, customers: Sequence[int], now: datetime) -> int:
    untouched, told = _untouched(segment, customers)
    statement = f"""INSERT INTO segments_member (segment_id, party_id, since, cause, left_cause)
        SELECT %s, chosen.value, %s, %s, '' FROM ({untouched}) chosen"""  # noqa: S608 -- our own names
    return _written(statement, [segment.pk, _moment(now), segment.asked_because, *told])


def _leave(segment: Segment, customers: Sequence[int], now: datetime) -> int:
    untouched, told = _untouched(segment, customers)
    statement = f"""UPDATE segments_member SET until = %s, left_cause = %s
        WHERE segment_id = %s AND until IS NULL AND party_id IN ({untouched})"""  # noqa: S608 -- our own names
    return _written(statement, [_moment(now), segment.asked_because, segment.pk, *told])


def _untouched(segment: Segment, customers: Sequence[int]) -> tuple[str, list[Any]]:
    """Those of the customers who have no mark of which the segment speaks."""
    is_file = connection.vendor == "sqlite"
    source = "json_each(%s) told" if is_file else "unnest(%s::bigint[]) told (value)"
    numbers = json.dumps(list(customers)) if is_file else list(customers)
    topics = ", ".join(["%s"] * len(segment.topics))
    return _UNTOUCHED.format(source=source, topics=topics), [numbers, *segment.topics]


def _written(statement: str, told: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return int(cursor.rowcount)


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
