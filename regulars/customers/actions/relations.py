"""Relations between parties: who works where, who reports to whom, who lives with whom, who brought whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.revisions import revise
from regulars.customers.models import Batch, Kind, Party, PartyRelation, RelationKind
from regulars.kit import clock, text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

_MUST_BE: Final = {
    RelationKind.EMPLOYED_BY: (Kind.PERSON, Kind.ORGANISATION),
    RelationKind.SUBSIDIARY_OF: (Kind.ORGANISATION, Kind.ORGANISATION),
    RelationKind.REPORTS_TO: (Kind.PERSON, Kind.PERSON),
    RelationKind.MEMBER_OF: (Kind.PERSON, Kind.HOUSEHOLD),
    RelationKind.RELATED_TO: (Kind.PERSON, Kind.PERSON),
}
_WITHOUT_CIRCLES: Final = {
    RelationKind.REPORTS_TO,
    RelationKind.SUBSIDIARY_OF,
    RelationKind.REFERRED_BY,
    RelationKind.BUYS_THROUGH,
}
_ONE_AT_A_TIME: Final = {RelationKind.REFERRED_BY, RelationKind.SUBSIDIARY_OF}
_DEEPEST: Final = 50


@transaction.atomic
def add_relation(
    *,
    party: Party,
    other: Party,
    kind: str,
    by: User | None,
    title: str = "",
    valid_from: date | None = None,
    batch: Batch | None = None,
) -> PartyRelation:
    """Say that ``party`` <kind> ``other`` (e.g. *works at*), from a date on; a relation that stands is returned as it is.

    At one company a person may hold several positions, each a relation with its ``title``. The entry stands on both
    timelines.

    Raises:
        UserError: the two do not fit the relation, or it would lead in a circle.
    """
    title = text.clean(title)[:80]
    _refuse_misfits(party, other, kind)
    # one writer at a time among these two, so that two halves of a circle are not made at once
    list(Party.objects.select_for_update().filter(pk__in=[party.pk, other.pk]).order_by("pk").only("pk"))
    if kind in _WITHOUT_CIRCLES:
        _refuse_circle(party, other, kind)
    standing = PartyRelation.objects.current().filter(party=party, other=other, kind=kind)
    found = standing.filter(title=title).first() or (None if title else standing.order_by("pk").first())
    if found is not None:
        return found
    if kind in _ONE_AT_A_TIME and party.relations.filter(kind=kind, valid_to=None).exists():
        # whom it stands with is not said: whoever asks may not be allowed to see that one
        told = {"name": party.name, "relation": RelationKind(kind).label}
        raise UserError(_("%(name)s: “%(relation)s” stands with another already. End that first.") % told)
    day = valid_from or timezone.localdate(clock.now())
    act = batch.pk if batch else None
    relation = PartyRelation.objects.create(
        party=party, other=other, kind=kind, title=title, valid_from=day, batch_id=act
    )
    after = {"kind": kind, "title": title, "valid_from": day}
    revise(record=relation, before={}, after=after, by=by, party_id=party.pk, batch=batch)
    _tell(relation, "customers.relation_added", by, batch)
    return relation


def _refuse_misfits(party: Party, other: Party, kind: str) -> None:
    if kind not in RelationKind.values or party.pk == other.pk:
        raise UserError(_("This relation does not fit these two."))
    for one, needed in zip((party, other), _MUST_BE.get(RelationKind(kind), ()), strict=False):
        if one.kind != needed:
            raise UserError(
                _("“%(name)s” would have to be: %(kind)s.") % {"name": one.name, "kind": Kind(needed).label}
            )


def _refuse_circle(party: Party, other: Party, kind: str) -> None:
    """Walk up from ``other``, a level a query; whoever finds ``party`` there has closed a circle."""
    above, level = {other.pk: 0}, {other.pk}
    for _step in range(_DEEPEST):
        rows = PartyRelation.objects.current().filter(party__in=level, kind=kind)
        found = dict(rows.values_list("other", "party"))
        level = set(found) - set(above)
        above |= {pk: found[pk] for pk in level}
        if party.pk in level:
            raise UserError(_circle_said(party, other, kind, direct=above[party.pk] == other.pk))
        if not level:
            return
    raise UserError(_("This chain is longer than %(n)s steps; it was not made longer.") % {"n": _DEEPEST})


def _circle_said(party: Party, other: Party, kind: str, *, direct: bool) -> str:
    told = {"one": party.name, "two": other.name}
    match kind:
        case RelationKind.REPORTS_TO if direct:
            return _("%(two)s reports to %(one)s, so %(one)s cannot report to %(two)s.") % told
        case RelationKind.REPORTS_TO:
            return _("%(two)s stands below %(one)s, so %(one)s cannot report to %(two)s.") % told
        case RelationKind.SUBSIDIARY_OF:
            return _("%(two)s belongs to %(one)s, so %(one)s cannot be a subsidiary of %(two)s.") % told
        case RelationKind.REFERRED_BY:
            return _("%(one)s brought %(two)s here, so %(two)s cannot have brought %(one)s.") % told
        case _:
            return _("This relation would lead in a circle.")


@transaction.atomic
def end_relation(
    *, relation: PartyRelation, by: User | None, on: date | None = None, batch: Batch | None = None
) -> None:
    """End a relation on a day (today by default); it stays in the history, and ending it twice changes nothing.

    Whoever leaves a company no longer reports to anybody there, nor anybody to them.

    Raises:
        UserError: the day is before it began.
    """
    rows = PartyRelation.objects.select_for_update(of=("self",)).select_related("party", "other")
    current = rows.get(pk=relation.pk)
    if current.valid_to is None:
        _end(current, by, on or timezone.localdate(clock.now()), batch)
    relation.valid_to = current.valid_to


def _end(relation: PartyRelation, by: User | None, day: date, batch: Batch | None) -> None:
    if relation.valid_from and day < relation.valid_from:
        raise UserError(_("A relation cannot end before it began."))
    before, after = {"valid_to": None}, {"valid_to": day}
    revise(record=relation, before=before, after=after, by=by, party_id=relation.party_id, batch=batch)
    PartyRelation.objects.filter(pk=relation.pk).update(valid_to=day)
    relation.valid_to = day
    _tell(relation, "customers.relation_ended", by, batch)
    if relation.kind == RelationKind.EMPLOYED_BY:
        for line in _lines_within(relation):
            _end(line, by, max(day, line.valid_from or day), batch)


def _lines_within(job: PartyRelation) -> Iterable[PartyRelation]:
    """Who reported to whom at the company that somebody has left for good."""
    here = PartyRelation.objects.current().filter(other=job.other_id, kind=RelationKind.EMPLOYED_BY)
    if here.filter(party=job.party_id).exists():
        return []
    theirs = Q(party=job.party_id, other__in=here.values("party")) | Q(
        other=job.party_id, party__in=here.values("party")
    )
    lines = PartyRelation.objects.current().filter(theirs, kind=RelationKind.REPORTS_TO)
    return list(lines.select_related("party", "other"))


@transaction.atomic
def move_person(
    *,
    person: Party,
    superior: Party | None,
    company: Party,
    by: User | None,
    on: date | None = None,
    batch: Batch | None = None,
) -> PartyRelation | None:
    """Let ``person`` report to ``superior`` from a day on, or to nobody at ``company``; what stood before ends that day.

    Raises:
        UserError: one of them does not work there, or it would lead in a circle (A reports to B reports to A).
    """
    day = on or timezone.localdate(clock.now())
    here = PartyRelation.objects.current().filter(other=company, kind=RelationKind.EMPLOYED_BY)
    wanted = {person.pk} | ({superior.pk} if superior else set())
    if set(here.filter(party__in=wanted).values_list("party", flat=True)) != wanted:
        raise UserError(_("Both have to work at %(company)s.") % {"company": company.name})
    lines = PartyRelation.objects.current().filter(
        party=person, kind=RelationKind.REPORTS_TO, other__in=here.values("party")
    )
    for line in lines.select_related("party", "other"):
        if superior is not None and line.other_id == superior.pk:
            return line
        end_relation(relation=line, by=by, on=max(day, line.valid_from or day), batch=batch)
    if superior is None:
        return None
    return add_relation(party=person, other=superior, kind=RelationKind.REPORTS_TO, by=by, valid_from=day, batch=batch)


def _tell(relation: PartyRelation, kind: str, by: User | None, batch: Batch | None) -> None:
    """The entry on both timelines; each names the other, and the page leaves the name out where it may not be seen."""
    for one, other, way in (
        (relation.party, relation.other, "up"),
        (relation.other, relation.party, "down"),
    ):
        timeline.record(
            kind=kind, customer=one, by=by, party=other, object_type="relation", object_id=relation.pk,
            batch_id=batch.pk if batch else None,
            payload={"kind": relation.kind, "title": relation.title, "other": other.pk, "name": other.name, "way": way},
        )  # fmt: skip
