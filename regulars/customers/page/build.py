"""The customer page as templates read it: one object, made in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from regulars.customers import reasons
from regulars.customers.models import CustomerSummary, Party, PartyRelation, RelationKind, ValueClass
from regulars.customers.page import agreements
from regulars.customers.page.advice import Advice, advice_of
from regulars.customers.page.agreements import Badge, Held, held_assets, held_contracts
from regulars.customers.page.endings import Ending
from regulars.customers.page.entries import Day, days_of, group_labels
from regulars.customers.page.numbers import Number, numbers_of
from regulars.customers.page.reach import Way, ways_of
from regulars.customers.page.side import (
    ConsentLine,
    FactLine,
    PointLine,
    consents_of,
    facts_of,
    path_of,
    points_of,
    scores_of,
)  # fmt: skip
from regulars.customers.panels import Shown, panels_for
from regulars.customers.queries.entitlements import best_of
from regulars.customers.queries.entries import After, Facets, Wanted, facets, page_of_entries
from regulars.customers.queries.pairs import Twin, twins_of
from regulars.customers.queries.profile import Profile, load_profile, visible_among
from regulars.customers.rules import may_merge
from regulars.customers.timeline import channel_label
from regulars.kit import clock
from regulars.web.access import User, can

CONDENSED_ENTRIES = 12
DEEPEST = 3


class CustomerPage:
    """Everything on the page of ``party`` as ``user`` sees it; each part is made when a template asks for it."""

    def __init__(self, party: Party, user: User, *, entries: int | None = None) -> None:
        self.party = party
        self.user = user
        self._size = entries

    @cached_property
    def profile(self) -> Profile:
        """What hangs on the party."""
        return load_profile(self.party, self.user)

    @property
    def summary(self) -> CustomerSummary:
        """The figures."""
        return self.party.summary

    @property
    def value_class(self) -> str:
        """The class, where it is one of the three."""
        return self.summary.value_class if self.summary.value_class != ValueClass.REGULAR else ""

    @property
    def value_why(self) -> str:
        """Why this class, in one sentence."""
        return " ".join(reasons.say_all(self.summary.value_reasons))

    @cached_property
    def ways(self) -> list[Way]:
        """How to reach them."""
        return ways_of(self.profile)

    @cached_property
    def numbers(self) -> list[Number]:
        """The four numbers."""
        return numbers_of(self.profile)

    @cached_property
    def advice(self) -> Advice:
        """Why, and what to do."""
        return advice_of(self.summary)

    @cached_property
    def timeline(self) -> Timeline:
        """The first page of the timeline."""
        return read_timeline(self.party, self.user, Wanted(), size=self._size)

    @cached_property
    def facets(self) -> Facets:
        """What the timeline can be narrowed to."""
        return facets(self.party)

    @cached_property
    def side(self) -> list[Shown]:
        """What the rooms above add at the right."""
        return panels_for(self.party, self.user)

    @cached_property
    def composer(self) -> Shown | None:
        """Where contacts are logged, if a room above brings it."""
        return next(iter(panels_for(self.party, self.user, "composer")), None)

    @cached_property
    def kin(self) -> list[Kin]:
        """The relations, one line each."""
        return kin_of(self.profile)

    @cached_property
    def contracts(self) -> list[Held]:
        """What was agreed, and until when."""
        return held_contracts(self.profile.contracts, agreements.today())

    @cached_property
    def assets(self) -> list[Held]:
        """What they own of ours."""
        return held_assets(self.profile.assets, agreements.today())

    @cached_property
    def entitled(self) -> Badge | None:
        """What they are entitled to today; None where nothing was ever agreed."""
        told = best_of(self.profile.contracts, self.profile.assets, agreements.today())
        return agreements.badge_of(told)

    @cached_property
    def endings(self) -> list[Ending]:
        """What of theirs ends soon and asks to be seen to."""
        return agreements.endings_of(self.profile.contracts, self.profile.assets)

    @cached_property
    def path(self) -> SafeString:
        """Their way through the eight stages."""
        return path_of(self.summary, self.profile.moves)

    @cached_property
    def points(self) -> list[PointLine]:
        """Their contact points."""
        return points_of(self.profile)

    @cached_property
    def consents(self) -> list[ConsentLine]:
        """What they said about marketing, by channel."""
        return consents_of(self.profile)

    @cached_property
    def facts(self) -> list[FactLine]:
        """The details."""
        return facts_of(self.profile, may_edit=self.may_edit)

    @cached_property
    def scores(self) -> list[tuple[str, str, str]]:
        """The scores in numbers."""
        return scores_of(self.summary)

    @property
    def channel_labels(self) -> list[tuple[str, str]]:
        """The channels that the timeline holds."""
        return [(key, channel_label(key)) for key in self.facets.channels]

    @property
    def now(self) -> datetime:
        """The present moment, to tell what is late."""
        return clock.now()

    @property
    def may_edit(self) -> bool:
        """Whether the user may change the record; never one in the trash."""
        return self.party.trashed_at is None and can(self.user, "customers.edit")

    @property
    def may_log(self) -> bool:
        """Whether the user may write on the timeline."""
        return self.party.trashed_at is None and can(self.user, "customers.log")

    @property
    def may_export(self) -> bool:
        """Whether the user may take the customer away as a file."""
        return can(self.user, "customers.export")

    @property
    def may_merge(self) -> bool:
        """Whether the user may make one record of this and another; never of one in the trash."""
        return self.party.trashed_at is None and may_merge(self.user, [self.party])

    @cached_property
    def twins(self) -> list[Twin]:
        """Who may be the same customer, for whoever may decide that."""
        may_decide = self.party.trashed_at is None and can(self.user, "customers.merge")
        return twins_of(self.party, self.user) if may_decide else []

    @property
    def may_trash(self) -> bool:
        """Whether the user may move it to the trash and back."""
        return can(self.user, "customers.trash")


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the timeline and where the next one begins."""

    days: list[Day]
    after: After | None
    wanted: Wanted


