"""Who needs somebody now: read from the summaries, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from regulars.customers.models import Party, Snooze, Stage, Task
from regulars.customers.models.party import PartyQuerySet
from regulars.customers.queries.lapses import Lapse, LapseKey, keys_of_lapses, lapses_at, read_key
from regulars.customers.queries.profile import visible_among
from regulars.kit import clock
from regulars.staff.rules import Reach, reach
from regulars.web.listing.walking import in_order_unless_few

if TYPE_CHECKING:
    from regulars.staff.models import User

REST: Final = timedelta(days=7)
"""Somebody we spoke with is left in peace for as long."""

FIRST_PAGE: Final = 12
"""More than a screen holds; the rest comes when somebody comes near it."""
PAGE: Final = 25
MOST_TASKS: Final = 40
FIRST_TASKS: Final = 12
MOST_LOOKED_AT: Final = 400
"""Of how many the ones are picked that the user may see."""

MOST_BESIDE: Final = 6

MINE, TEAM, ALL = "mine", "team", "all"


def scopes_of(user: User | Any) -> list[str]:
    """Whose customers ``user`` may look at on Today, the narrowest first."""
    scopes = [MINE]
    if reach(user) is not Reach.OWN:
        scopes += [TEAM] if user.team_id else []
        scopes += [ALL] if reach(user) is not Reach.TEAM or not user.team_id else []
    return scopes


def usual_scope(user: User | Any) -> str:
    """Where Today begins: one's own customers for those who look after some, all for those who look after the company."""
    return MINE if reach(user) in {Reach.OWN, Reach.TEAM} else ALL


def in_scope(user: User | Any, scope: str) -> PartyQuerySet:
    """The live customers of ``scope`` whom ``user`` may see."""
    rows = Party.objects.visible_to(user).live().filter(summary__isnull=False)
    if scope == MINE:
        return rows.filter(owner=user.pk)
    return rows.filter(team=user.team_id) if scope == TEAM and user.team_id else rows


def _all_of(user: User | Any, scope: str) -> PartyQuerySet:
    """All customers of ``scope``, by its index."""
    if scope == MINE:
        return Party.objects.filter(owner=user.pk)
    return Party.objects.filter(team=user.team_id) if scope == TEAM and user.team_id else Party.objects.all()


@dataclass(frozen=True, slots=True)
class After:
    """The place of a customer in the order by money at stake: the last one shown on the page before."""

    stake: int
    pk: int

    def __str__(self) -> str:
        return f"{self.stake}~{self.pk}"


def read_after(told: str) -> After | None:
    """The position in ``told``; None when it is none."""
    stake, _tilde, pk = told.partition("~")
    try:
        return After(int(stake), int(pk))
    except ValueError:
        return None


def needing_somebody(user: User | Any, scope: str) -> PartyQuerySet:
    """Customers with a next step, neither put off nor spoken with in the last days."""
    now = clock.now()
    put_off = Snooze.objects.filter(party=OuterRef("pk"), until__gt=now)
    # excluding rather than "none or before": an OR would lead SQLite away from the index by money at stake
    rows = in_scope(user, scope).exclude(summary__next_action="").exclude(summary__last_contact_at__gte=now - REST)
    return rows.filter(~Exists(put_off))


def page_of_needs(
    user: User | Any, scope: str, after: After | None = None, size: int = PAGE
) -> tuple[list[Party], After | None]:
    """The next customers by money at stake, and where the page after them begins. Three queries at most."""
    keys = _keys_of_needs(user, scope, after, size + 1)
    return _needing(keys[:size]), keys[size - 1] if len(keys) > size else None


def _keys_of_needs(user: User | Any, scope: str, after: After | None, size: int) -> list[After]:
    """The places of the next ``size``, from the index of the money at stake. Two queries at most."""
    rows = needing_somebody(user, scope)
    if after is not None:
        less = Q(summary__at_stake__lt=after.stake) | Q(summary__at_stake=after.stake, summary__party_id__lt=after.pk)
        rows = rows.filter(Q(summary__at_stake__lte=after.stake), less)
    walked: Any = in_order_unless_few(rows.annotate(stake=F("summary__at_stake")), "stake", _all_of(user, scope))
    ordered = walked.order_by("-summary__at_stake", "-summary__party_id").values_list("stake", "pk")
    return [After(stake, pk) for stake, pk in ordered[:size]]


def _needing(keys: Iterable[After]) -> list[Party]:
    """The customers at ``keys``, in that order. One query, none for no keys."""
    wanted = [key.pk for key in keys]
    found = Party.objects.select_related("summary", "owner").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


@dataclass(frozen=True, slots=True)
class DayAfter:
    """Where the next page of the day begins: among those who need somebody, and among what ends soon (None: all shown)."""

    need: After | None
    lapse: LapseKey | None
    begun: tuple[bool, bool] = (True, True)

    def __str__(self) -> str:
        parts = zip((self.need, self.lapse), self.begun, strict=True)
        return "!".join("" if not begun else "-" if key is None else str(key) for key, begun in parts)


