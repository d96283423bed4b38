"""Handing out the next customer of a list: under a lease, so that two agents never call the same person, with permission asked at that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.customers.models import Channel, Party
from regulars.customers.permission.decisions import Decision
from regulars.customers.permission.queries import decide
from regulars.kit import clock
from regulars.kit.errors import Conflict
from regulars.marketing.call_lists import queries
from regulars.marketing.call_lists.models import Call, CallList, CallState
from regulars.marketing.call_lists.words import LATE, PASSED
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

LEASE: Final = timedelta(minutes=20)
PUT_OFF: Final = timedelta(minutes=30)
_LOOKED_AT: Final = 100
_ROUNDS: Final = 50
"""At most 5,000 customers are looked at for one who may be called; whoever was not goes on with the next press."""


def next_call(*, call_list: CallList, by: User) -> Call | None:
    """Give ``by`` the next customer whom they may call now: the one they have already, else the first of those who wait.

    Whoever may not be called is put off until they may, or not called at all, with the reason.

    Returns:
        None when nobody can be called now.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "call_lists.call")
    now = clock.now()
    if call_list.not_after is not None and call_list.not_after <= now:
        close_late(call_list)
        return None
    held = queries.held_by(by, call_list)
    if held is not None and not refused([held], now):
        return held if _take(held, by, now) else None
    for _round in range(_ROUNDS):
        candidates = list(queries.waiting(call_list, by, now).select_related("party")[:_LOOKED_AT])
        if not candidates:
            return None
        no = refused(candidates, now)
        for call in candidates:
            if call.pk not in no and _take(call, by, now):
                return queries.held_by(by, call_list)
        if not no:
            return None
    return None


def refused(calls: Sequence[Call], now: datetime) -> set[int]:
    """Ask whether each may be called now, and write down why not; the calls that may not."""
    points = queries.numbers_of(call.party_id for call in calls)
    decided: dict[int, Decision] = {}
    for purpose in {call.list.purpose for call in calls}:
        parties = [call.party_id for call in calls if call.list.purpose == purpose]
        addresses = {pk: point.normalised for pk, point in points.items() if pk in parties}
        decided |= decide(parties, channel=Channel.PHONE, purpose=purpose, at=now, addresses=addresses)
    no = {call.pk: decided[call.party_id] for call in calls if not decided[call.party_id].ok}
    _write_down(no, {call.pk: call.list.not_after for call in calls}, now)
    return set(no)


@transaction.atomic
def _write_down(no: Mapping[int, Decision], not_after: Mapping[int, datetime | None], now: datetime) -> None:
    """Later where the decision says until when and the list lasts so long, else never. One statement per decision."""
    alike: dict[tuple[str, datetime | None], list[int]] = defaultdict(list)
    for pk, told in no.items():
        end = not_after[pk]
        over = told.until is not None and end is not None and told.until >= end
        alike[LATE if over else told.reason, None if over else told.until].append(pk)
    free = {"leased_to": None, "lease_until": None}
    for (reason, until), ids in alike.items():
        rows = Call.objects.filter(pk__in=ids, state=CallState.OPEN)
        if until is not None:
            rows.update(reason=reason, next_at=until, **free)
        else:
            rows.update(state=CallState.SKIPPED, reason=reason, done_at=now, **free)


@transaction.atomic
def take(*, call: Call, by: User) -> None:
    """Let ``by`` have a call that was made elsewhere, by a telephone system or on the way, so that they may say what came of it.

    Raises:
        Forbidden: the role does not allow it.
        Conflict: somebody else has the customer on screen, it is settled, or it waits for a later time.
    """
    require(by, "call_lists.call")
    if not _take(call, by, clock.now()):
        raise Conflict(
            _("This call is not to be made now: somebody has the customer on screen, it is settled, or it waits.")
        )


@transaction.atomic
def _take(call: Call, by: User, now: datetime) -> bool:
    """Lease the call to ``by``, unless somebody else has the customer on screen, from whatever list.

    The customer's row is locked: two agents at the same moment come one after the other.
    """
    if Party.objects.select_for_update(of=("self",)).filter(pk=call.party_id, merged_into=None).first() is None:
        return False
    elsewhere = Call.objects.filter(party=call.party_id, lease_until__gt=now, leased_to__isnull=False).exclude(
        pk=call.pk
    )
    if elsewhere.exists():
        return False
    free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(leased_to=by)
    mine = Call.objects.filter(free, pk=call.pk, state=CallState.OPEN, next_at__lte=now)
    return bool(mine.update(leased_to=by, lease_until=now + LEASE, reason=""))


@transaction.atomic
def put_off(*, call: Call, by: User) -> None:
    """Somebody else first: the customer comes again in half an hour.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "call_lists.call")
    mine = Call.objects.filter(pk=call.pk, leased_to=by, state=CallState.OPEN)
    mine.update(leased_to=None, lease_until=None, reason=PASSED, next_at=clock.now() + PUT_OFF)


@transaction.atomic
def give_back(*, call_list: CallList, by: User) -> None:
    """The agent stops: whom they have on screen is free for others.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "call_lists.call")
    Call.objects.filter(list=call_list, leased_to=by, state=CallState.OPEN).update(leased_to=None, lease_until=None)


@transaction.atomic
def close_late(call_list: CallList) -> int:
    """The time of the list is over: whoever is still to be called is not."""
    free = {"leased_to": None, "lease_until": None}
    rows = Call.objects.filter(list=call_list, state=CallState.OPEN)
    return rows.update(state=CallState.SKIPPED, reason=LATE, done_at=clock.now(), **free)


def reopen(call_list: CallList) -> int:
    """The time of the list was moved: whoever was too late may be called again."""
    rows = Call.objects.filter(list=call_list, state=CallState.SKIPPED, reason=LATE)
    return rows.update(state=CallState.OPEN, reason="", done_at=None, next_at=clock.now())
