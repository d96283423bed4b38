"""What a party is to the company: roles, each from a day until a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.revisions import revise
from regulars.customers.actions.summaries import settle_stages
from regulars.customers.models import Batch, Party, PartyRole, RoleKind
from regulars.kit import clock
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User


@transaction.atomic
def set_role(
    *, party: Party, role: str, by: User | None, valid_from: date | None = None, batch: Batch | None = None
) -> PartyRole:
    """Say that ``party`` plays ``role`` from a day on (today by default); a role that stands is returned as it is.

    A prospect who becomes a customer is a prospect no longer.

    Raises:
        UserError: there is no such role.
    """
    if role not in RoleKind.values:
        raise UserError(_("There is no role “%(role)s”.") % {"role": role})
    Party.objects.select_for_update().only("pk").get(pk=party.pk)
    day = valid_from or timezone.localdate(clock.now())
    if standing := party.roles.filter(role=role, valid_to=None).first():
        return standing
    if role == RoleKind.CUSTOMER and (prospect := party.roles.filter(role=RoleKind.PROSPECT, valid_to=None).first()):
        end_role(role=prospect, by=by, on=max(day, prospect.valid_from), batch=batch)
    made = PartyRole.objects.create(party=party, role=role, valid_from=day, batch_id=batch.pk if batch else None)
    after = {"role": role, "valid_from": day}
    revise(record=made, before={}, after=after, by=by, party_id=party.pk, batch=batch)
    _tell(party, "customers.role_given", made, by, batch)
    return made


@transaction.atomic
def end_role(*, role: PartyRole, by: User | None, on: date | None = None, batch: Batch | None = None) -> None:
    """End a role on a day (today by default); it stays in the history, and ending it twice changes nothing.

    Raises:
        UserError: the day is before it began.
    """
    current = PartyRole.objects.select_for_update().select_related("party").get(pk=role.pk)
    if current.valid_to is not None:
        role.valid_to = current.valid_to
        return
    day = on or timezone.localdate(clock.now())
    if day < current.valid_from:
        raise UserError(_("A role cannot end before it began."))
    revise(
        record=current,
        before={"valid_to": None},
        after={"valid_to": day},
        by=by,
        party_id=current.party_id,
        batch=batch,
    )
    PartyRole.objects.filter(pk=current.pk).update(valid_to=day)
    role.valid_to = current.valid_to = day
    _tell(current.party, "customers.role_ended", current, by, batch)


def _tell(party: Party, kind: str, role: PartyRole, by: User | None, batch: Batch | None) -> None:
    timeline.record(
        kind=kind, customer=party, by=by, object_type="role", object_id=role.pk, batch_id=batch.pk if batch else None,
        payload={"role": role.role, "since": role.valid_from.isoformat(), "until": role.valid_to.isoformat() if role.valid_to else None},
    )  # fmt: skip
    # facts are read anew for whoever changed since: a role makes somebody count, or not
    Party.objects.filter(pk=party.pk).update(updated_at=clock.now())
    settle_stages(party_ids=[party.pk])
