"""Relations between parties."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.revisions import revise
from regulars.customers.models import Kind, Party, PartyRelation, RelationKind
from regulars.kit import clock
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

_OTHER_MUST_BE: Final = {
    RelationKind.EMPLOYED_BY: Kind.ORGANISATION,
    RelationKind.SUBSIDIARY_OF: Kind.ORGANISATION,
    RelationKind.REPORTS_TO: Kind.PERSON,
    RelationKind.MEMBER_OF: Kind.HOUSEHOLD,
}
_WITHOUT_CIRCLES: Final = {RelationKind.REPORTS_TO, RelationKind.SUBSIDIARY_OF, RelationKind.REFERRED_BY}
_DEEPEST = 50


@transaction.atomic
def add_relation(
    *, party: Party, other: Party, kind: str, by: User | None, title: str = "", valid_from: date | None = None
) -> PartyRelation:
    """Say that ``party`` <kind> ``other`` (e.g. *works at*), from a date on; a relation that stands is returned as it is.

    Raises:
        UserError: the two do not fit the relation, or it would lead in a circle.
    """
    if kind not in RelationKind.values or party.pk == other.pk:
        raise UserError(_("This relation does not fit these two."))
    if (needed := _OTHER_MUST_BE.get(RelationKind(kind))) and other.kind != needed:
        raise UserError(_("“%(name)s” would have to be: %(kind)s.") % {"name": other.name, "kind": Kind(needed).label})
    if kind in _WITHOUT_CIRCLES:
        _refuse_circle(party, other, kind)
    relation, made = PartyRelation.objects.get_or_create(
        party=party,
        other=other,
        kind=kind,
        valid_to=None,
        defaults={"title": title, "valid_from": valid_from or timezone.localdate(clock.now())},
    )
    if made:
        payload = {"kind": kind, "title": title, "other": other.pk, "name": other.name}
        timeline.record(
            kind="customers.relation_added",
            customer=party,
            by=by,
            object_type="relation",
            object_id=relation.pk,
            payload=payload,
        )
    return relation


def _refuse_circle(party: Party, other: Party, kind: str) -> None:
    above = {other.pk}
    for _step in range(_DEEPEST):
        found = (
            set(PartyRelation.objects.current().filter(party__in=above, kind=kind).values_list("other", flat=True))
            - above
        )
        if party.pk in found:
            raise UserError(_("This relation would lead in a circle."))
        if not found:
            return
        above |= found


@transaction.atomic
def end_relation(*, relation: PartyRelation, by: User | None, on: date | None = None) -> None:
    """End a relation on a day (today by default); it stays in the history."""
    day = on or timezone.localdate(clock.now())
    if relation.valid_from and day < relation.valid_from:
        raise UserError(_("A relation cannot end before it began."))
    revise(record=relation, before={"valid_to": None}, after={"valid_to": day}, by=by, party_id=relation.party_id)
    PartyRelation.objects.filter(pk=relation.pk).update(valid_to=day)
    relation.valid_to = day
    payload = {"kind": relation.kind, "other": relation.other_id, "name": relation.other.name}
    timeline.record(
        kind="customers.relation_ended",
        customer=relation.party,
        by=by,
        object_type="relation",
        object_id=relation.pk,
        payload=payload,
    )
