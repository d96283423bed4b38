"""How other systems call a customer: numbers added and taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import search
from regulars.customers.actions.revisions import revise
from regulars.customers.models import Batch, Identifier, Party, Revision
from regulars.kit import text
from regulars.kit.errors import Conflict, UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from regulars.staff.models import User

_LONGEST: Final = {"system": 60, "external_id": 120}


class Taken(Conflict):
    """The number is another customer's: perhaps both are one."""

    def __init__(self, message: str, *, holder: Party | None) -> None:
        super().__init__(message)
        self.holder = holder
        """Whose it is; None where whoever asked may not see them."""


@transaction.atomic
def add_identifier(
    *, party: Party, system: str, number: str, by: User | None, batch: Batch | None = None
) -> Identifier:
    """Let a customer be known by a number of another system. One that it has already is returned.

    Raises:
        UserError: system or number is empty or too long.
        Taken: the number is another customer's.
    """
    told = {"system": text.clean(system), "external_id": text.clean(number)}
    if any(not value or len(value) > _LONGEST[name] for name, value in told.items()):
        raise UserError(_("Please give the system (at most 60 characters) and the number there (at most 120)."))
    held = Identifier.objects.select_related("party__merged_into").filter(**told).first()
    if held is not None:
        if held.party_id == party.pk:
            return held
        raise _taken(held.party.merged_into or held.party, told, by)
    made = Identifier.objects.create(party=party, batch_id=batch.pk if batch else None, **told)
    revise(record=made, before={}, after=told, by=by, party_id=party.pk, batch=batch)
    _settle("customers.identifier_added", party.pk, told["system"], by)
    return made


def _taken(holder: Party, told: dict[str, str], by: User | None) -> Taken:
    seen = by is None or Party.objects.visible_to(by).filter(pk=holder.pk).exists()
    values = {"number": told["external_id"], "system": told["system"], "name": holder.name}
    if not seen:
        return Taken(_("The number %(number)s of %(system)s belongs to another customer.") % values, holder=None)
    sentence = _("The number %(number)s of %(system)s belongs to %(name)s. If both are one, merge them.")
    return Taken(sentence % values, holder=holder)


@transaction.atomic
def remove_identifier(*, identifier: Identifier, by: User | None, batch: Batch | None = None) -> None:
    """Take a number off a customer; the history keeps it."""
    before = {name: getattr(identifier, name) for name in _LONGEST}
    party = identifier.party_id
    revise(record=identifier, before=before, after=dict.fromkeys(_LONGEST), by=by, party_id=party, batch=batch)
    identifier.delete()
    _settle("customers.identifier_removed", party, before["system"], by)


def bring_back(batch: Batch) -> None:
    """Give customers back the numbers that an act took off; one that is somebody else's since stays where it is."""
    for revision in batch.revisions.filter(table=Identifier._meta.label_lower, after__external_id=None):
        known = Identifier.objects.filter(**revision.before).exists()
        if not known and revision.party_id is not None:
            into = Party.objects.values_list("merged_into", flat=True).get(pk=revision.party_id)
            Identifier.objects.create(party_id=into or revision.party_id, **revision.before)
            search.reindex([into or revision.party_id])


def concerned(batch: Batch) -> list[int]:
    """Whose numbers an act added or took off."""
    rows = Revision.objects.filter(batch=batch, table=Identifier._meta.label_lower, party_id__isnull=False)
    return sorted({pk for pk in rows.values_list("party_id", flat=True) if pk is not None})


def _settle(action: str, party: int, system: str, by: User | None) -> None:
    audit.record(action, by=by, object_type="party", object_id=party, system=system)
    search.reindex([party])