def read_timeline(
    party: Party, user: User, wanted: Wanted, after: After | None = None, size: int | None = None
) -> Timeline:
    """One page of the timeline, said to ``user``: others are named where the user may see them."""
    events, following = page_of_entries(party, wanted, after, **({"size": size} if size else {}))
    others = {one.party_id for one in events if one.party_id is not None}
    others = (others | {one.payload["other"] for one in events if isinstance(one.payload.get("other"), int)}) - {
        party.pk
    }
    return Timeline(days_of(events, visible_among(user, others)), following, wanted)


@dataclass(frozen=True, slots=True)
class Kin:
    """One relation seen from the party: what the other is to it; nobody where the reader may not see who it is."""

    relation: PartyRelation
    other: Party | None
    words: str
    depth: int


_SEEN_FROM_OTHER = {
    RelationKind.EMPLOYED_BY: lambda: _("works here"),
    RelationKind.REPORTS_TO: lambda: _("reports to them"),
    RelationKind.MEMBER_OF: lambda: _("member"),
    RelationKind.REFERRED_BY: lambda: _("was referred by them"),
    RelationKind.BUYS_THROUGH: lambda: _("buys through them"),
    RelationKind.SUBSIDIARY_OF: lambda: _("subsidiary"),
    RelationKind.PARTNER_OF: lambda: str(RelationKind.PARTNER_OF.label),
    RelationKind.RELATED_TO: lambda: str(RelationKind.RELATED_TO.label),
}


def kin_of(profile: Profile) -> list[Kin]:
    """The relations of the party: where it belongs first, then who belongs to it, people under their superiors."""

    def kin(relation: PartyRelation, words: str, depth: int = 0) -> Kin:
        other = relation.other if relation.party_id == profile.party.pk else relation.party
        return Kin(relation, other if other.pk in profile.seen else None, words, depth)

    up = [kin(one, str(RelationKind(one.kind).label)) for one in profile.upward]
    people = {one.party_id: one for one in profile.downward if one.kind == RelationKind.EMPLOYED_BY}
    works = _SEEN_FROM_OTHER[RelationKind.EMPLOYED_BY]()
    chart = [kin(people[pk], works, depth) for pk, depth in _chart(people, profile.superiors)]
    others = [one for one in profile.downward if one.party_id not in people]
    return up + chart + [kin(one, _SEEN_FROM_OTHER[RelationKind(one.kind)]()) for one in others]


def _chart(people: Iterable[int], superiors: dict[int, int]) -> list[tuple[int, int]]:
    """The people of an organisation with their depth, each below whom they report to; a circle ends the descent."""
    below: dict[int | None, list[int]] = {}
    known = list(people)
    for pk in known:
        superior = superiors.get(pk)
        below.setdefault(superior if superior in known else None, []).append(pk)
    chart: dict[int, int] = {}
    waiting = [(pk, 0) for pk in reversed(below.get(None, []))]
    while waiting:
        pk, depth = waiting.pop()
        if pk not in chart:
            chart[pk] = min(depth, DEEPEST)
            waiting += [(one, depth + 1) for one in reversed(below.get(pk, []))]
    return [*chart.items(), *((pk, 0) for pk in known if pk not in chart)]


def condensed(party: Party, user: User) -> dict[str, Any]:
    """The context of the slide-over."""
    return {
        "page": CustomerPage(party, user, entries=CONDENSED_ENTRIES),
        "party": party,
        "groups": group_labels(),
        "in_panel": True,
    }
