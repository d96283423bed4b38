"""Reading the timeline of one customer: filtered, newest first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from regulars.customers import timeline
from regulars.customers.models import Event, Party

PAGE = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a group of kinds, a channel, a department (empty: all)."""

    group: str = ""
    channel: str = ""
    department: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.group or self.channel or self.department)


@dataclass(frozen=True, slots=True)
class After:
    """The last entry shown: the page after it begins with the next older one."""

    occurred_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.occurred_at.isoformat()}~{self.pk}"


def read_after(told: str) -> After | None:
    """The position in ``told``; None when it is none."""
    moment, _tilde, pk = told.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return After(at, int(pk)) if at.tzinfo else None
    except ValueError:
        return None


def page_of_entries(
    party: Party, wanted: Wanted, after: After | None = None, size: int = PAGE
) -> tuple[list[Event], After | None]:
    """The next entries of ``party`` and where the page after them begins (None at the end). One query."""
    rows = narrowed(party, wanted).select_related("actor", "party", "body").order_by("-occurred_at", "-id")
    if after is not None:
        older = Q(occurred_at__lt=after.occurred_at) | Q(occurred_at=after.occurred_at, pk__lt=after.pk)
        rows = rows.filter(Q(occurred_at__lte=after.occurred_at), older)
    found = list(rows[: size + 1])
    if len(found) <= size:
        return found, None
    last = found[size - 1]
    return found[:size], After(last.occurred_at, last.pk)


def narrowed(party: Party, wanted: Wanted) -> QuerySet[Event]:
    """The live entries of ``party`` that are wanted."""
    rows = Event.objects.live().filter(customer=party)
    if wanted.group:
        rows = rows.filter(_in_group(wanted.group))
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    return rows.filter(department=wanted.department) if wanted.department else rows


def _in_group(group: str) -> Q:
    named = {kind.key: kind.group for kind in timeline.kinds()}
    if group == "other":
        return ~Q(kind__in=[key for key, of in named.items() if of != "other"])
    return Q(kind__in=[key for key, of in named.items() if of == group])


@dataclass(frozen=True, slots=True)
class Facets:
    """What the timeline of a party can be narrowed to: the groups, channels and departments it holds."""

    groups: list[str]
    channels: list[str]
    departments: list[str]


def facets(party: Party) -> Facets:
    """What ``party``'s entries can be filtered by. One query over its own entries."""
    rows = (
        Event.objects.live().filter(customer=party).order_by().values_list("kind", "channel", "department").distinct()
    )
    kinds, channels, departments = set(), set(), set()
    for kind, channel, department in rows:
        kinds.add(timeline.kind_of(kind).group)
        channels.add(channel)
        departments.add(department)
    groups = [group for group in timeline.GROUPS if group in kinds]
    return Facets(groups, sorted(channels - {""}), sorted(departments - {""}))
