"""Making, changing and removing call lists and scripts. What is done with a list while calling stands in ``calling`` and ``outcomes``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.models import Party
from regulars.kit import text
from regulars.kit.errors import UserError
from regulars.kit.parts import in_parts
from regulars.marketing.call_lists.models import Call, CallList, Order, Script
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

_AT_ONCE: Final = 2_000


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
