"""Contracts, assets and entitlement as the customer page, the lists and their slide-overs show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.customers.models import Asset, Contract
from regulars.customers.page.endings import Ending, ending_of
from regulars.customers.queries.entitlements import USED, Entitlement, best_of, visits_used
from regulars.customers.queries.lapses import lapses_of
from regulars.customers.queries.terms import standing, term_on
from regulars.kit import clock
from regulars.web import format as show
from regulars.web.access import User, can

Tone = Literal["neutral", "accent", "good", "warn", "stake"]


def today() -> date:
    """Today, where the company is."""
    return timezone.localdate(clock.now())


@dataclass(frozen=True, slots=True)
class Held:
    """A contract or an asset on the customer page, with until when it holds."""

    thing: Contract | Asset
    kind: str
    name: str
    number: str
    until: str
    expired: bool
    soon: bool
    visits: str = ""


def held_contracts(rows: Iterable[Contract], day: date) -> list[Held]:
    """Those that run first, the soonest end first; then what is to come, then what is over, the latest first. One query."""
    contracts = list(rows)
    used = visits_used([one for one in contracts if one.visits_included is not None], day)
    lines = [_held_contract(one, day, used.get(one.pk, 0)) for one in contracts]
    return sorted(lines, key=lambda line: line.expired)


def _held_contract(contract: Contract, day: date, used: int) -> Held:
    where, last = standing(contract, day), term_on(contract, day).last
    visits = ""
    if contract.visits_included is not None and where == "valid":
        visits = _("%(used)s of %(all)s visits used") % {"used": used, "all": contract.visits_included}
    return Held(
        contract, "contract", contract.title, contract.number, until_words(contract, day), expired=where == "expired",
        soon=where == "valid" and last is not None and (last - day).days <= contract.notice_days, visits=visits,
    )  # fmt: skip


def until_words(contract: Contract, day: date) -> str:
    """Until when a contract holds, in words."""
    if contract.ended_on is not None and contract.ended_on <= day:
        return _("ended %(day)s") % {"day": show.show_date(contract.ended_on)}
    where, last = standing(contract, day), term_on(contract, day).last
    if where == "not_yet":
        return _("from %(day)s") % {"day": show.show_date(contract.starts_on)}
    if last is None:
        return _("no end")
    if where == "expired":
        return _("expired %(day)s") % {"day": show.show_date(last)}
    return (_("renews %(day)s") if contract.renews else _("until %(day)s")) % {"day": show.show_date(last)}


def held_assets(rows: Iterable[Asset], day: date) -> list[Held]:
    """What is in use first, then what is no longer."""
    return sorted((_held_asset(one, day) for one in rows), key=lambda line: line.thing.retired_on is not None)  # type: ignore[union-attr]


def _held_asset(asset: Asset, day: date) -> Held:
    until, words = asset.warranty_until, ""
    if asset.retired_on is not None:
        words = _("out of use %(day)s") % {"day": show.show_date(asset.retired_on)}
    elif until is not None:
        said = _("warranty ended %(day)s") if until < day else _("warranty until %(day)s")
        words = said % {"day": show.show_date(until)}
    over = asset.retired_on is not None or (until is not None and until < day)
    soon = not over and until is not None and (until - day).days <= 30
    return Held(asset, "asset", asset.name, asset.serial, words, expired=over, soon=soon)


@dataclass(frozen=True, slots=True)
class Badge:
    """The entitlement in a word with its tone, and in a sentence."""

    label: str
    tone: Tone
    sentence: str


def badge_of(told: Entitlement) -> Badge | None:
    """What the head of the customer page shows; None where nothing was ever agreed."""
    if told.state == "none":
        return None
    if told.state == "not_yet":
        return Badge(_("Service not yet"), "neutral", sentence_of(told))
    if told.state == "expired":
        return Badge(_("Service expired"), "warn", sentence_of(told))
    if told.visits_left == 0:
        return Badge(_("Service: visits used up"), "warn", sentence_of(told))
    return Badge(_("Service valid"), "good", sentence_of(told))


def sentence_of(told: Entitlement) -> str:
    """What the customer is entitled to, in one sentence with everything that counts."""
    what = told.contract.title if told.contract else _("Warranty of %(what)s") % {"what": told.asset}
    parts = [what]
    if told.state == "not_yet" and told.since:
        parts.append(_("from %(day)s") % {"day": show.show_date(told.since)})
    elif told.until is not None:
        words = _("expired %(day)s") if told.state == "expired" else _("until %(day)s")
        parts.append(words % {"day": show.show_date(told.until)})
    if told.state == "valid" and told.answer_within is not None:
        n = told.answer_within
        parts.append(ngettext("answer within %(n)s hour", "answer within %(n)s hours", n) % {"n": n})
    if told.state == "valid" and told.visits_left is not None:
        n = told.visits_left
        words = ngettext("%(n)s visit of %(all)s left", "%(n)s visits of %(all)s left", n)
        parts.append(words % {"n": n, "all": told.visits_included})
    if told.state == "valid" and told.covers:
        parts.append(told.covers)
    return " · ".join(parts)


def contract_panel(contract: Contract, user: User) -> dict[str, Any]:
    """The slide-over of a contract: its terms, what was used, the terms before and after."""
    day = today()
    whole = best_of([contract], [], day) if standing(contract, day) == "valid" else None
    before: list[Contract] = []
    at = contract
    while at.follows_id is not None and len(before) < 12:
        at = Contract.objects.get(pk=at.follows_id)
        before.append(at)
    after = Contract.objects.filter(follows=contract).first()
    return {
        "contract": contract, "party": contract.party, "kind": "contract", "standing": standing(contract, day),
        "until": until_words(contract, day), "entitled": whole, "before": before, "after": after,
        "visits": contract.party.timeline.live().filter(kind=USED, object_type="contract", object_id=contract.pk)
            .select_related("body", "actor").newest_first()[:12],
        "may_edit": can(user, "customers.edit"), "may_log": can(user, "customers.log"), "endings": _endings([contract], [], day),
    }  # fmt: skip


def asset_panel(asset: Asset, user: User) -> dict[str, Any]:
    """The slide-over of an asset: what it is, what covers it."""
    day = today()
    contracts = list(asset.contracts.order_by("-starts_on", "pk"))
    general = list(asset.party.contracts.filter(asset=None))
    entitled = best_of([*contracts, *general], [asset], day, of=asset)
    return {
        "asset": asset, "party": asset.party, "kind": "asset", "held": _held_asset(asset, day), "badge": badge_of(entitled),
        "contracts": held_contracts(contracts, day), "may_edit": can(user, "customers.edit"),
        "may_log": can(user, "customers.log"), "endings": _endings(contracts, [asset], day),
    }  # fmt: skip


def _endings(contracts: Iterable[Contract], assets: Iterable[Asset], day: date) -> list[Ending]:
    return [ending_of(one, day) for one in lapses_of(contracts, assets, day)]


def endings_of(contracts: Iterable[Contract], assets: Iterable[Asset]) -> list[Ending]:
    """What of a customer's ends soon and asks to be seen to."""
    return _endings(contracts, assets, today())
