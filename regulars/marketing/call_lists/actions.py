"""Making, changing and removing call lists and scripts. What is done with a list while calling stands in ``calling`` and ``outcomes``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.models import Party
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.kit.parts import in_parts
from regulars.marketing.call_lists import calling
from regulars.marketing.call_lists.models import Call, CallList, CallState, Order, Script
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

_AT_ONCE: Final = 2_000
MOST_TRIES: Final = 20
LONGEST_PAUSE: Final = 30 * 24 * 60
"""Minutes."""
LONGEST_WORDS: Final = 8_000


@transaction.atomic
def make(
    *,
    origin: str,
    name: str,
    script: Script | None,
    party_ids: Iterable[int],
    not_after: datetime | None,
    by: User | None,
    order: str = Order.VALUE,
    purpose: str = "marketing",
) -> CallList:
    """Make the list of ``origin``, or add to it whoever is not on it yet: made again with the same customers it is the same.

    Whether they may be called is asked when they are. Whoever is merged, or in the trash, is left out.

    Args:
        origin: what it is made of, e.g. ``campaign:12``; empty: a list of its own each time.
        by: None: the system (a campaign that starts).

    Raises:
        Forbidden: the role does not allow it.
        UserError: it has no name.
    """
    if by is not None:
        require(by, "call_lists.edit")
    if not (name := text.clean(name)[:120]):
        raise UserError(_("Please give the list a name."))
    held = CallList.objects.select_for_update().filter(origin=origin).first() if origin else None
    facts = {"script": script, "not_after": not_after, "order": Order(order), "purpose": purpose, "owner": by}
    made = held or CallList.objects.create(name=name, origin=origin, **facts)
    added = sum(_add(made, some) for some in in_parts(party_ids, _AT_ONCE))
    if by is not None:
        audit.record(
            "call_lists.made", by=by, object_type="call_list", object_id=made.pk, name=made.name, customers=added
        )
    return made


def _add(made: CallList, some: Iterable[int]) -> int:
    """Put these customers on the list who are not yet; returns how many are new."""
    wanted = set(some) - set(Call.objects.filter(list=made, party__in=list(some)).values_list("party_id", flat=True))
    found = (
        Party.objects.live()
        .filter(pk__in=wanted)
        .values_list("pk", "summary__at_stake", "summary__revenue_12m", "summary__revenue")
    )
    rows = [Call(list=made, party_id=pk, rank=_rank(made.order, stake, year, ever)) for pk, stake, year, ever in found]
    return len(Call.objects.bulk_create(rows, ignore_conflicts=True))


def _rank(order: str, stake: int | None, year: int | None, ever: int | None) -> int:
    """Minor units: what is at stake, or what a customer brought in a year (a tenth of what they ever brought, where that is nothing)."""
    return (stake or 0) if order == Order.URGENCY else (year or 0) or (ever or 0) // 10


@transaction.atomic
def change_list(
    *, call_list: CallList, name: str, script: Script | None, order: str, not_after: datetime | None, most_tries: int,
    pause_minutes: int, by: User,
) -> CallList:  # fmt: skip
    """Change how a list is worked; another order ranks its customers anew, a later end lets those be called who were too late.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it has no name, or a number makes no sense.
    """
    require(by, "call_lists.edit")
    if not (name := text.clean(name)[:120]):
        raise UserError(_("Please give the list a name."))
    if not (1 <= most_tries <= MOST_TRIES and 0 <= pause_minutes <= LONGEST_PAUSE):
        raise UserError(_("Please give one to twenty tries, at most thirty days apart."))
    held = CallList.objects.live().select_for_update(of=("self",)).get(pk=call_list.pk)
    reranked = held.order != order
    held.name, held.script, held.order, held.not_after = name, script, Order(order), not_after
    held.most_tries, held.pause_minutes = most_tries, pause_minutes
    held.save()
    if reranked:
        _rank_anew(held)
    if not_after is None or not_after > clock.now():
        calling.reopen(held)
    audit.record("call_lists.changed", by=by, object_type="call_list", object_id=held.pk, name=held.name)
    return held


def _rank_anew(call_list: CallList) -> None:
    columns = ("party__summary__at_stake", "party__summary__revenue_12m", "party__summary__revenue")
    rows = Call.objects.filter(list=call_list, state=CallState.OPEN).values_list("pk", *columns)
    for some in in_parts(list(rows), _AT_ONCE):
        Call.objects.bulk_update(
            [Call(pk=pk, rank=_rank(call_list.order, stake, year, ever)) for pk, stake, year, ever in some], ["rank"]
        )


@transaction.atomic
def remove_list(*, call_list: CallList, by: User) -> None:
    """Take a list away: nobody is called from it any more; what was said stays on the timelines.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "call_lists.edit")
    if CallList.objects.live().filter(pk=call_list.pk).update(removed_at=clock.now()):
        Call.objects.filter(list=call_list).update(leased_to=None, lease_until=None)
        audit.record("call_lists.removed", by=by, object_type="call_list", object_id=call_list.pk, name=call_list.name)


@transaction.atomic
def bring_back(*, call_list: CallList, by: User) -> None:
    """Undo a removal.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "call_lists.edit")
    if CallList.objects.filter(pk=call_list.pk, removed_at__isnull=False).update(removed_at=None):
        audit.record("call_lists.brought_back", by=by, object_type="call_list", object_id=call_list.pk)


@transaction.atomic
def save_script(*, script: Script | None, by: User | None, name: str, **words: Any) -> Script:
    """Write a script down, or change one.

    Args:
        words: ``words_en``, ``words_zh``, ``fields_en``, ``fields_zh``.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it has no name, or another script has it; it says nothing.
    """
    if by is not None:
        require(by, "call_lists.edit")
    if not (name := text.clean(name)[:120]):
        raise UserError(_("Please give the script a name."))
    others = Script.objects.filter(name=name, removed_at=None)
    if (others.exclude(pk=script.pk) if script else others).exists():
        raise UserError(_("There is a script of this name already."))
    held = script or Script()
    held.name, held.changed_at = name, clock.now()
    for key in ("words_en", "words_zh", "fields_en", "fields_zh"):
        setattr(held, key, str(words.get(key, "")).strip()[:LONGEST_WORDS])
    if not (held.words_en or held.words_zh):
        raise UserError(_("Please write what is to be said, in one language at least."))
    held.save()
    return held


@transaction.atomic
def remove_script(*, script: Script, by: User) -> None:
    """Take a script away; lists that have it keep it.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "call_lists.edit")
    Script.objects.filter(pk=script.pk, removed_at=None).update(removed_at=clock.now())


@transaction.atomic
def bring_script_back(*, script: Script, by: User) -> None:
    """Undo the removal of a script.

    Raises:
        Forbidden: the role does not allow it.
        UserError: another one has its name by now.
    """
    require(by, "call_lists.edit")
    if Script.objects.filter(name=script.name, removed_at=None).exclude(pk=script.pk).exists():
        raise UserError(_("There is a script of this name already."))
    Script.objects.filter(pk=script.pk).update(removed_at=None)
