"""The screen pop: a number, address or card in, the whole customer out, for the page and (``as_dict``) for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse

from regulars.customers import choices, reasons
from regulars.customers.models import Asset, Contract, Event, Party, RelationKind
from regulars.customers.page import agreements
from regulars.customers.page.agreements import Badge, Held, held_assets, held_contracts
from regulars.customers.page.build import CustomerPage, Kin
from regulars.customers.page.entries import Day, days_of, entry_of
from regulars.customers.queries.entitlements import best_of
from regulars.customers.queries.pop import Around, Caller, Match, around, is_sure, read_caller, who_is
from regulars.customers.queries.profile import visible_among, visible_party
from regulars.web import format as show
from regulars.web.access import User, can


@dataclass(frozen=True, slots=True)
class Pop:
    """What a call brings up: who it may be and, where that is certain or was chosen, everything about them."""

    caller: Caller
    matches: list[Match]
    bundle: Bundle | None
    may_add: bool

    @property
    def state(self) -> str:
        """``one``, ``several`` (choose) or ``none`` (an unknown caller)."""
        return "one" if self.bundle else "several" if self.matches else "none"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values: moments ISO 8601 in UTC, money in minor units, sentences in the reader's language."""
        return {
            "asked": self.caller.text,
            "state": self.state,
            "matches": [_match(one) for one in self.matches],
            "customer": self.bundle.as_dict() if self.bundle else None,
        }


def screen_pop(user: User, told: str, *, chosen: int | None = None) -> Pop:
    """Who calls, and everything about them if it is one; a fixed number of queries.

    Args:
        told: a number in any notation (``tel:`` and ``sip:`` addresses too), a mail address, a card or customer number, a name.
        chosen: the customer picked where several may be meant; ignored unless ``user`` sees them.
    """
    caller = read_caller(told)
    matches = who_is(user, caller) if caller.text else []
    party = _chosen(user, chosen)
    if party is None and is_sure(matches):
        party = visible_party(user, matches[0].party.pk)
    return Pop(caller, matches, Bundle(party, user) if party else None, can(user, "customers.edit"))


def _chosen(user: User, chosen: int | None) -> Party | None:
    try:
        party = visible_party(user, chosen) if chosen else None
    except Party.DoesNotExist:
        return None
    return party if party is not None and party.trashed_at is None else None


