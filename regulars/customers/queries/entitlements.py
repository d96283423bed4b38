"""What a customer is entitled to on a day: the rule stands in docs/relations.md.

Sources are the contracts of the customer that promise service, and the warranty of an asset. A contract for one asset
counts for that asset alone, one without an asset for all. Of several, the one counts that runs; of several that run, the
one for this asset before the general one, a service contract before a warranty, a visit left before none, the later end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from django.db.models import Sum
from django.utils import timezone

from regulars.customers.models import Asset, Contract, ContractKind, Event, Party
from regulars.customers.queries.terms import Term, standing, term_on
from regulars.kit import clock

State = Literal["valid", "not_yet", "expired", "none"]
USED: Final = "customers.contract_used"
SERVING: Final = (ContractKind.SERVICE, ContractKind.WARRANTY)
_RANK: Final = {"valid": 0, "not_yet": 1, "expired": 2, "none": 3}
_FOREVER: Final = date.max


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one may ask of us on a day.

    Attributes:
        state: valid, not yet, expired, or none (nothing was ever agreed).
        contract: what it follows from; None where it is the warranty of ``asset`` itself.
        since, until: first and last day of the term (until None: no end).
        answer_within: hours; None where nothing was promised.
        visits_included, visits_used: of the term; included None where visits are not counted.
    """

    state: State
    on: date
    contract: Contract | None = None
    asset: Asset | None = None
    since: date | None = None
    until: date | None = None
    answer_within: int | None = None
    visits_included: int | None = None
    visits_used: int = 0

    @property
    def visits_left(self) -> int | None:
        """Visits that may still be asked for; None where they are not counted."""
        return None if self.visits_included is None else max(self.visits_included - self.visits_used, 0)

    @property
    def days_left(self) -> int | None:
        """Days until the last one, that one included; None without an end."""
        return None if self.until is None else (self.until - self.on).days + 1

    @property
    def covers(self) -> str:
        """In words, what is covered."""
        return self.contract.coverage if self.contract else ""


def entitlement(party: Party, asset: Asset | None = None, on: date | None = None) -> Entitlement:
    """What ``party`` is entitled to on a day (today by default), for all it owns or for one asset. Three queries at most."""
    day = on or timezone.localdate(clock.now())
    assets = [asset] if asset is not None else list(party.assets.exclude(warranty_until=None))
    return best_of(party.contracts.select_related("asset"), assets, day, of=asset)


def best_of(
    contracts: Iterable[Contract], assets: Iterable[Asset], day: date, *, of: Asset | None = None
) -> Entitlement:
    """The same from what it follows from: the contracts of a customer and its assets. One query where visits are counted."""
    serving = [one for one in contracts if serves(one) and (of is None or one.asset_id in {None, of.pk})]
    used = visits_used([one for one in serving if one.visits_included is not None], day)
    found = [_from_contract(one, day, used.get(one.pk, 0)) for one in serving]
    found += [_from_warranty(one, day) for one in assets if one.warranty_until is not None]
    return min(found, key=lambda one: _place(one, of), default=Entitlement("none", day, asset=of))


def serves(contract: Contract) -> bool:
    """Whether a contract promises service: by its kind, or because it names an answer, visits or what it covers."""
    promised = contract.response_hours is not None or contract.visits_included is not None or bool(contract.coverage)
    return contract.kind in SERVING or promised


def _place(one: Entitlement, of: Asset | None) -> tuple[object, ...]:
    """The order of preference; the smallest counts."""
    contract = one.contract
    exact = of is not None and (contract is None or contract.asset_id == of.pk)
    kind = 0 if contract is not None and contract.kind != ContractKind.WARRANTY else 1
    # of what runs the later end counts, of what is to come the earlier beginning, of what is over the later end
    end = one.until or _FOREVER
    near = (one.since or _FOREVER).toordinal() if one.state == "not_yet" else -end.toordinal()
    return (_RANK[one.state], not exact, kind, one.visits_left == 0, near, contract.pk if contract else 0)


def _from_contract(contract: Contract, day: date, used: int) -> Entitlement:
    term = term_on(contract, day)
    return Entitlement(
        state=standing(contract, day), on=day, contract=contract, asset=contract.asset, since=term.first, until=term.last,
        answer_within=contract.response_hours, visits_included=contract.visits_included, visits_used=used,
    )  # fmt: skip


def _from_warranty(asset: Asset, day: date) -> Entitlement:
    state: State = "valid"
    if asset.installed_on and day < asset.installed_on:
        state = "not_yet"
    elif (asset.warranty_until and day > asset.warranty_until) or (asset.retired_on and day >= asset.retired_on):
        state = "expired"
    return Entitlement(state=state, on=day, asset=asset, since=asset.installed_on, until=asset.warranty_until)


def visits_used(contracts: Iterable[Contract], day: date) -> Mapping[int, int]:
    """Visits by contract in the term that runs on ``day``, counted from the timeline up to the end of that day. One query."""
    terms: dict[int, Term] = {one.pk: term_on(one, day) for one in contracts}
    if not terms:
        return {}
    end = _midnight(day + timedelta(days=1))
    rows = Event.objects.live().filter(
        object_type="contract", object_id__in=list(terms), kind=USED, occurred_at__lt=end
    )
    used = dict.fromkeys(terms, 0)
    for pk, at, visits in rows.values_list("object_id", "occurred_at").annotate(Sum("quantity")):
        term, when = terms[pk or 0], timezone.localdate(at)
        if term.first <= when and (term.last is None or when <= term.last):
            used[pk or 0] += int(visits or 1)
    return used


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
