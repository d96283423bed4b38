"""The page of relations as its templates read it."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.utils import timezone

from regulars.customers.models import Kind, Party, PartyRole, RelationKind, RoleKind
from regulars.customers.queries.kinship import (
    REFERRALS_DEEPEST,
    Group,
    Node,
    OrgChart,
    Trade,
    chain_above,
    group_of,
    org_chart,
    trade_of,
    tree_below,
)
from regulars.kit import clock
from regulars.web.access import User, can


class Kinship:
    """How ``party`` stands to others on a day, as ``user`` may see it; each part is read when a template asks for it."""

    def __init__(self, party: Party, user: User, *, day: date | None = None, former: bool = False) -> None:
        self.party = party
        self.user = user
        self.day = day or self.today
        self.former = former

    @property
    def today(self) -> date:
        """Today, where the company is."""
        return timezone.localdate(clock.now())

    @property
    def is_past(self) -> bool:
        """Whether the page shows another day than today; it cannot be edited then."""
        return self.day != self.today

    @property
    def may_edit(self) -> bool:
        """Whether the user may change relations here."""
        return not self.is_past and self.party.trashed_at is None and can(self.user, "customers.edit")

    @property
    def is_company(self) -> bool:
        """Whether the party is an organisation."""
        return self.party.kind == Kind.ORGANISATION

    @property
    def is_household(self) -> bool:
        """Whether the party is a household."""
        return self.party.kind == Kind.HOUSEHOLD

    @property
    def is_person(self) -> bool:
        """Whether the party is a person."""
        return self.party.kind == Kind.PERSON

    @cached_property
    def chart(self) -> OrgChart:
        """The people of the company."""
        return org_chart(self.party, self.user, self.day, former=self.former)

    @cached_property
    def parents(self) -> list[Node]:
        """The company it belongs to, and the one above that; the outermost first."""
        return list(reversed(chain_above(self.party, RelationKind.SUBSIDIARY_OF, self.user, self.day)))

    @cached_property
    def subsidiaries(self) -> Node:
        """The company with those below it, and the sums of all."""
        return tree_below(self.party, RelationKind.SUBSIDIARY_OF, self.user, self.day)

    @cached_property
    def brought_by(self) -> list[Node]:
        """Who referred this one, and who that one; the first of the chain first."""
        return list(reversed(chain_above(self.party, RelationKind.REFERRED_BY, self.user, self.day)))

    @cached_property
    def brought(self) -> Node:
        """Whom this one referred, whom those referred, and what it came to."""
        return tree_below(self.party, RelationKind.REFERRED_BY, self.user, self.day, deepest=REFERRALS_DEEPEST)

    @cached_property
    def brought_trade(self) -> Trade:
        """What all whom this one brought have bought."""
        return sum((one.whole for one in self.brought.below), Trade())

    @cached_property
    def members(self) -> Group:
        """Who lives in the household."""
        return self._group(RelationKind.MEMBER_OF)

    @cached_property
    def household_trade(self) -> Trade:
        """What the household and its members have bought."""
        return self.members.whole + trade_of(self.party)

    @cached_property
    def buyers(self) -> Group:
        """Who buys through this one."""
        return self._group(RelationKind.BUYS_THROUGH)

    @cached_property
    def jobs(self) -> Group:
        """Where the person works."""
        return self._group(RelationKind.EMPLOYED_BY, up=True)

    @cached_property
    def superiors(self) -> Group:
        """To whom the person reports."""
        return self._group(RelationKind.REPORTS_TO, up=True)

    @cached_property
    def households(self) -> Group:
        """Where the person lives."""
        return self._group(RelationKind.MEMBER_OF, up=True)

    @cached_property
    def sellers(self) -> Group:
        """Through whom this one buys."""
        return self._group(RelationKind.BUYS_THROUGH, up=True)

    @cached_property
    def partners(self) -> list[Node]:
        """Partners, whichever of the two was written first."""
        return [
            *self._group(RelationKind.PARTNER_OF, up=True).nodes,
            *self._group(RelationKind.PARTNER_OF).nodes,
        ]

    @cached_property
    def relatives(self) -> list[Node]:
        """Kin, whichever of the two was written first."""
        return [
            *self._group(RelationKind.RELATED_TO, up=True).nodes,
            *self._group(RelationKind.RELATED_TO).nodes,
        ]

    def _group(self, kind: str, *, up: bool = False) -> Group:
        return group_of(self.party, kind, self.user, self.day, former=self.former, up=up)

    @cached_property
    def roles(self) -> list[PartyRole]:
        """What the party is and was to us, the present ones first."""
        return sorted(self.party.roles.order_by("-valid_from", "pk"), key=lambda one: one.valid_to is not None)

    @property
    def is_reseller(self) -> bool:
        """Whether it plays the role of a reseller now."""
        return any(one.role == RoleKind.RESELLER and one.valid_to is None for one in self.roles)
