"""Customers with all that hangs on them, read in portions: a million of them need no more memory than two thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet

from regulars.customers.models import Consent, ContactPoint, Identifier, Party, PartyRelation, PartyRole
from regulars.kit.parts import in_parts

PORTION: Final = 2_000
_IN: Final = 900


@dataclass(slots=True)
class Job:
    """Where a person works, as what."""

    firm: str
    title: str


@dataclass(slots=True)
class Row:
    """One customer. ``points`` are the live ones, the preferred of a kind first."""

    party: Party
    points: list[ContactPoint] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    consents: dict[str, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> list[str]:
        """The addresses of some kinds, as they were given."""
        return [point.raw for point in self.points if point.kind in kinds]

    def number(self, system: str) -> str:
        """The number by which a system knows the customer."""
        return next((number for one, number in self.identifiers if one == system), "")


def rows_of(parties: QuerySet[Any]) -> Iterator[Row]:
    """The customers of a queryset of parties, by their number."""
    ids = parties.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=PORTION)
    while portion := list(islice(ids, PORTION)):
        yield from _portion(portion)


def _portion(ids: list[int]) -> Iterator[Row]:
    found: dict[int, Row] = {}
    for some in in_parts(ids, _IN):
        found |= {party.pk: Row(party) for party in Party.objects.filter(pk__in=some).select_related("owner")}
    for some in in_parts(ids, _IN):
        _read(some, found)
    for pk in ids:
        if pk in found:
            yield found[pk]


def _read(some: list[int], found: dict[int, Row]) -> None:
    for point in ContactPoint.objects.filter(party__in=some, ended_at=None).order_by("-preferred", "pk"):
        found[point.party_id].points.append(point)
    for party, system, number in (
        Identifier.objects.filter(party__in=some).order_by("pk").values_list("party_id", "system", "external_id")
    ):
        found[party].identifiers.append((system, number))
    consents = Consent.objects.filter(party__in=some, purpose="marketing").order_by("given_at", "pk")
    for party, channel, state in consents.values_list("party_id", "channel", "state"):
        found[party].consents[channel] = state
    for relation in PartyRelation.objects.current().filter(party__in=some).select_related("other").order_by("pk"):
        row = found[relation.party_id]
        if relation.kind == "employed_by":
            row.jobs.append(Job(relation.other.name, relation.title))
        row.relations.append(
            " ".join(
                part
                for part in (
                    str(relation.get_kind_display()),
                    relation.other.name,
                    f"({relation.title})" if relation.title else "",
                )
                if part
            )
        )
    for role in PartyRole.objects.filter(party__in=some, valid_to=None).order_by("pk"):
        found[role.party_id].roles.append(str(role.get_role_display()))


def by_kind(row: Row) -> dict[str, list[str]]:
    """All addresses by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for point in row.points:
        found[point.kind].append(point.raw)
    return found
