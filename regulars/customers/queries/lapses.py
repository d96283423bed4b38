"""Contracts and warranties that end soon and that nobody has seen to: read by the index of their end, money first.

A contract asks ``notice_days`` before its end, a warranty thirty days; both for two weeks more when nobody saw to it.
Whoever put it off (``quiet_until``), saw to it (``seen_to_on``), renewed it or agreed on something that lasts longer is
asked no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)  # fmt: skip
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from regulars.customers.models import Asset, Contract, Party
from regulars.customers.models.asset import LONGEST_NOTICE
from regulars.customers.queries.seen import of_live, of_seen
from regulars.kit import clock
from regulars.staff.rules import Reach, reach
from regulars.web.listing.walking import unindexed

if TYPE_CHECKING:
    from regulars.staff.models import User

WARRANTY_NOTICE: Final = timedelta(days=30)
REMEMBERED: Final = timedelta(days=14)
MINE, TEAM = "mine", "team"
_MORE: Final = 3
_ROUNDS: Final = 6


class DaysBefore(Func):
    """A day so many days before another: ``DaysBefore("ends_on", "notice_days")``."""

    output_field = DateField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps dates as text."""
        return self.as_sql(
            compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", '-' || ", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL subtracts whole days from a date."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **context)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A contract or a warranty whose end asks to be seen to; ``stake`` is its amount in minor units, 0 for a warranty."""

    thing: Contract | Asset
    party: Party
    ends_on: date
    stake: int
    currency: str

    @property
    def is_contract(self) -> bool:
        """Whether it is a contract rather than the warranty of an asset."""
        return isinstance(self.thing, Contract)

    @property
    def key(self) -> LapseKey:
        """Its place in the order: most money first, contracts before warranties, the soonest first."""
        return LapseKey(self.stake, not self.is_contract, self.ends_on, self.thing.pk)


@dataclass(frozen=True, slots=True)
class LapseKey:
    """The place of a lapse in the order of all."""

    stake: int
    is_warranty: bool
    ends_on: date
    pk: int

    @property
    def place(self) -> tuple[int, bool, date, int]:
        """Smaller comes first."""
        return (-self.stake, self.is_warranty, self.ends_on, self.pk)

    def __str__(self) -> str:
        return f"{self.stake}~{int(self.is_warranty)}~{self.ends_on.isoformat()}~{self.pk}"


def read_key(told: str) -> LapseKey | None:
    """The place in ``told``; None when it is none."""
    try:
        stake, warranty, day, pk = told.split("~")
        return LapseKey(int(stake), warranty == "1", date.fromisoformat(day), int(pk))
    except ValueError:
        return None


def contracts_noticed(day: date) -> QuerySet[Contract]:
    """Contracts within their notice on ``day`` that nobody saw to, whether or not another outlasts them."""
    last = day + timedelta(days=LONGEST_NOTICE)
    rows = Contract.objects.filter(ended_on=None, ends_on__gte=day - REMEMBERED, ends_on__lte=last, seen_to_on=None)
    rows = rows.filter(Q(quiet_until=None) | Q(quiet_until__lte=day))
    rows = rows.annotate(asks_from=DaysBefore("ends_on", "notice_days")).filter(asks_from__lte=day)
    return rows.annotate(stake=Coalesce(F("amount"), Value(0), output_field=BigIntegerField()))


def _outlasting() -> Exists:
    """That something of the same kind, for the same thing or for all, goes on for longer."""
    lasting = Contract.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")), Q(asset=None) | Q(asset=OuterRef("asset")),
        party=OuterRef("party"), kind=OuterRef("kind"), ended_on=None,
    )  # fmt: skip
    return Exists(lasting)


def contracts_asking(day: date) -> QuerySet[Contract]:
    """Contracts whose end asks to be seen to on ``day``."""
    return contracts_noticed(day).filter(~_outlasting())


def warranties_noticed(day: date) -> QuerySet[Asset]:
    """Assets in use whose warranty ends and that nobody saw to, whether or not a contract covers them for longer."""
    rows = Asset.objects.filter(
        retired_on=None,
        warranty_until__gte=day - REMEMBERED,
        warranty_until__lte=day + WARRANTY_NOTICE,
        seen_to_on=None,
    )
    return rows.filter(Q(quiet_until=None) | Q(quiet_until__lte=day))


def _covering() -> QuerySet[Contract]:
    """Contracts that cover an asset for longer than its warranty. Not correlated: it is read once, not for every asset."""
    lasting = Q(ends_on=None) | Q(ends_on__gt=F("asset__warranty_until"))
    return Contract.objects.filter(lasting, asset__isnull=False, ended_on=None)


def warranties_asking(day: date) -> QuerySet[Asset]:
    """Assets in use whose warranty ends and which no contract covers for longer."""
    return warranties_noticed(day).exclude(pk__in=_covering().values("asset"))


def _within(rows: QuerySet[Any], user: User | Any, scope: str) -> QuerySet[Any]:
    """Those of the live customers of ``scope`` whom ``user`` may see."""
    rows = of_live(rows)
    if scope == MINE:
        return rows.filter(Exact(unindexed("party__owner"), user.pk))
    rows = of_seen(rows, user)
    return rows.filter(party__team=user.team_id) if scope == TEAM and user.team_id else rows


def page_of_lapses(user: User | Any, scope: str, after: LapseKey | None = None, size: int = 25) -> list[Lapse]:
    """The next ``size`` that ask, by money."""
    return lapses_at(keys_of_lapses(user, scope, after, size))


