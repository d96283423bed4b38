"""What was agreed with customers: made, changed, renewed, ended, used, and seen to before it lapses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.acts import new_act
from regulars.customers.actions.agreements import assign, change, check, keep, read_rows
from regulars.customers.actions.revisions import attname_of, revise
from regulars.customers.models import Asset, Batch, Contract, Event, Party
from regulars.customers.models.asset import LONGEST_NOTICE
from regulars.customers.queries.terms import same_length_from
from regulars.kit import clock, text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

CONTRACT_FIELDS: Final = frozenset(
    {
        "kind", "asset", "number", "title", "starts_on", "ends_on", "amount", "currency", "terms", "coverage",
        "response_hours", "visits_included", "notice_days", "renews",
    }
)  # fmt: skip
_CARRIED_OVER: Final = CONTRACT_FIELDS - {"starts_on", "ends_on"}
_WATCHED: Final = frozenset({"ends_on", "notice_days"})


@transaction.atomic
def add_contract(
    *, party: Party, title: str, starts_on: date, by: User | None, batch: Batch | None = None, **facts: Any
) -> Contract:
    """Write down an agreement with ``party``.

    Args:
        facts: any of ``CONTRACT_FIELDS``; ``amount`` in minor units of ``currency`` for the whole term.

    Raises:
        UserError: a field is unknown, the asset is somebody else's, or the dates are in the wrong order.
    """
    contract = Contract(party=party, batch_id=batch.pk if batch else None)
    assign(contract, {"title": title, "starts_on": starts_on, **facts}, CONTRACT_FIELDS)
    check_contract(contract)
    contract.save(force_insert=True)
    after = {name: getattr(contract, attname_of(Contract, name)) for name in ("title", "starts_on", *facts)}
    revise(record=contract, before={}, after=after, by=by, party_id=party.pk, batch=batch)
    _tell(contract, "customers.contract_signed", by, batch)
    return contract


@transaction.atomic
def add_contracts(*, rows: Iterable[Mapping[str, Any]], by: User | None, batch: Batch | None = None) -> Batch:
    """Write down many contracts at once, as one act; each row holds ``party`` and what ``add_contract`` takes.

    Cost: three statements per 500 contracts. Rows that do not fit refuse all of them.

    Raises:
        UserError: a row does not fit; the sentence says which.
    """
    act = batch or new_act(by=by, title=_("Contracts"))
    contracts = read_rows(rows, lambda party: Contract(party=party, batch_id=act.pk), CONTRACT_FIELDS, check_contract)
    now = clock.now()
    write_contracts(contracts=[(contract, now) for contract in contracts], by=by, batch=act)
    return act


@transaction.atomic
def write_contracts(*, contracts: Sequence[tuple[Contract, datetime]], by: User | None, batch: Batch) -> None:
    """Write contracts that ``check_contract`` has seen, each with the moment at which it stands on the timeline.

    One that ``follows`` another is its renewal, and the reminder of the term before falls silent.
    Cost: two statements per 500 contracts, three more for each renewal of a contract that is here.
    """
    left = [contract for contract, _moment in contracts]
    for one in left:
        one.batch_id = batch.pk
        if one.follows is not None and one.follows._state.adding:
            one.follows.seen_to_on = timezone.localdate(clock.now())
        elif one.follows is not None:
            _see_to(one.follows, by, batch)
    while left:  # a term is written after the one before it
        ready = [one for one in left if one.follows is None or not one.follows._state.adding]
        Contract.objects.bulk_create(ready, batch_size=500)
        left = [one for one in left if one._state.adding]
    author = by.pk if by else None
    timeline.record_many(
        timeline.NewEvent(
            kind="customers.contract_renewed" if one.follows_id else "customers.contract_signed", customer_id=one.party_id,
            occurred_at=moment, actor_id=author, batch_id=batch.pk, object_type="contract", object_id=one.pk,
            amount=one.amount, currency=one.currency if one.amount is not None else "", payload=_payload(one),
        )
        for one, moment in contracts
    )  # fmt: skip


@transaction.atomic
def change_contract(
    *, contract: Contract, changes: Mapping[str, Any], by: User | None, batch: Batch | None = None
) -> Contract:
    """Change fields of a contract and keep what they were; another end is watched anew.

    Raises:
        UserError: a field is unknown or a value does not fit.
    """
    current = _locked(contract)
    keep(current, *change(current, changes, CONTRACT_FIELDS, _WATCHED, check_contract), by, batch)
    return current


@transaction.atomic
def renew_contract(
    *,
    contract: Contract,
    by: User | None,
    ends_on: date | None = None,
    amount: int | None = None,
    starts_on: date | None = None,
    batch: Batch | None = None,
    **facts: Any,
) -> Contract:
    """Agree on a further term, linked to the one before; the reminder of its end falls silent.

    Args:
        starts_on: by default the day after the end of the term before.
        ends_on: by default a term as long as the one before.
        amount: minor units; by default the same.
        facts: what else is different, any of ``CONTRACT_FIELDS``.

    Raises:
        UserError: it was renewed already, has no end, or was ended before its time.
    """
    before = _locked(contract)
    if Contract.objects.filter(follows=before).exists():
        raise UserError(_("This contract has been renewed already."))
    if before.ends_on is None:
        raise UserError(_("This contract has no end, so there is nothing to renew."))
    if before.ended_on is not None:
        raise UserError(_("This contract was ended on %(day)s; make a new one.") % {"day": before.ended_on})
    start = starts_on or before.ends_on + timedelta(days=1)
    carried = {name: getattr(before, attname_of(Contract, name)) for name in _CARRIED_OVER}
    told = carried | {"starts_on": start, "ends_on": ends_on or same_length_from(before, start)} | facts
    if amount is not None:
        told["amount"] = amount
    made = Contract(party=before.party, follows=before, batch_id=batch.pk if batch else None)
    assign(made, told, CONTRACT_FIELDS)
    check_contract(made)
    made.save(force_insert=True)
    seen = {"follows": before.pk, "starts_on": made.starts_on, "ends_on": made.ends_on, "amount": made.amount}
    revise(record=made, before={}, after=seen, by=by, party_id=made.party_id, batch=batch)
    _see_to(before, by, batch)
    _tell(made, "customers.contract_renewed", by, batch)
    return made


@transaction.atomic
def end_contract(
    *, contract: Contract, by: User | None, on: date | None = None, reason: str = "", batch: Batch | None = None
) -> Contract:
    """End a contract before its time, on a day (today by default), with the reason.

    Raises:
        UserError: it has ended already, or the day lies outside its term.
    """
    current, day = _locked(contract), on or timezone.localdate(clock.now())
    if current.ended_on is not None:
        raise UserError(_("This contract has ended already."))
    if day < current.starts_on:
        raise UserError(_("A contract cannot end before it began."))
    if current.ends_on and day > current.ends_on and not current.renews:
        raise UserError(_("The contract ends before that day by itself."))
    why = text.clean(reason)[:160]
    before = {"ended_on": None, "ended_reason": current.ended_reason}
    current.ended_on, current.ended_reason = day, why
    keep(current, before, {"ended_on": day, "ended_reason": why}, by, batch)
    _tell(current, "customers.contract_ended", by, batch, reason=why)
    return current


@transaction.atomic
def correct_end(
    *, contract: Contract, on: date | None, by: User | None, reason: str = "", batch: Batch | None = None
) -> Contract:
    """Say anew on which day a contract ended before its time, and why; None: it did not.

    Raises:
        UserError: the day is before it began.
    """
    current = _locked(contract)
    before = {"ended_on": current.ended_on, "ended_reason": current.ended_reason}
    current.ended_on, current.ended_reason = on, text.clean(reason)[:160] if on else ""
    check_contract(current)
    keep(current, before, {"ended_on": on, "ended_reason": current.ended_reason}, by, batch)
    if on is not None and before["ended_on"] is None:
        _tell(current, "customers.contract_ended", by, batch, reason=current.ended_reason)
    return current


@transaction.atomic
def use_contract(
    *,
    contract: Contract,
    by: User | None,
    note: str = "",
    visits: int = 1,
    occurred_at: datetime | None = None,
    asset: Asset | None = None,
    batch: Batch | None = None,
) -> Event:
    """Write down that a visit the contract includes was made. Visits used are counted from these entries.

    Raises:
        UserError: the contract did not run on that day, or fewer than one visit is meant.
    """
    if visits < 1:
        raise UserError(_("A visit counts once at least."))
    moment = occurred_at or clock.now()
    day = timezone.localdate(moment)
    if day < contract.starts_on or (contract.ended_on and day > contract.ended_on):
        raise UserError(_("The contract did not run on that day."))
    return timeline.record(
        kind="customers.contract_used", customer=contract.party, by=by, occurred_at=moment, object_type="contract",
        object_id=contract.pk, quantity=visits, text=text.clean(note), batch_id=batch.pk if batch else None,
        payload=_payload(contract, asset=asset.pk if asset else None),
    )  # fmt: skip


@transaction.atomic
def see_to_end(*, thing: Contract | Asset, by: User | None, batch: Batch | None = None) -> None:
    """Say that somebody saw to the end of a contract or warranty: it asks no more."""
    _see_to(type(thing)._default_manager.select_for_update(of=("self",)).get(pk=thing.pk), by, batch)


@transaction.atomic
def put_off_end(*, thing: Contract | Asset, until: date, by: User | None, batch: Batch | None = None) -> None:
    """Not now: let the end of a contract or warranty ask again from a day on.

    Raises:
        UserError: the day has passed.
    """
    if until <= timezone.localdate(clock.now()):
        raise UserError(_("Please choose a day in the future."))
    current = type(thing)._default_manager.select_for_update(of=("self",)).get(pk=thing.pk)
    before = {"quiet_until": current.quiet_until}
    current.quiet_until = until
    keep(current, before, {"quiet_until": until}, by, batch)


def _see_to(current: Contract | Asset, by: User | None, batch: Batch | None) -> None:
    before = {"seen_to_on": current.seen_to_on}
    current.seen_to_on = timezone.localdate(clock.now())
    keep(current, before, {"seen_to_on": current.seen_to_on}, by, batch)


def _locked(contract: Contract) -> Contract:
    return Contract.objects.select_for_update(of=("self",)).select_related("party", "asset").get(pk=contract.pk)


def check_contract(contract: Contract, *, at_hand: Collection[str] = ()) -> None:
    """Refuse a contract whose values do not fit each other; ``at_hand`` as in ``agreements.check``.

    Raises:
        UserError: it has no title or beginning, ends before it begins, or its asset is somebody else's.
    """
    if not contract.title:
        raise UserError(_("Please give a title."))
    starts: date | None = contract.starts_on
    if starts is None:
        raise UserError(_("Please say from when it holds."))
    check(contract, at_hand=at_hand)
    if contract.ends_on and contract.ends_on < contract.starts_on:
        raise UserError(_("A contract cannot end before it began."))
    if contract.ended_on and contract.ended_on < contract.starts_on:
        raise UserError(_("A contract cannot end before it began."))
    if contract.notice_days > LONGEST_NOTICE:
        raise UserError(_("A reminder can come at most %(n)s days before the end.") % {"n": LONGEST_NOTICE})
    if contract.asset is not None and contract.asset.party_id != contract.party_id:
        raise UserError(_("That asset belongs to somebody else."))
    if contract.amount is not None and not contract.currency:
        contract.currency = settings.CURRENCY


def _payload(contract: Contract, **more: Any) -> dict[str, Any]:
    until = contract.ends_on.isoformat() if contract.ends_on else None
    term = {"title": contract.title, "number": contract.number, "from": contract.starts_on.isoformat(), "until": until}
    return term | more


def _tell(contract: Contract, kind: str, by: User | None, batch: Batch | None, **more: Any) -> None:
    timeline.record(
        kind=kind, customer=contract.party, by=by, object_type="contract", object_id=contract.pk,
        batch_id=batch.pk if batch else None, payload=_payload(contract, **more),
        amount=contract.amount, currency=contract.currency if contract.amount is not None else "",
    )  # fmt: skip
