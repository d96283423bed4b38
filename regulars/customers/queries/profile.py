"""Everything the customer page shows beside the timeline, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet, Sum

from regulars.customers.models import (
    Asset,
    Consent,
    ConsentState,
    ContactPoint,
    Contract,
    CustomerSummary,
    Event,
    Identifier,
    Kind,
    Party,
    PartyRelation,
    PartyRole,
    RelationKind,
    RoleKind,
    Snooze,
    Suppression,
    Task,
)  # fmt: skip
from regulars.customers.permission.queries import suppressions_of
from regulars.kit import clock

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST_RELATIONS = 60
MOST_MOVES = 16
MOST_TASKS = 40
MOST_SUMMED = 1_000


@dataclass(frozen=True, slots=True)
class Move:
    """One change of stage."""

    begin: str
    end: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """What the people of an organisation or household (``kind`` of relation), or a reseller's customers, bought.

    Of very many, the sums are of ``MOST_SUMMED`` of them, and ``are_more`` says so.
    """

    kind: str
    people: int
    are_more: bool
    revenue_12m: int
    orders: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A party with what hangs on it.

    ``relations`` are all that run, ``seen`` says of whom in them the user may read more than that there is somebody.
    ``consents`` holds the newest word per channel and purpose, ``suppressed`` what stands against an address, the gravest by
    channel, ``superiors`` to whom each of its people reports.
    """

    party: Party
    summary: CustomerSummary
    points: list[ContactPoint]
    identifiers: list[Identifier]
    consents: dict[tuple[str, str], Consent]
    suppressed: dict[str, Suppression]
    roles: list[PartyRole]
    relations: list[PartyRelation]
    seen: set[int]
    superiors: dict[int, int]
    tasks: list[Task]
    assets: list[Asset]
    contracts: list[Contract]
    moves: list[Move]
    snooze: Snooze | None
    sums: Sums | None

    @property
    def promises(self) -> list[Task]:
        """What was promised and not kept yet."""
        return [task for task in self.tasks if task.kind == "promise"]

    @property
    def upward(self) -> list[PartyRelation]:
        """Where this party belongs: its company, household, referrer, reseller."""
        return [one for one in self.relations if one.party_id == self.party.pk]

    @property
    def downward(self) -> list[PartyRelation]:
        """Who belongs to this party."""
        return [one for one in self.relations if one.other_id == self.party.pk]


def visible_party(user: User | Any, pk: int) -> Party:
    """The party ``pk`` with its summary, trashed ones too.

    Raises:
        Party.DoesNotExist: there is none that ``user`` may see.
    """
    rows = Party.objects.visible_to(user).filter(merged_into=None, summary__isnull=False)
    return rows.select_related("summary", "owner", "team", "territory").get(pk=pk)


def load_profile(party: Party, user: User | Any) -> Profile:
    """What hangs on ``party``. Sixteen queries at most."""
    relations = _relations(party)
    points = list(party.contact_points.filter(ended_at=None).order_by("kind", "-preferred", "pk"))
    roles = list(party.roles.filter(valid_to=None).order_by("valid_from"))
    return Profile(
        party=party,
        summary=party.summary,
        points=points,
        identifiers=list(party.identifiers.order_by("system", "pk")),
        consents=newest_consents(party),
        suppressed=suppressed_channels(party, points),
        roles=roles,
        relations=relations,
        # whom the user sees is asked for these few alone: inside the query it would be worked out for everybody
        seen=visible_among(user, {one.party_id for one in relations} | {one.other_id for one in relations}),
        superiors=_superiors(party, relations),
        tasks=list(open_tasks(party)[:MOST_TASKS]),
        assets=list(party.assets.order_by(F("warranty_until").asc(nulls_last=True), "pk")),
        contracts=list(party.contracts.select_related("asset").order_by(F("ends_on").asc(nulls_last=True), "pk")),
        moves=_moves(party),
        snooze=Snooze.objects.filter(party=party, until__gt=clock.now()).order_by("-until").first(),
        sums=_sums(party, roles, user),
    )