def read_day_after(told: str) -> DayAfter | None:
    """The position in ``told``; None when it is none."""
    need, bang, lapse = told.partition("!")
    after = DayAfter(read_after(need), read_key(lapse), (bool(need), bool(lapse)))
    return after if bang and str(after) == told else None


def page_of_day(
    user: User | Any, scope: str, after: DayAfter | None = None, size: int = PAGE
) -> tuple[list[Party | Lapse], DayAfter | None]:
    """Customers who need somebody and agreements that end soon, together by money at stake.

    The places first, then only what is shown. Eight queries at most where few agreements are outlasted.
    """
    after = after or DayAfter(None, None, (False, False))
    keys: list[After | LapseKey] = []
    if after.need is not None or not after.begun[0]:
        keys += _keys_of_needs(user, scope, after.need, size + 1)
    if after.lapse is not None or not after.begun[1]:
        keys += keys_of_lapses(user, scope, after.lapse, size + 1)
    keys.sort(key=lambda one: -one.stake)
    shown, rest = keys[:size], keys[size:]
    needs, lapses = (
        [one for one in shown if isinstance(one, After)],
        [one for one in shown if isinstance(one, LapseKey)],
    )
    rows: dict[After | LapseKey, Party | Lapse] = {After(one.summary.at_stake, one.pk): one for one in _needing(needs)}
    rows |= {one.key: one for one in lapses_at(lapses)}
    lines = [rows[key] for key in shown if key in rows]
    if not rest:
        return lines, None
    more = (any(isinstance(one, After) for one in rest), any(isinstance(one, LapseKey) for one in rest))
    return lines, DayAfter(
        (needs[-1] if needs else after.need) if more[0] else None,
        (lapses[-1] if lapses else after.lapse) if more[1] else None,
        (not more[0] or bool(needs) or after.begun[0], not more[1] or bool(lapses) or after.begun[1]),
    )


@dataclass(frozen=True, slots=True)
class Stakes:
    """How many need somebody, and how much money is at stake with them: pairs of currency and minor units, most first."""

    customers: int
    money: list[tuple[str, int]]


def stakes(user: User | Any, scope: str) -> Stakes:
    """The sum over everybody who needs somebody. One query."""
    rows = needing_somebody(user, scope).order_by().values_list("summary__currency")
    return summed(
        (currency, n, money or 0) for currency, n, money in rows.annotate(Count("pk"), Sum("summary__at_stake"))
    )


def summed(parts: Iterable[tuple[str, int, int]]) -> Stakes:
    """The stakes of parts told as currency, customers, money."""
    customers, money = 0, Counter[str]()
    for currency, n, amount in parts:
        customers += n
        money[currency] += amount
    return Stakes(customers, [(currency, amount) for currency, amount in money.most_common() if amount])


def due_tasks(user: User | Any, scope: str) -> list[Task]:
    """What was promised or planned until the end of today, the oldest first, ``MOST_TASKS`` at most. Three queries."""
    return tasks_at(due_ids(user, scope))


def due_ids(user: User | Any, scope: str) -> list[int]:
    """The ids of ``due_tasks``. Two queries."""
    rows = Task.objects.open().filter(due_at__lt=_end_of(timezone.localdate(clock.now())))
    if scope == MINE:
        rows = rows.filter(assignee=user.pk)
    elif scope == TEAM:
        rows = rows.filter(party__team=user.team_id)
    found = list(rows.order_by("due_at", "pk").values_list("pk", "party")[:MOST_LOOKED_AT])
    seen = visible_among(user, (party for _pk, party in found))
    return [pk for pk, party in found if party in seen][:MOST_TASKS]


def tasks_at(ids: list[int]) -> list[Task]:
    """These tasks, the oldest first. One query, none for no ids."""
    rows = Task.objects.filter(pk__in=ids).select_related("party")
    return list(rows.order_by("due_at", "pk")) if ids else []


def newcomers(user: User | Any, scope: str) -> list[Party]:
    """New customers whom nobody has welcomed since their first order, the newest first. Two queries at most."""
    unwelcomed = Q(summary__last_contact_at=None) | Q(summary__last_contact_at__lt=F("summary__first_order_at"))
    # who has no order yet stands first in the index of the first orders: skipped by saying so
    bought = Q(summary__first_order_at__isnull=False)
    rows = in_scope(user, scope).filter(unwelcomed, bought, summary__stage=Stage.WELCOME)
    newest: Any = in_order_unless_few(
        rows.annotate(newest=F("summary__first_order_at")), "newest", _all_of(user, scope)
    )
    return list(newest.select_related("summary", "owner").order_by("-newest", "-summary__pk")[:MOST_BESIDE])


def is_empty() -> bool:
    """Whether nothing has been brought in yet."""
    return not Party.objects.exists()


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
