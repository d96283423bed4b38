"""Reading segments: which there are, who is or was in one, who moved and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy

from regulars.customers import timeline
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.segments import definition
from regulars.marketing.segments.conditions import CONSENT, FIGURES, RECORD, RELATION, Scope
from regulars.marketing.segments.models import BY_MANY, BY_RULE, BY_TIME, Member, Segment
from regulars.staff.rules import Reach, can, reach
from regulars.web import format as show
from regulars.web.resources import Rows, Text

if TYPE_CHECKING:
    from regulars.staff.models import User

FIRST_DAY: Final = date(2000, 1, 1)
_CAUSES: Final[dict[str, Text]] = {
    BY_RULE: gettext_lazy("the rule was made or changed"),
    BY_TIME: gettext_lazy("time passed"),
    BY_MANY: gettext_lazy("an import or the refresh"),
    FIGURES: gettext_lazy("figures changed"),
    RECORD: gettext_lazy("the record changed"),
    CONSENT: gettext_lazy("consent changed"),
    RELATION: gettext_lazy("a relation changed"),
}


def because(cause: str) -> str:
    """Why somebody moved, in the reader's language."""
    return str(_CAUSES[cause] if cause in _CAUSES else timeline.kind_of(cause).label)


def segments_for(user: User | Any) -> QuerySet[Any]:
    """The segments ``user`` may look at; ``seen`` is how many of the customers in each they see."""
    rows = Segment.objects.live()
    if not can(user, "segments.view"):
        return rows.none()
    if reach(user) is Reach.ALL:
        return rows.annotate(seen=F("size"))
    mine = Member.objects.current().filter(segment=OuterRef("pk"), party__in=Party.objects.visible_to(user).live())
    counted = mine.order_by().values("segment").annotate(n=Count("pk")).values("n")
    return rows.annotate(seen=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def stays_at(segment: int, at: datetime | None = None) -> QuerySet[Member]:
    """Who was in a segment at a moment; without one, who is."""
    stays = Member.objects.filter(segment=segment)
    if at is None:
        return stays.current()
    return stays.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


def day_of(raw: str) -> date | None:
    """The day that ``raw`` names, where it may be asked who was in a segment then."""
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= show.local_day(clock.now()) else None


def end_of(day: date) -> datetime:
    """The last moment of a day of the company; of today, this one."""
    return min(timezone.make_aware(datetime.combine(day, time())) + timedelta(days=1), clock.now())


def members(segment: Segment, at: datetime | None = None) -> QuerySet[Party]:
    """The customers in a segment now, or at a past moment; narrow by ``visible_to`` before you show them."""
    return Party.objects.live().filter(pk__in=stays_at(segment.pk, at).values("party"))


def moved(segment: int, at: datetime) -> tuple[QuerySet[Member], QuerySet[Member]]:
    """Who entered and who left in the act at ``at`` (``hooks.Moved``)."""
    stays = Member.objects.filter(segment=segment)
    return stays.filter(since=at), stays.filter(until=at)


def entries_of(segment: Segment, user: User, *, size: int = 20) -> Sequence[Member]:
    """Who entered last, of the customers whom ``user`` sees."""
    return list(_seen(segment, user).order_by("-since", "-pk")[:size])


def leavings_of(segment: Segment, user: User, *, size: int = 20) -> Sequence[Member]:
    """Who left last, of the customers whom ``user`` sees."""
    return list(_seen(segment, user).filter(until__isnull=False).order_by("-until", "-pk")[:size])


def _seen(segment: Segment, user: User) -> QuerySet[Member]:
    stays = Member.objects.filter(segment=segment).select_related("party")
    if reach(user) is Reach.ALL:
        return stays.filter(party__merged_into=None)
    return stays.filter(party__in=Party.objects.visible_to(user).live())


def matching_now(rule: definition.Node, user: User) -> Rows:
    """The customers for whom a rule holds at this moment, of those whom ``user`` sees."""
    seen = definition.matching(rule, Scope(clock.now()))
    return seen if reach(user) is Reach.ALL else seen.filter(pk__in=Party.objects.visible_to(user).values("pk"))
