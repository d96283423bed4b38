"""Reading call lists: who is next, whom an agent has on screen, how far a list is, what each agent came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from regulars.customers.models import ContactPoint, ContactPointKind
from regulars.customers.queries.seen import of_seen
from regulars.kit import clock
from regulars.marketing.call_lists.models import Call, CallList, CallState, CallTry, Script
from regulars.marketing.call_lists.words import Outcome
from regulars.staff.rules import can

if TYPE_CHECKING:
    from regulars.staff.models import User

FORGOTTEN: Final = timedelta(days=1)
"""A callback so much overdue is anybody's."""
_NUMBERS: Final = (ContactPointKind.MOBILE, ContactPointKind.PHONE)


def lists_for(user: User | Any) -> QuerySet[CallList]:
    """The lists ``user`` may look at, with how many of their customers are on each and how many of these are settled."""
    rows = CallList.objects.live()
    if not can(user, "call_lists.view"):
        return rows.none()
    mine = of_seen(Call.objects.filter(list=OuterRef("pk")), user).order_by().values("list")
    return rows.annotate(
        total=_counted(mine), open=_counted(mine.filter(state=CallState.OPEN)), done=_counted(mine.filter(state=CallState.DONE))
    )  # fmt: skip


def _counted(rows: QuerySet[Call, Any]) -> Any:
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def calls_for(user: User | Any) -> QuerySet[Call]:
    """The calls of live lists to the customers whom ``user`` sees."""
    if not can(user, "call_lists.view"):
        return Call.objects.none()
    return of_seen(Call.objects.filter(list__removed_at=None), user).select_related("party", "list", "agent")


def scripts() -> QuerySet[Script]:
    """The scripts in use."""
    return Script.objects.filter(removed_at=None)


def held_by(user: User, call_list: CallList) -> Call | None:
    """Whom an agent has on screen."""
    held = Call.objects.filter(list=call_list, leased_to=user, state=CallState.OPEN, lease_until__gt=clock.now())
    return of_seen(held, user).select_related("party__summary", "list__script").first()


def waiting(call_list: CallList, user: User, now: datetime) -> QuerySet[Call]:
    """Whom ``user`` may call now, the next first: what was promised for now, then the list in its order.

    Left out are those whom somebody has on screen, and those who were called a moment ago from any list.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    mine = Q(agent=None) | Q(agent=user) | Q(next_at__lte=now - FORGOTTEN)
    rows = Call.objects.filter(mine, free, list=call_list, state=CallState.OPEN, next_at__lte=now)
    just_called = CallTry.objects.filter(
        call__party=OuterRef("party"), undone_at=None, at__gt=now - timedelta(minutes=call_list.pause_minutes)
    )
    promised = Case(When(agent=user, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = rows.filter(Q(agent=user) | ~Exists(just_called))
    return of_seen(rows, user).order_by(promised, "-rank", "pk")


def numbers_of(party_ids: Iterable[int]) -> dict[int, ContactPoint]:
    """The number by which each is called: the preferred one, a mobile before a landline. One query."""
    rows = ContactPoint.objects.filter(party__in=list(party_ids), kind__in=_NUMBERS, ended_at=None)
    found: dict[int, ContactPoint] = {}
    for point in rows.order_by("-preferred", "kind", "pk"):
        found.setdefault(point.party_id, point)
    return found


@dataclass(slots=True)
class Progress:
    """How far a list is, of the customers whom somebody sees. ``due`` could be called now, ``later`` wait for their time."""

    total: int = 0
    due: int = 0
    later: int = 0
    callbacks: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    @property
    def settled(self) -> int:
        """Those with whom nothing more is to be done."""
        return self.total - self.due - self.later


def progress(call_list: CallList, user: User) -> Progress:
    """How far the list is. One query."""
    now = clock.now()
    told = Progress()
    rows = of_seen(Call.objects.filter(list=call_list), user).order_by()
    whens = Case(When(next_at__lte=now, then=Value(1)), default=Value(0), output_field=IntegerField())
    promised = Case(When(agent=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    grouped = (
        rows.annotate(due=whens, mine=promised)
        .values("state", "outcome", "reason", "due", "mine")
        .annotate(n=Count("pk"))
    )
    for row in grouped:
        told.total += row["n"]
        if row["state"] == CallState.OPEN:
            told.due += row["n"] * row["due"]
            told.later += row["n"] * (1 - row["due"])
            told.callbacks += row["n"] * row["mine"]
        elif row["state"] == CallState.DONE:
            told.outcomes[row["outcome"]] = told.outcomes.get(row["outcome"], 0) + row["n"]
        else:
            told.skipped[row["reason"]] = told.skipped.get(row["reason"], 0) + row["n"]
    return told


def next_moment(call_list: CallList, user: User) -> datetime | None:
    """When the next of those who wait may be called."""
    rows = Call.objects.filter(
        Q(agent=None) | Q(agent=user), list=call_list, state=CallState.OPEN, next_at__gt=clock.now()
    )
    return of_seen(rows, user).order_by("next_at").values_list("next_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Agent:
    """What one agent came to: calls by outcome, in the order of ``Outcome``."""

    name: str
    calls: int
    counts: Sequence[int]


def agents(call_list: CallList, user: User) -> list[Agent]:
    """Who called how often and what came of it, the busiest first. One query."""
    mine = of_seen(Call.objects.filter(list=call_list), user)
    rows = CallTry.objects.filter(call__in=mine.values("pk"), undone_at=None)
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows.order_by().values("agent", "agent__name", "outcome").annotate(n=Count("pk")):
        counted[row["agent__name"] or "–"][row["outcome"]] = row["n"]
    told = [Agent(name, sum(by.values()), [by.get(one, 0) for one in Outcome.values]) for name, by in counted.items()]
    return sorted(told, key=lambda one: (-one.calls, one.name))


def last_try(call: Call) -> CallTry | None:
    """The last call that was made and not taken back."""
    return call.made.filter(undone_at=None).order_by("-at", "-pk").first()
