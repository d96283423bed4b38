"""Rules prepared for one customer: compiled once, then asked about whomever a change touches, many rules in one statement.

Building a query costs more than answering it. A rule is compiled with a stand-in for the customer and one for the moment;
what stands in their places, or at a distance from the moment, is filled in when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from regulars.customers import fields
from regulars.kit import clock
from regulars.marketing.segments.conditions import Scope
from regulars.marketing.segments.definition import matching
from regulars.marketing.segments.models import Segment
from regulars.web import format as show

AT_ONCE: Final = 50
MOST_KEPT: Final = 2_000
_PARTY: Final = 9_007_199_254_740_881
_NOW: Final = datetime(2999, 1, 1, 3, 4, 5, 678_901, tzinfo=UTC)
_NEAR: Final = timedelta(days=40_000)
_kept: Final[dict[tuple[Any, ...], Prepared | None]] = {}


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


def holding(segments: Sequence[Segment], party: int, now: datetime) -> set[int]:
    """The numbers of those segments whose rule holds for a customer."""
    asked = [(segment.pk, one) for segment, one in zip(segments, _prepared(segments), strict=True) if one is not None]
    found: set[int] = set()
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        statement = " UNION ALL ".join(f"SELECT {pk} WHERE EXISTS ({one.statement})" for pk, one in some)
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for _pk, one in some for value in one.filled(party, now)])
            found.update(pk for (pk,) in cursor.fetchall())
    return found


def _prepared(segments: Iterable[Segment]) -> Iterator[Prepared | None]:
    """Each rule as it was compiled today, for the fields that the company has now."""
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    today, own = show.local_day(clock.now()), tuple((one.pk, one.key, one.kind) for one in fields.active())
    for segment in segments:
        key = (connection.settings_dict["NAME"], segment.pk, str(segment.rule), today, own)
        if key not in _kept:
            _kept[key] = prepare(segment.rule)
        yield _kept[key]


def prepare(rule: dict[str, Any]) -> Prepared | None:
    """Compile a rule; None where it can hold for nobody."""
    try:
        statement, told = matching(rule, Scope(_NOW, [_PARTY])).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return Prepared(statement, tuple(map(_gap, told)))


def _gap(value: Any) -> Any:
    if type(value) is int and value == _PARTY:
        return Gap()
    moment = value if isinstance(value, datetime) else _read(value)
    if moment is None or moment.microsecond != _NOW.microsecond:
        return value
    later = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _NOW
    return Gap(later) if abs(later) < _NEAR else value


def _read(value: Any) -> datetime | None:
    """SQLite keeps moments as text."""
    if not isinstance(value, str) or len(value) != len("2999-01-01 03:04:05.678901"):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
