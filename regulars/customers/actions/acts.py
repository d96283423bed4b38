"""One act on relations, roles, assets, contracts or numbers, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import search
from regulars.customers.actions import identifiers
from regulars.customers.actions.batches import undo_batch
from regulars.customers.actions.parties import trash_parties
from regulars.customers.actions.summaries import settle_stages
from regulars.customers.models import (
    Asset,
    Batch,
    BatchKind,
    Contract,
    Event,
    Identifier,
    Party,
    PartyRelation,
    PartyRole,
)
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User


def new_act(*, by: User | None, title: str = "") -> Batch:
    """Begin an act; pass it as ``batch`` to the actions that make it up, so that one undo takes back all of them."""
    return Batch.objects.create(kind=BatchKind.EDIT, made_by=by, title=title[:255])


@transaction.atomic
def take_back(*, batch: Batch, by: User | None) -> None:
    """Undo an act: what it added is gone, what it changed is as before, its entries are retracted from the timeline.

    Raises:
        UserError: it is undone already, or something made since stands on what it added.
    """
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.undone_at is not None:
        raise UserError(_("This has been undone already."))
    if Contract.objects.filter(follows__batch_id=batch.pk).exclude(batch_id=batch.pk).exists():
        raise UserError(_("The contract was renewed since, so it was left as it is."))
    roles = set(PartyRole.objects.filter(batch_id=batch.pk).values_list("party", flat=True))
    numbered = identifiers.concerned(locked)
    for model in (PartyRelation, PartyRole, Contract, Asset, Identifier):
        model._default_manager.filter(batch_id=batch.pk).delete()
    identifiers.bring_back(locked)
    undo_batch(batch=locked, by=by)
    Event.objects.filter(batch_id=batch.pk, retracted_in=None).update(retracted_in=batch.pk)
    changed = locked.revisions.filter(table=PartyRole._meta.label_lower).values_list("party_id", flat=True)
    roles |= {pk for pk in changed if pk is not None}
    settle_stages(party_ids=roles)
    if numbered:
        search.reindex(numbered)
    if made := list(Party.objects.live().filter(batch_id=batch.pk, summary__orders=0).values_list("pk", flat=True)):
        trash_parties(party_ids=made, by=by)
