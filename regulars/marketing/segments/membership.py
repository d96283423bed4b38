"""Keeping members true: those touched by a change, those whose days ran out, and everybody anew.

Order of locking: the marks, then the segments by number. A segment is looked at under its lock, with the rule as it stands then,
so whatever was committed before is seen; what comes later leaves marks of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.marketing.segments import definition, hooks, prepared
from regulars.marketing.segments.conditions import Scope
from regulars.marketing.segments.edges import Stretch
from regulars.marketing.segments.hooks import Moved
from regulars.marketing.segments.models import BY_MANY, BY_TIME, Mark, Member, Segment, Topic

MOST_MARKS: Final = 2_000
"""So many marks are worked off one customer at a time; where more wait, the segments concerned are worked out anew."""

MOST_ONE_BY_ONE: Final = 20
"""So many customers are asked about one by one, with statements that are ready; more are asked about together."""

MOST_PASSED: Final = 20_000
AT_ONCE: Final = 500

LookedAt = dict[int, set[int]]
"""Of segments, by number, the customers who were looked at."""


def settle_topics() -> None:
    """Have the triggers mark just what some segment depends on. Call it in the transaction that changes rules."""
    wanted = {topic for topics in Segment.objects.live().values_list("topics", flat=True) for topic in topics}
    Topic.objects.exclude(pk__in=wanted).delete()
    Topic.objects.bulk_create([Topic(topic=topic) for topic in sorted(wanted)], ignore_conflicts=True)


@transaction.atomic
def catch_up(*, meanwhile: LookedAt | None = None) -> int:
    """Look again at those whom changes have touched since; returns how many marks were worked off.

    ``meanwhile``: segments are being worked out for everybody. Noted there is who was looked at; very many marks are left for afterwards.
    """
    marks = Mark.objects.select_for_update(skip_locked=True).order_by("pk")
    found = list(marks.values_list("pk", "party_id", "topic")[: MOST_MARKS + 1])
    if len(found) > MOST_MARKS:
        return _put_off() if meanwhile is None else 0
    if not found:
        return 0
    touched: dict[str, set[int]] = defaultdict(set)
    for _pk, party, topic in found:
        touched[topic].add(party)
    now = clock.now()
    segments = list(Segment.objects.live().select_for_update().only("rule", "topics").order_by("pk"))
    causes = {one: _causes(one, touched) for one in segments}
    were = _current({party for parties in touched.values() for party in parties})
    inside = _inside({one: set(told) for one, told in causes.items() if told}, now)
    for segment, parties in inside.items():
        _exchange_some(segment, causes[segment], were.get(segment.pk, {}), parties, now)
        if meanwhile is not None:
            meanwhile[segment.pk].update(causes[segment])
    for some in in_parts([pk for pk, _party, _topic in found], AT_ONCE):
        Mark.objects.filter(pk__in=some).delete()
    return len(found)


def _causes(segment: Segment, touched: Mapping[str, set[int]]) -> dict[int, str]:
    """Whom the changes touch of which a segment speaks; of several the first by name counts, kinds of entry before others."""
    kinds_last = sorted(segment.topics, key=lambda topic: "." in topic)
    return {party: topic for topic in kinds_last for party in touched.get(topic, ())}


def _inside(asked: Mapping[Segment, set[int]], now: datetime) -> dict[Segment, set[int]]:
    """For whom of those asked about each rule holds."""
    parties = {party for some in asked.values() for party in some}
    if len(parties) > MOST_ONE_BY_ONE:
        return {segment: _matching(segment, some, now) for segment, some in asked.items()}
    found: dict[Segment, set[int]] = {segment: set() for segment in asked}
    by_number = {segment.pk: segment for segment in asked}
    for party in sorted(parties):
        concerned = [segment for segment, some in asked.items() if party in some]
        for pk in prepared.holding(concerned, party, now):
            found[by_number[pk]].add(party)
    return found


def _matching(segment: Segment, parties: Iterable[int], now: datetime) -> set[int]:
    found: set[int] = set()
    for some in in_parts(sorted(parties), AT_ONCE):
        found.update(definition.matching(segment.rule, Scope(now, some)).order_by().values_list("pk", flat=True))
    return found


def _put_off() -> int:
    """Very much has changed at once (an import, a refresh): ask for the segments concerned to be worked out anew.

    The marks go first: whatever is committed after that is seen by the work that follows, or leaves marks of its own.
    """
    topics = set(Mark.objects.order_by().values_list("topic", flat=True).distinct())
    dropped = Mark.objects.filter(topic__in=topics).delete()[0]
    for segment in Segment.objects.live().select_for_update().order_by("pk"):
        if topics & set(segment.topics):
            ask(segment, BY_MANY)
    return dropped


def ask(segment: Segment, because: str) -> None:
    """Have the worker look at everybody anew."""
    segment.asked_at, segment.asked_because = clock.now(), because
    segment.save(update_fields=["asked_at", "asked_because"])


def _current(parties: Iterable[int], *, segment: Segment | None = None) -> dict[int, dict[int, int]]:
    """In which segments these parties are now: segment → party → number of the stay."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    stays = Member.objects.current()
    if segment is not None:
        stays = stays.filter(segment=segment)
    for some in in_parts(sorted(parties), AT_ONCE):
        for pk, owner, party in stays.filter(party__in=some).values_list("pk", "segment_id", "party_id"):
            found[owner][party] = pk
    return found