class Bundle(CustomerPage):
    """The customer page put together for somebody who is on the phone: what is open, what is agreed, what was last."""

    @cached_property
    def around(self) -> Around:
        """The last contacts and orders, and what their company or household has."""
        return around(self.party, self._houses)

    @cached_property
    def _houses(self) -> list[Party]:
        """The companies and households they belong to, as far as the reader may see them."""
        return [
            one.other
            for one in self.profile.upward
            if one.kind in {RelationKind.EMPLOYED_BY, RelationKind.MEMBER_OF} and one.other_id in self.profile.seen
        ]

    @cached_property
    def contacts(self) -> list[Day]:
        """The last contacts."""
        return self._days(self.around.contacts)

    @cached_property
    def orders(self) -> list[Day]:
        """The last orders and returns."""
        return self._days(self.around.orders)

    def _days(self, events: list[Event]) -> list[Day]:
        return days_of(events, self._seen)

    @cached_property
    def _seen(self) -> set[int]:
        others = {one.party_id for one in (*self.around.contacts, *self.around.orders) if one.party_id is not None}
        return visible_among(self.user, others - {self.party.pk})

    @cached_property
    def of_theirs(self) -> list[Held]:
        """The contracts and assets of the company or household they belong to."""
        day = agreements.today()
        return [*held_contracts(self.around.contracts, day), *held_assets(self.around.assets, day)]

    @cached_property
    def entitled_through(self) -> list[tuple[Party, Badge]]:
        """What their companies and households are entitled to today, those where something was ever agreed. A query each at most."""
        day = agreements.today()
        told = [(house, best_of(*self._agreed_with(house), day)) for house in self._houses]
        return [(house, badge) for house, one in told if (badge := agreements.badge_of(one))]

    def _agreed_with(self, house: Party) -> tuple[list[Contract], list[Asset]]:
        contracts, assets = self.around.contracts, self.around.assets
        return [one for one in contracts if one.party_id == house.pk], [
            one for one in assets if one.party_id == house.pk
        ]

    @property
    def prefers(self) -> dict[str, str]:
        """The preferred channel, language and time in words; a dash where nobody knows."""
        party = self.party
        told = {
            "channel": str(choices.channel_name(party.preferred_channel) or ""),
            "language": str(choices.language_name(party.language) or ""),
            "time": party.preferred_time,
        }
        return {key: value or show.DASH for key, value in told.items()}

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        party, summary, advice = self.party, self.summary, self.advice
        return {
            "id": party.pk, "kind": party.kind, "name": party.name, "other_name": party.other_name, "url": party.get_absolute_url(),
            "owner": str(party.owner) if party.owner else None, "team": str(party.team) if party.team else None,
            "roles": [one.role for one in self.profile.roles],
            "language": party.language, "preferred_channel": party.preferred_channel, "preferred_time": party.preferred_time,
            "value": {
                "class": summary.value_class, "reasons": reasons.say_all(summary.value_reasons), "currency": summary.currency,
                "revenue_12m": summary.revenue_12m, "revenue": summary.revenue, "orders": summary.orders,
                "last_order_at": _moment(summary.last_order_at), "rank": summary.value_rank, "at_stake": summary.at_stake,
            },
            "stage": {"key": summary.stage, "since": _moment(summary.stage_since), "reasons": reasons.say_all(summary.stage_reasons)},
            "risk": {"share": summary.risk, "reasons": reasons.say_all(summary.risk_reasons)},
            "as_of": _moment(summary.as_of),
            "suggestion": {"why": advice.why, "do": advice.do, "step": advice.step.key if advice.step else None},
            "entitlement": self.entitled.sentence if self.entitled else None,
            "entitled_through": [{"id": house.pk, "name": house.name, "entitlement": badge.sentence} for house, badge in self.entitled_through],
            "open": [
                {"id": one.pk, "kind": one.kind, "title": one.title, "due_at": _moment(one.due_at), "assignee": str(one.assignee) if one.assignee else None}
                for one in self.profile.tasks
            ],
            "contracts": [_held(one, party) for one in self.contracts],
            "assets": [_held(one, party) for one in self.assets],
            "of_theirs": [_held(one, one.thing.party) for one in self.of_theirs],
            "relations": [_kin(one) for one in self.kin],
            "reach": [
                {"channel": one.channel, "address": one.shown, "state": one.state, "reason": one.reason, "preferred": one.preferred}
                for one in self.ways
            ],
            "consent": {one.channel: {"state": one.state, "reason": one.reason} for one in self.consents},
            "last_contacts": [_event(one, self._seen) for one in self.around.contacts],
            "last_orders": [_event(one, self._seen) for one in self.around.orders],
        }  # fmt: skip


def _match(match: Match) -> dict[str, Any]:
    party = match.party
    return {
        "id": party.pk, "kind": party.kind, "name": party.name, "by": match.hit.by, "near": match.hit.near,
        "owner": str(party.owner) if party.owner else None, "url": f"{reverse('customers:pop')}?party={party.pk}",
    }  # fmt: skip


def _kin(kin: Kin) -> dict[str, Any]:
    """A relation; who it is stays out where the user may not see them."""
    if kin.other is None:
        return {"id": None, "name": None, "is": kin.words, "title": ""}
    return {"id": kin.other.pk, "name": kin.other.name, "is": kin.words, "title": kin.relation.title}


def _held(held: Held, party: Party) -> dict[str, Any]:
    return {
        "kind": held.kind,
        "name": held.name,
        "number": held.number,
        "until": held.until,
        "expired": held.expired,
        "of": party.name,
    }


def _event(event: Event, seen: set[int]) -> dict[str, Any]:
    entry = entry_of(event, seen)
    return {
        "at": _moment(event.occurred_at), "kind": event.kind, "channel": event.channel, "said": entry.sentence,
        "text": entry.text, "amount": event.amount, "currency": event.currency, "by": entry.who,
    }  # fmt: skip


def _moment(moment: datetime | date | None) -> str | None:
    return moment.isoformat() if moment else None
