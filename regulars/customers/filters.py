"""The narrowings of the customer list that are more than a comparison of one column.

The pages of figures link here: ``?top=20``, ``?cycle=30-60``, ``?first_order=2025-04``, ``?ordered_in=2025-04``,
``?returned_in=2025-04``, ``?lost_in=2025-04``, ``?won_back_in=2025-04``, ``?moved=intensify-pre_divorce&since=2025-10-01``, ``?relation=of:17``.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Consent, ConsentState, Event, PartyRelation, Snooze, Stage
from regulars.kit import clock
from regulars.staff.models import Territory
from regulars.web.resources import Filter, Range, Rows

ORDERED = "commerce.order_placed"
MOVED = "customers.stage_changed"
_LONGEST_NUMBER = 18


def customer_filter(column: str = "party") -> Filter:
    """Of a list of what hangs on customers: those of one, by number; ``column`` leads from a row to the customer."""

    def narrow(rows: Rows, told: str) -> Rows:
        return rows.filter(**{column: int(told)}) if told.isdecimal() and len(told) <= _LONGEST_NUMBER else rows.none()

    return Filter("customer", _("Customer"), "text", apply=narrow, hint=_("The number of a customer"))


def top_percent(rows: Rows, value: Range) -> Rows:
    """The customers that are among the first … per cent by revenue."""
    return rows.filter(summary__value_percentile__lte=value.high) if value.high is not None else rows


def cycle_between(rows: Rows, value: str) -> Rows:
    """Usual days between purchases, ``30-60`` (both ends in the first, the upper not in): the bars of the histogram."""
    low, _dash, high = value.replace("..", "-").partition("-")
    rows = rows.filter(summary__cycle_days__isnull=False)
    if low.strip().isdigit():
        rows = rows.filter(summary__cycle_days__gte=int(low))
    if high.strip().isdigit():
        rows = rows.filter(summary__cycle_days__lt=int(high))
    return rows


def ordered_in(rows: Rows, month: date) -> Rows:
    """Whoever placed an order in the month of ``month``."""
    begin, end = month_span(month)
    orders = Event.objects.live().filter(kind=ORDERED, occurred_at__gte=begin, occurred_at__lt=end)
    return rows.filter(pk__in=orders.values("customer"))


def returned_in(rows: Rows, month: date) -> Rows:
    """Whoever placed an order in the month of ``month`` and had ordered before it."""
    begin, _end = month_span(month)
    return ordered_in(rows, month).filter(summary__first_order_at__lt=begin)


def lost_in(rows: Rows, month: date) -> Rows:
    """Whoever moved to *divorce* in the month of ``month``."""
    begin, end = month_span(month)
    return rows.filter(
        pk__in=_moves(to=Stage.DIVORCE).filter(occurred_at__gte=begin, occurred_at__lt=end).values("customer")
    )


def won_back_in(rows: Rows, month: date) -> Rows:
    """Whoever came back from *divorce* in the month of ``month``."""
    begin, end = month_span(month)
    back = _moves(begin=Stage.DIVORCE, to=Stage.RECOVERY).filter(occurred_at__gte=begin, occurred_at__lt=end)
    return rows.filter(pk__in=back.values("customer"))


def moved(rows: Rows, value: str) -> Rows:
    """Whoever moved ``from-to`` (either may be ``any``); the filter *since* then speaks of that move."""
    begin, _dash, end = value.partition("-")
    moves = _moves(begin=begin, to=end)
    newest = moves.filter(customer=OuterRef("pk")).order_by("-occurred_at", "-id").values("occurred_at")[:1]
    narrowed: Rows = rows.filter(pk__in=moves.values("customer")).alias(moved_at=Subquery(newest))
    return narrowed


def since(rows: Rows, value: Range) -> Rows:
    """Whoever moved on that day or later: by the move filtered for, else into the stage they are in."""
    if value.low is None:
        return rows
    path = "moved_at" if "moved_at" in rows.query.annotations else "summary__stage_since"
    return rows.filter(**{f"{path}__gte": midnight(value.low)})


def _moves(*, begin: str = "any", to: str = "any") -> QuerySet[Event]:
    moves = Event.objects.filter(kind=MOVED, retracted_in=None)
    if begin in Stage.values:
        moves = moves.filter(payload__from=begin)
    return moves.filter(payload__to=to) if to in Stage.values else moves


def permits(rows: Rows, channel: str) -> Rows:
    """Whoever last permitted marketing by ``channel``."""
    narrowed: Rows = rows.alias(said=newest_consent(channel)).filter(said=ConsentState.GRANTED)
    return narrowed


def refuses(rows: Rows, channel: str) -> Rows:
    """Whoever last refused marketing by ``channel``."""
    narrowed: Rows = rows.alias(refused=newest_consent(channel)).filter(refused=ConsentState.WITHDRAWN)
    return narrowed


def newest_consent(channel: str) -> Subquery:
    """What a party said last about marketing by ``channel``."""
    said = Consent.objects.filter(party=OuterRef("pk"), channel=channel, purpose="marketing")
    return Subquery(said.order_by("-given_at", "-id").values("state")[:1])


def in_territory(rows: Rows, pk: str) -> Rows:
    """Whoever lies in the territory or below it."""
    territory = Territory.objects.filter(pk=pk).first() if pk.isdigit() else None
    return rows.filter(territory__path__startswith=territory.path) if territory else rows.none()


def related_to(rows: Rows, value: str) -> Rows:
    """Whoever stands in a current relation to the party ``value`` (its people, members, customers)."""
    if not value.isdigit():
        return rows.none()
    return rows.filter(pk__in=PartyRelation.objects.current().filter(other=int(value)).values("party"))


def has_open(field: str) -> Any:
    """Whether a count of the summary is above zero. The zero is a word of the statement: there is an index for it."""
    zero = RawSQL("0", ())

    def narrow(rows: Rows, wanted: bool) -> Rows:
        return rows.filter(**{f"summary__{field}__gt": zero} if wanted else {f"summary__{field}": 0})

    return narrow


def put_off(rows: Rows, wanted: bool) -> Rows:
    """Whoever is "not now" at present."""
    running = Exists(Snooze.objects.filter(party=OuterRef("pk"), until__gt=clock.now()))
    return rows.filter(running if wanted else ~running)


def needs_somebody(rows: Rows, wanted: bool) -> Rows:
    """Whoever the analysis has a next step for."""
    return rows.exclude(summary__next_action="") if wanted else rows.filter(summary__next_action="")


def by_stage(rows: Rows, chosen: list[str]) -> Rows:
    """One or several stages; ``none`` is whoever stands in none: people at companies, households, vendors."""
    return rows.filter(summary__stage__in=["" if value == "none" else value for value in chosen])


def by_class(rows: Rows, chosen: list[str]) -> Rows:
    """One or several classes; ``none`` is whoever has none yet."""
    named = [value for value in chosen if value != "none"]
    wanted = Q(summary__value_class__in=named)
    return rows.filter(wanted | Q(summary__value_class="")) if "none" in chosen else rows.filter(wanted)


def month_span(month: date) -> tuple[datetime, datetime]:
    """The first moment of the month and of the one after, in the company's zone."""
    first = month.replace(day=1)
    following = (
        first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    )
    return midnight(first), midnight(following)


def midnight(day: date) -> datetime:
    """The beginning of a day in the company's zone."""
    return timezone.make_aware(datetime.combine(day, time()))
