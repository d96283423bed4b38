"""Rules prepared for one customer: compiled once, then asked about whomever a change touches, many rules in one statement.

Building a query costs more than answering it. A rule is compiled with a stand-in for the customer and one for the moment;
what stands in their places, or at a distance from the moment, is filled in when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection

from regulars.customers import fields
from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.marketing.segments.conditions import Scope
from regulars.marketing.segments.definition import edges, matching
from regulars.marketing.segments.edges import ClockEdge, MomentEdge
from regulars.marketing.segments.models import Segment
from regulars.web import format as show
from regulars.web.resources import Rows

AT_ONCE: Final = 50
MOST_KEPT: Final = 2_000
_PARTY: Final = 9_007_199_254_740_881
_NOW: Final = datetime(2999, 1, 1, 3, 4, 5, 678_901, tzinfo=UTC)
_NEAR: Final = timedelta(days=40_000)
_rules: Final[dict[tuple[Any, ...], Prepared | None]] = {}
_waits: Final[dict[tuple[Any, ...], Waiting]] = {}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gap:
    """Where something is filled in: the customer, or the moment and so much later."""

    later: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement that has a row where the rule holds, and its values with gaps."""

    statement: str
    values: tuple[Any, ...]

    def filled(self, party: int, now: datetime) -> Iterator[Any]:
        """The values for a customer at a moment."""
        for value in self.values:
            if not isinstance(value, Gap):
                yield value
            elif value.later is None:
                yield party
            else:
                yield connection.ops.adapt_datetimefield_value(now + value.later)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What tells when time next moves somebody: statements that have a kept moment, each with how much later that is, and clocks."""

    moments: tuple[tuple[Prepared, timedelta], ...]
    clocks: tuple[ClockEdge, ...]


def holding(segments: Sequence[Segment], party: int, now: datetime) -> set[int]:
    """The numbers of those segments whose rule holds for a customer."""
    asked = [(segment.pk, one) for segment in segments if (one := _kept_for(segment, _rules, prepare)) is not None]
    statements = ((f"SELECT {pk} WHERE EXISTS ({one.statement})", one.filled(party, now)) for pk, one in asked)
    return {pk for (pk,) in _answers(statements)}


def following(segments: Iterable[Segment]) -> dict[int, datetime]:
    """By number of the segment the next moment, after that up to which time was accounted for, at which time may move somebody."""
    found: list[tuple[int, datetime]] = []
    asked: list[tuple[Segment, Prepared, timedelta]] = []
    for segment in segments:
        waiting = _kept_for(segment, _waits, prepare_waiting)
        found += [(segment.pk, one.following(segment.passed_at)) for one in waiting.clocks]
        asked += [(segment, one, later) for one, later in waiting.moments]
    statements = (
        (f"SELECT {place}, ({one.statement})", one.filled(0, segment.passed_at))
        for place, (segment, one, _later) in enumerate(asked)
    )
    for place, moment in _answers(statements):
        if moment is not None:
            segment, _one, later = asked[place]
            found.append((segment.pk, _aware(moment) + later))
    return dict(sorted(found, reverse=True))


def _answers(statements: Iterable[tuple[str, Iterable[Any]]]) -> Iterator[tuple[Any, ...]]:
    """The rows that many small statements have, asked together."""
    for some in in_parts(statements, AT_ONCE):
        with connection.cursor() as cursor:
            told = [value for _statement, values in some for value in values]
            cursor.execute(" UNION ALL ".join(statement for statement, _values in some), told)
            yield from cursor.fetchall()


def _kept_for(segment: Segment, kept: dict[tuple[Any, ...], T], make: Callable[[dict[str, Any]], T]) -> T:
    """What was made of a rule today, for the fields that the company has now."""
    if len(kept) > MOST_KEPT:
        kept.clear()
    own = tuple((one.pk, one.key, one.kind) for one in fields.active())
    key = (connection.settings_dict["NAME"], segment.pk, str(segment.rule), show.local_day(clock.now()), own)
    if key not in kept:
        kept[key] = make(segment.rule)
    return kept[key]


def prepare(rule: dict[str, Any]) -> Prepared | None:
    """Compile a rule; None where it can hold for nobody."""
    return _compiled(matching(rule, Scope(_NOW, [_PARTY])).order_by().values("pk"))


def prepare_waiting(rule: dict[str, Any]) -> Waiting:
    """Compile what tells when time next moves somebody."""
    found = edges(rule)
    moments = [(_compiled(one.coming(_NOW)), one.later) for one in found if isinstance(one, MomentEdge)]
    clocks = [one for one in found if not isinstance(one, MomentEdge)]
    return Waiting(tuple((one, later) for one, later in moments if one is not None), tuple(clocks))


def _compiled(rows: Rows) -> Prepared | None:
    try:
        statement, told = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return Prepared(statement, tuple(map(_gap, told)))


def _gap(value: Any) -> Any:
    if type(value) is int and value == _PARTY:
        return Gap()
    moment = value if isinstance(value, datetime) else _read(value)
    if moment is None or moment.microsecond != _NOW.microsecond:
        return value
    later = _aware(moment) - _NOW
    return Gap(later) if abs(later) < _NEAR else value


def _read(value: Any) -> datetime | None:
    """SQLite keeps moments as text."""
    if not isinstance(value, str) or len(value) != len("2999-01-01 03:04:05.678901"):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _aware(moment: datetime | str) -> datetime:
    """A moment as a database gives it."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return read if read.tzinfo else read.replace(tzinfo=UTC)