def newest_consents(party: Party) -> dict[tuple[str, str], Consent]:
    """The newest word per channel and purpose; it decides."""
    newest: dict[tuple[str, str], Consent] = {}
    for consent in party.consents.select_related("text").order_by("given_at", "pk"):
        newest[consent.channel, consent.purpose] = consent
    return newest


def suppressed_channels(party: Party, points: Iterable[ContactPoint]) -> dict[str, Suppression]:
    """The channels of which an address gets nothing any more, each with the gravest reason. One query."""
    found: dict[str, Suppression] = {}
    for one in suppressions_of(party, points):
        found.setdefault(one.channel, one)
    return found


def forbidden_channels(consents: Iterable[Consent]) -> dict[str, Consent]:
    """The channels that the customer refused for marketing, each with the word that says so."""
    return {
        one.channel: one
        for one in consents
        if one.state == ConsentState.WITHDRAWN and one.purpose in {"marketing", "all"}
    }


def open_tasks(party: Party) -> QuerySet[Task]:
    """What is still to be done, the most urgent first."""
    return party.tasks.open().select_related("assignee").order_by(F("due_at").asc(nulls_last=True), "pk")


def _relations(party: Party) -> list[PartyRelation]:
    """Those of most kinds first; of who has thousands, some. Two queries."""
    rows = PartyRelation.objects.current().filter(Q(party=party) | Q(other=party))
    some = list(rows.order_by("kind", "pk").values_list("pk", flat=True)[:MOST_RELATIONS])
    whole = PartyRelation.objects.filter(pk__in=some).select_related("party__summary", "other__summary")
    found = whole.order_by("kind", "party__fold", "pk")
    return [one for one in found if _is_live(one.other if one.party_id == party.pk else one.party)]


def _is_live(party: Party) -> bool:
    return party.trashed_at is None and party.merged_into_id is None


def _superiors(party: Party, relations: list[PartyRelation]) -> dict[int, int]:
    """Among the people of an organisation: who reports to whom."""
    people = {one.party_id for one in relations if one.other_id == party.pk and one.kind == RelationKind.EMPLOYED_BY}
    if party.kind != Kind.ORGANISATION or not people:
        return {}
    rows = PartyRelation.objects.current().filter(kind=RelationKind.REPORTS_TO, party__in=people, other__in=people)
    return dict(rows.order_by("pk").values_list("party", "other"))


def visible_among(user: User | Any, ids: Iterable[int]) -> set[int]:
    """Which of ``ids`` are live customers whom ``user`` may see. One query, none for no ids."""
    wanted = set(ids)
    return (
        set(Party.objects.visible_to(user).live().filter(pk__in=wanted).values_list("pk", flat=True))
        if wanted
        else set()
    )


def _moves(party: Party) -> list[Move]:
    rows = Event.objects.live().filter(customer=party, kind="customers.stage_changed").newest_first()
    found = rows.values_list("payload", "occurred_at")[:MOST_MOVES]
    return [Move(str(told.get("from") or ""), str(told.get("to") or ""), at) for told, at in reversed(found)]


_BELONGS = {Kind.ORGANISATION: RelationKind.EMPLOYED_BY, Kind.HOUSEHOLD: RelationKind.MEMBER_OF}


def _sums(party: Party, roles: list[PartyRole], user: User | Any) -> Sums | None:
    if party.kind not in _BELONGS:
        return None
    is_reseller = any(role.role == RoleKind.RESELLER for role in roles)
    kind = RelationKind.BUYS_THROUGH if is_reseller else _BELONGS[Kind(party.kind)]
    people = (
        Party.objects.visible_to(user)
        .live()
        .filter(relations__other=party, relations__kind=kind, relations__valid_to=None)
    )
    some = people.order_by().values("pk", revenue=F("summary__revenue_12m"), orders=F("summary__orders"))
    told = some[: MOST_SUMMED + 1].aggregate(n=Count("pk"), money=Sum("revenue"), bought=Sum("orders"))
    are_more = told["n"] > MOST_SUMMED
    return Sums(kind, min(told["n"], MOST_SUMMED), are_more, told["money"] or 0, told["bought"] or 0)
