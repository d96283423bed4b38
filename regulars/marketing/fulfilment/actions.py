"""Asking for literature, putting requests into lists, sending them, and taking each of that back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.customers import actions as customers
from regulars.customers import timeline
from regulars.customers.models import Batch, BatchKind, Channel, Event, Party
from regulars.customers.timeline import NewEvent
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.kit.parts import in_parts
from regulars.marketing.fulfilment import queries
from regulars.marketing.fulfilment.addresses import Address
from regulars.marketing.fulfilment.models import FulfilmentList, Item, ItemKind, Request, RequestState, Source
from regulars.marketing.fulfilment.timeline import ASKED, SENT, SOURCE
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

_AT_ONCE: Final = 2_000
MOST_AT_ONCE: Final = 99


@transaction.atomic
def save_item(
    *, item: Item | None, name_en: str, name_zh: str, kind: str, public: bool, cost: int, by: User | None
) -> Item:
    """Write down something that can be sent, or change it.

    Args:
        cost: of one, sent, in minor units of the company's currency.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it has no name, or the cost is below nothing.
    """
    if by is not None:
        require(by, "fulfilment.edit")
    names = text.clean(name_en)[:120], text.clean(name_zh)[:120]
    if not any(names):
        raise UserError(_("Please give it a name, in one language at least."))
    if cost < 0:
        raise UserError(_("The cost cannot be below nothing."))
    held = item or Item()
    held.name_en, held.name_zh = names
    held.kind, held.public, held.cost = ItemKind(kind), public, cost
    held.save()
    return held


@transaction.atomic
def remove_item(*, item: Item, by: User) -> None:
    """Send it no more; what was asked for stays.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "fulfilment.edit")
    Item.objects.live().filter(pk=item.pk).update(removed_at=clock.now())


@transaction.atomic
def bring_item_back(*, item: Item, by: User) -> None:
    """Undo a removal.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "fulfilment.edit")
    Item.objects.filter(pk=item.pk).update(removed_at=None)


@transaction.atomic
def request(
    *,
    party: Party,
    item: Item,
    by: User | None,
    source: str = Source.STAFF,
    quantity: int = 1,
    address: Address | None = None,
) -> tuple[Request, bool]:
    """Note that a customer is to get something; asked twice while the first is open, it is one request.

    Args:
        address: where to, if not to the customer's own address. A form that anybody may fill in never redirects an open request.

    Returns:
        The request, and whether it is new.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it is no longer sent out, or the number makes no sense.
    """
    if by is not None:
        require(by, "fulfilment.view")
    if item.removed_at is not None:
        raise UserError(_("This is no longer sent out."))
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise UserError(_("Please ask for 1 to 99."))
    where = _columns(address) if address is not None else {}
    held = Request.objects.open().select_for_update(of=("self",)).filter(party=party, item=item).first()
    if held is not None:
        if source != Source.FORM:
            Request.objects.filter(pk=held.pk).update(quantity=quantity, **where)
            held.refresh_from_db()
        return held, False
    made = Request.objects.create(
        party=party, item=item, quantity=quantity, source=Source(source), asked_by=by, **where
    )
    timeline.record(
        kind=ASKED, customer=party, by=by, channel=Channel.WEB if source == Source.FORM else "", department="marketing",
        object_type="request", object_id=made.pk, payload=_names(item) | {"quantity": quantity},
    )  # fmt: skip
    return made, True


def _columns(one: Address) -> dict[str, str]:
    longest = {"recipient": 200, "address": 255, "city": 80, "region": 80, "postcode": 16, "country": 60}
    return {name: text.clean(getattr(one, name))[:most] for name, most in longest.items()}


def _names(item: Item) -> dict[str, Any]:
    return {"item_en": item.name_en, "item_zh": item.name_zh}


@transaction.atomic
def take_back(*, request: Request, by: User) -> None:
    """Undo asking, by whoever noted it, as long as it is open: as if it had never been asked for.

    Raises:
        Forbidden: the role does not allow it.
        UserError: somebody else noted it, or it is settled.
    """
    require(by, "fulfilment.view")
    held = Request.objects.open().select_for_update(of=("self",)).filter(pk=request.pk, asked_by=by).first()
    if held is None:
        raise UserError(_("This can no longer be undone here."))
    now = clock.now()
    batch = Batch.objects.create(kind=BatchKind.EDIT, made_by=by, undone_at=now, undone_by=by)
    told = Event.objects.filter(kind=ASKED, object_type="request", object_id=held.pk, retracted_in=None)
    told.update(retracted_in=batch.pk)
    held.delete()


@transaction.atomic
def withdraw(*, request_ids: Iterable[int], by: User) -> list[int]:
    """Send them not after all; the ids of those that were open.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "fulfilment.edit")
    ids = list(Request.objects.open().filter(pk__in=list(request_ids)).values_list("pk", flat=True))
    Request.objects.filter(pk__in=ids).update(state=RequestState.WITHDRAWN, done_at=clock.now())
    return ids


