"""Asking for literature, putting requests into lists, sending them, and taking each of that back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.models import Party
from regulars.kit import text
from regulars.kit.errors import UserError
from regulars.kit.parts import in_parts
from regulars.marketing.fulfilment.models import FulfilmentList, Item, Request, RequestState, Source
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

_AT_ONCE: Final = 2_000


@transaction.atomic
def make(*, origin: str, name: str, item: Item, party_ids: Iterable[int], by: User | None) -> FulfilmentList:
    """Make the list of ``origin`` with one request for each customer, or add to it whoever is not on it yet.

    A customer who waits for the item already keeps their request, which joins the list where it is on none. Whoever is
    merged, or in the trash, is left out.

    Args:
        origin: what it is made of, e.g. ``campaign:12``; empty: a list of its own each time.
        by: None: the system (a campaign that starts).

    Raises:
        Forbidden: the role does not allow it.
        UserError: it has no name, or went out already.
    """
    if by is not None:
        require(by, "fulfilment.edit")
    if not (name := text.clean(name)[:120]):
        raise UserError(_("Please give the list a name."))
    held = FulfilmentList.objects.select_for_update().filter(origin=origin).first() if origin else None
    if held is not None and held.sent_at is not None:
        raise UserError(_("This list is on its way already."))
    made = held or FulfilmentList.objects.create(name=name, origin=origin, made_by=by)
    source = Source.CAMPAIGN if origin.startswith("campaign") else Source.STAFF
    added = sum(_add(made, item, some, source, by) for some in in_parts(party_ids, _AT_ONCE))
    if by is not None:
        audit.record(
            "fulfilment.made", by=by, object_type="fulfilment_list", object_id=made.pk, name=made.name, requests=added
        )
    return made


def _add(made: FulfilmentList, item: Item, some: Iterable[int], source: str, by: User | None) -> int:
    """Requests of these customers; returns how many joined the list."""
    ids = list(some)
    live = set(Party.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
    waiting = Request.objects.filter(item=item, party__in=live, state=RequestState.OPEN)
    joined = waiting.filter(list=None).update(list=made)
    held = set(waiting.values_list("party_id", flat=True)) | set(
        Request.objects.filter(list=made, item=item, party__in=live).values_list("party_id", flat=True)
    )
    rows = [Request(party_id=pk, item=item, list=made, source=source, asked_by=by) for pk in sorted(live - held)]
    return joined + len(Request.objects.bulk_create(rows, ignore_conflicts=True))