def keys_of_lapses(user: User | Any, scope: str, after: LapseKey | None, size: int) -> list[LapseKey]:
    """The places of the next ``size``, by money. Four queries where few are outlasted, two where there are none."""
    day = timezone.localdate(clock.now())
    contracts = [] if after is not None and after.is_warranty else _keys_of_contracts(user, scope, after, size, day)
    missing = size - len(contracts)
    if missing <= 0:
        return contracts
    return contracts + _keys_of_warranties(user, scope, after, missing, day)


def lapses_at(keys: Iterable[LapseKey]) -> list[Lapse]:
    """What ends at the places ``keys``, in that order. A query for each kind there is."""
    keys = list(keys)
    contracts = _whole(Contract.objects.all(), {key.pk for key in keys if not key.is_warranty}, "asset")
    assets = _whole(Asset.objects.all(), {key.pk for key in keys if key.is_warranty}, "product")
    things = [assets.get(key.pk) if key.is_warranty else contracts.get(key.pk) for key in keys]
    return [lapse_of(thing) for thing in things if thing is not None]


def _whole(rows: QuerySet[Any], wanted: set[int], more: str) -> dict[int, Any]:
    return rows.select_related("party__owner", more).in_bulk(wanted) if wanted else {}


def _keys_of_warranties(user: User | Any, scope: str, after: LapseKey | None, size: int, day: date) -> list[LapseKey]:
    """The soonest first; of those read, the ones that a contract covers are left out."""
    rows = _within(warranties_noticed(day), user, scope).order_by("warranty_until", "pk")
    found: list[LapseKey] = []
    last = (after.ends_on, after.pk) if after is not None and after.is_warranty else None
    for _round in range(_ROUNDS):
        step = rows
        if last is not None:
            step = rows.filter(Q(warranty_until__gt=last[0]) | Q(warranty_until=last[0], pk__gt=last[1]))
        some = list(step.values_list("warranty_until", "pk")[:size])
        asked = _covering().filter(asset__in=[pk for _end, pk in some])
        covered = set(asked.values_list("asset", flat=True)) if some else set()
        found += [LapseKey(0, is_warranty=True, ends_on=end, pk=pk) for end, pk in some if pk not in covered]
        if len(found) >= size or len(some) < size:
            break
        last = some[-1]
    return found[:size]


def _keys_of_contracts(user: User | Any, scope: str, after: LapseKey | None, size: int, day: date) -> list[LapseKey]:
    """In two steps: the first by money from the contracts alone, then of those few the ones that still count.

    Asking for both at once would look up the customer of every contract that ends within half a year.
    """
    everybody = scope not in {MINE, TEAM} and reach(user) is Reach.ALL
    rows: QuerySet[Any] = contracts_noticed(day)
    if not everybody:
        rows = _within(rows, user, scope)
    found: list[LapseKey] = []
    for _round in range(_ROUNDS):
        step = rows
        if after is not None:
            later = Q(ends_on__gt=after.ends_on) | Q(ends_on=after.ends_on, pk__gt=after.pk)
            step = rows.filter(Q(stake__lt=after.stake) | Q(later, stake=after.stake))
        first = list(step.order_by("-stake", "ends_on", "pk").values_list("stake", "ends_on", "pk")[: _MORE * size])
        few = _within(Contract.objects.filter(pk__in=[pk for _stake, _end, pk in first]), user, scope)
        counting = set(few.filter(~_outlasting()).values_list("pk", flat=True)) if first else set()
        places = [LapseKey(stake, is_warranty=False, ends_on=end or date.max, pk=pk) for stake, end, pk in first]
        found += [place for place in places if place.pk in counting]
        if len(found) >= size or len(first) < _MORE * size:
            break
        after = places[-1]
    return found[:size]


def sum_of_contracts(user: User | Any, scope: str) -> list[tuple[str, int, int]]:
    """Currency, number and money of the contracts that ask. One query."""
    rows = _within(contracts_asking(timezone.localdate(clock.now())), user, scope)
    told = rows.order_by().values_list("currency").annotate(Count("pk"), Sum("stake"))
    return [(currency, n, money or 0) for currency, n, money in told]


def lapse_of(thing: Contract | Asset) -> Lapse:
    """The same thing as a lapse."""
    if isinstance(thing, Contract):
        return Lapse(thing, thing.party, thing.ends_on or date.max, thing.amount or 0, thing.currency)
    return Lapse(thing, thing.party, thing.warranty_until or date.max, 0, "")


def lapses_of(contracts: Iterable[Contract], assets: Iterable[Asset], day: date) -> list[Lapse]:
    """Of what one customer has, what asks on ``day``: the same rule, from rows that are there already."""
    contracts = [one for one in contracts if one.ended_on is None]
    found = [lapse_of(one) for one in contracts if _asks(one, one.ends_on, timedelta(days=one.notice_days), day)]
    asking = [
        one for one in found if not _outlasted(one, [c for c in contracts if c.kind == getattr(one.thing, "kind", "")])
    ]
    for asset in assets:
        if asset.retired_on is None and _asks(asset, asset.warranty_until, WARRANTY_NOTICE, day):
            lapse = lapse_of(asset)
            if not any(c.asset_id == asset.pk and (c.ends_on or date.max) > lapse.ends_on for c in contracts):
                asking.append(lapse)
    return sorted(asking, key=lambda one: one.key.place)


def _asks(thing: Contract | Asset, end: date | None, notice: timedelta, day: date) -> bool:
    if end is None or thing.seen_to_on is not None or (thing.quiet_until is not None and thing.quiet_until > day):
        return False
    return day - REMEMBERED <= end <= day + notice


def _outlasted(lapse: Lapse, rivals: Iterable[Contract]) -> bool:
    own = lapse.thing
    assert isinstance(own, Contract)
    return any(
        (one.ends_on or date.max) > lapse.ends_on and (one.asset_id is None or one.asset_id == own.asset_id)
        for one in rivals
        if one.pk != own.pk
    )