@transaction.atomic
def reopen(*, request_ids: Iterable[int], by: User) -> int:
    """Undo a withdrawal; whoever asked anew meanwhile has an open request already, and keeps that one.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "fulfilment.edit")
    count = 0
    for one in Request.objects.filter(pk__in=list(request_ids), state=RequestState.WITHDRAWN):
        if not Request.objects.open().filter(party=one.party_id, item=one.item_id).exists():
            count += Request.objects.filter(pk=one.pk).update(state=RequestState.OPEN, done_at=None)
    return count


@transaction.atomic
def gather(*, request_ids: Iterable[int], name: str, by: User) -> FulfilmentList:
    """Put open requests that are on no list yet onto a new one.

    Raises:
        Forbidden: the role does not allow it.
        UserError: there is no name, or none of them is open and loose.
    """
    require(by, "fulfilment.edit")
    if not (name := text.clean(name)[:120]):
        raise UserError(_("Please give the list a name."))
    loose = Request.objects.loose().filter(pk__in=list(request_ids))
    if not loose.exists():
        raise UserError(_("None of these is open and on no list yet."))
    made = FulfilmentList.objects.create(name=name, made_by=by)
    count = loose.update(list=made)
    audit.record(
        "fulfilment.made", by=by, object_type="fulfilment_list", object_id=made.pk, name=made.name, requests=count
    )
    return made


@transaction.atomic
def make(*, origin: str, name: str, item: Item, party_ids: Iterable[int], by: User | None) -> FulfilmentList:
    """Make the list of ``origin`` with one request for each customer, or add to it whoever is not on it yet.

    Where its list went out already, whoever comes later goes onto a further list of the same origin; nobody gets it twice. A
    customer who waits for the item already keeps their request, which joins the list where it is on none. Whoever is
    merged, or in the trash, is left out.

    Args:
        origin: what it is made of, e.g. ``campaign:12``; empty: a list of its own each time.
        by: None: the system (a campaign that starts).

    Raises:
        Forbidden: the role does not allow it.
        UserError: it has no name.
    """
    if by is not None:
        require(by, "fulfilment.edit")
    if not (name := text.clean(name)[:120]):
        raise UserError(_("Please give the list a name."))
    before = list(FulfilmentList.objects.select_for_update().filter(origin=origin).order_by("pk")) if origin else []
    waits = next((one for one in before if one.sent_at is None), None)
    made = waits or FulfilmentList.objects.create(name=_further(name, len(before)), origin=origin, made_by=by)
    source = Source.CAMPAIGN if origin.startswith("campaign") else Source.STAFF
    added = sum(_add(made, item, some, source, by) for some in in_parts(party_ids, _AT_ONCE))
    if before and waits is None and not added:  # all of them are on a list that went out
        made.delete()
        return before[-1]
    if by is not None:
        audit.record(
            "fulfilment.made", by=by, object_type="fulfilment_list", object_id=made.pk, name=made.name, requests=added
        )
    return made


def _further(name: str, before: int) -> str:
    """The name of a list of which so many of the same origin went out before."""
    number = f" ({before + 1})" if before else ""
    return name[: 120 - len(number)] + number


def _add(made: FulfilmentList, item: Item, some: Iterable[int], source: str, by: User | None) -> int:
    """Requests of these customers; returns how many joined the list."""
    ids = list(some)
    live = set(Party.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
    waiting = Request.objects.filter(item=item, party__in=live, state=RequestState.OPEN)
    joined = waiting.filter(list=None).update(list=made)
    held = set(waiting.values_list("party_id", flat=True)) | set(
        Request.objects.filter(_same(made), item=item, party__in=live).values_list("party_id", flat=True)
    )
    rows = [Request(party_id=pk, item=item, list=made, source=source, asked_by=by) for pk in sorted(live - held)]
    return joined + len(Request.objects.bulk_create(rows, ignore_conflicts=True))


def _same(made: FulfilmentList) -> Q:
    """Requests on this list, or on another of its origin."""
    return Q(list__origin=made.origin) if made.origin else Q(list=made)


@transaction.atomic
def remove_list(*, fulfilment_list: FulfilmentList, by: User) -> None:
    """Take a list away that is not on its way; its requests are open and on no list again, a campaign's are withdrawn.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it went out.
    """
    require(by, "fulfilment.edit")
    held = FulfilmentList.objects.select_for_update().get(pk=fulfilment_list.pk)
    if held.sent_at is not None:
        raise UserError(_("This list is on its way already."))
    if held.removed_at is None:
        waiting = Request.objects.open().filter(list=held)
        waiting.filter(source=Source.CAMPAIGN).update(state=RequestState.WITHDRAWN, done_at=clock.now())
        waiting.exclude(source=Source.CAMPAIGN).update(list=None)
        FulfilmentList.objects.filter(pk=held.pk).update(removed_at=clock.now(), origin="")
        audit.record("fulfilment.removed", by=by, object_type="fulfilment_list", object_id=held.pk, name=held.name)


@transaction.atomic
def mark_sent(*, fulfilment_list: FulfilmentList, by: User) -> int:
    """All of the list went out, except what cannot: that stays open and leaves the list. Where each went is kept with it.

    Permission is asked once more; each that went is on the customer's timeline.

    Returns:
        How many went.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it is on its way already, or nothing on it can be sent.
    """
    require(by, "fulfilment.edit")
    held = FulfilmentList.objects.select_for_update().get(pk=fulfilment_list.pk)
    if held.sent_at is not None or held.removed_at is not None:
        raise UserError(_("This list is on its way already."))
    now, count = clock.now(), 0
    batch = Batch.objects.create(kind=BatchKind.EDIT, made_by=by)
    left: list[int] = []
    for lines in in_parts(queries.lines_of(held), _AT_ONCE):
        going = [line for line in lines if not line.problem]
        left += [line.request.pk for line in lines if line.problem]
        _send(going, held, batch, by)
        count += len(going)
    if not count:
        raise UserError(_("Nothing on this list can be sent: see why beside each line."))
    Request.objects.filter(pk__in=left).update(list=None)
    FulfilmentList.objects.filter(pk=held.pk).update(sent_at=now, sent_by=by)
    audit.record(
        "fulfilment.sent", by=by, object_type="fulfilment_list", object_id=held.pk, name=held.name, requests=count
    )
    return count


def _send(lines: Sequence[queries.Line], held: FulfilmentList, batch: Batch, by: User) -> None:
    now = clock.now()
    for line in lines:
        one = line.request
        one.state, one.done_at = RequestState.SENT, now
        for name, value in _columns(line.where).items():
            setattr(one, name, value)
    columns = ["state", "done_at", "recipient", "address", "city", "region", "postcode", "country"]
    Request.objects.bulk_update([line.request for line in lines], columns, batch_size=500)
    timeline.record_many(
        NewEvent(
            kind=SENT, customer_id=line.request.party_id, party_id=line.request.party_id, occurred_at=now, channel=Channel.POST,
            department="marketing", actor_id=by.pk, object_type="fulfilment_list", object_id=held.pk, batch_id=batch.pk,
            payload=_names(line.request.item) | {"quantity": line.request.quantity}, source=SOURCE,
            source_key=f"{line.request.pk}:{batch.pk}",
        )
        for line in lines
    )  # fmt: skip
    customers.rebuild_activity(party_ids=[line.request.party_id for line in lines])


@transaction.atomic
def mark_unsent(*, fulfilment_list: FulfilmentList, by: User) -> int:
    """Undo the sending: all of it is open again and off the timelines.

    Somebody who asked anew since then keeps that request; the older one stays as sent. A further list of the same origin
    that waits comes back into this one.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it did not go out.
    """
    require(by, "fulfilment.edit")
    held = FulfilmentList.objects.select_for_update().get(pk=fulfilment_list.pk)
    if held.sent_at is None:
        raise UserError(_("This list did not go out."))
    now = clock.now()
    batch = Batch.objects.create(kind=BatchKind.EDIT, made_by=by, undone_at=now, undone_by=by)
    went = Request.objects.filter(list=held, state=RequestState.SENT)
    anew = Request.objects.open().filter(party__in=went.values("party")).values_list("party_id", "item_id")
    again = Q(pk__in=[])
    for party, item in anew:
        again |= Q(party=party, item=item)
    ids = list(went.exclude(again).values_list("pk", flat=True))
    parties = list(went.values_list("party_id", flat=True))
    Request.objects.filter(pk__in=ids).update(state=RequestState.OPEN, done_at=None)
    told = Event.objects.filter(kind=SENT, object_type="fulfilment_list", object_id=held.pk, retracted_in=None)
    told.update(retracted_in=batch.pk)
    customers.rebuild_activity(party_ids=parties)
    _take_in_further(held)
    FulfilmentList.objects.filter(pk=held.pk).update(sent_at=None, sent_by=None)
    audit.record(
        "fulfilment.unsent", by=by, object_type="fulfilment_list", object_id=held.pk, name=held.name, requests=len(ids)
    )
    return len(ids)


def _take_in_further(held: FulfilmentList) -> None:
    """The list of the same origin that waits becomes part of ``held``, so that one of them waits."""
    further = (
        FulfilmentList.objects.select_for_update().filter(origin=held.origin, sent_at=None).exclude(origin="").first()
    )
    if further is not None:
        Request.objects.filter(list=further).update(list=held)
        FulfilmentList.objects.filter(pk=further.pk).update(removed_at=clock.now(), origin="")