def _exchange_some(
    segment: Segment, causes: Mapping[int, str], were: Mapping[int, int], inside: set[int], now: datetime
) -> None:
    """Compare who of these parties matches with who was in, and write the differences."""
    entered = sorted(inside - set(were))
    left: dict[str, list[int]] = defaultdict(list)
    for party in causes:
        if party in were and party not in inside:
            left[causes[party]].append(were[party])
    Member.objects.bulk_create(
        [Member(segment=segment, party_id=party, since=now, cause=causes[party]) for party in entered],
        batch_size=AT_ONCE,
    )
    for cause, stays in left.items():
        for some in in_parts(stays, AT_ONCE):
            Member.objects.filter(pk__in=some).update(until=now, left_cause=cause)
    _moved(segment, now, len(entered), sum(map(len, left.values())))


def _moved(segment: Segment, now: datetime, entered: int, left: int) -> None:
    if entered or left:
        Segment.objects.filter(pk=segment.pk).update(size=F("size") + entered - left)
        moved = Moved(segment.pk, now, entered, left)
        transaction.on_commit(lambda: hooks.tell(moved))


@transaction.atomic
def forget(parties: Sequence[int]) -> int:
    """Take away in which segments these parties are and were; returns how many stays that were. They enter none again once erased."""
    stays = Member.objects.filter(party__in=parties)
    for segment in stays.current().order_by("segment").values_list("segment", flat=True):
        Segment.objects.filter(pk=segment).update(size=F("size") - 1)
    return stays.delete()[0]


def pass_time(segments: Collection[int] | None = None) -> int:
    """Look again at those whose days have run out since the last time, in some segments or in all; returns at how many."""
    now = clock.now()
    due = Segment.objects.live().filter(timed=True, asked_at=None, passed_at__lt=now).order_by("pk")
    if segments is not None:
        due = due.filter(pk__in=segments)
    return sum(_pass_time_for(segment, now) for segment in list(due))


def _pass_time_for(segment: Segment, now: datetime) -> int:
    parties = _passed(segment, Stretch(segment.passed_at, now))
    with transaction.atomic():
        locked = Segment.objects.live().select_for_update().filter(pk=segment.pk, version=segment.version).first()
        if locked is None or locked.being_worked_out:
            return 0
        Segment.objects.filter(pk=segment.pk).update(passed_at=now)
        if len(parties) > MOST_PASSED:
            ask(locked, BY_TIME)
        elif parties:
            were = _current(parties, segment=locked).get(locked.pk, {})
            inside = _inside({locked: parties}, now)[locked]
            _exchange_some(locked, dict.fromkeys(sorted(parties), BY_TIME), were, inside, now)
    return len(parties)


def _passed(segment: Segment, stretch: Stretch) -> set[int]:
    found: set[int] = set()
    for edge in definition.edges(segment.rule):
        found.update(edge.passed(stretch).order_by().values_list("pk", flat=True)[: MOST_PASSED + 1])
    return found


def work_out_next() -> list[Moved]:
    """Look at everybody for all segments that wait, together; returns who moved in which. Changes are followed meanwhile."""
    waiting = list(Segment.objects.live().filter(asked_at__isnull=False).order_by("asked_at", "pk"))
    return _work_out(waiting, _catch_up_meanwhile) if waiting else []


def _catch_up_meanwhile(looked_at: LookedAt) -> None:
    if Mark.objects.exists():
        catch_up(meanwhile=looked_at)


def work_out(pk: int) -> None:
    """Look at everybody for one segment, and at nobody else meanwhile."""
    _work_out(list(Segment.objects.live().filter(pk=pk)), lambda _looked_at: None)


def _work_out(segments: Sequence[Segment], between: Callable[[LookedAt], object]) -> list[Moved]:
    from regulars.marketing.segments import anew  # noqa: PLC0415 -- brings numpy: only whoever works out pays for it

    return anew.work_out(segments, between)
