"""Households: persons who live or buy together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.actions.acts import new_act
from regulars.customers.actions.parties import create_party
from regulars.customers.actions.relations import add_relation, end_relation
from regulars.customers.models import Batch, Kind, Party, PartyRelation, RelationKind
from regulars.kit import text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

_FEWEST = 2


@transaction.atomic
def make_household(
    *,
    members: Sequence[Party],
    by: User | None,
    name: str = "",
    valid_from: date | None = None,
    batch: Batch | None = None,
) -> Party:
    """Make a household of persons; it takes address, owner, team and territory of the first.

    Args:
        name: by default the family name of the first with "household".

    Raises:
        UserError: there are fewer than two, one is no person, or one lives in another household already.
    """
    people = list({one.pk: one for one in members}.values())
    if len(people) < _FEWEST:
        raise UserError(_("A household needs two persons at least."))
    if stranger := next((one for one in people if one.kind != Kind.PERSON), None):
        raise UserError(
            _("“%(name)s” would have to be: %(kind)s.") % {"name": stranger.name, "kind": Kind.PERSON.label}
        )
    settled = PartyRelation.objects.current().filter(party__in=people, kind=RelationKind.MEMBER_OF)
    if housed := settled.select_related("party").first():
        raise UserError(_("%(name)s lives in a household already. Move them out first.") % {"name": housed.party.name})
    head = people[0]
    act = batch or new_act(by=by, title=_("Household"))
    house = create_party(
        by=by, kind=Kind.HOUSEHOLD, name=text.clean(name) or _usual_name(head), role="", batch_id=act.pk,
        **{field: getattr(head, field) for field in ("address", "city", "region", "postcode", "country", "owner", "team", "territory")},
    )  # fmt: skip
    for one in people:
        add_relation(party=one, other=house, kind=RelationKind.MEMBER_OF, by=by, valid_from=valid_from, batch=act)
    return house


def _usual_name(head: Party) -> str:
    return _("%(family)s household") % {"family": head.family_name or head.name}


def move_out(*, member: PartyRelation, by: User | None, on: date | None = None, batch: Batch | None = None) -> None:
    """Somebody leaves a household on a day (today by default).

    Raises:
        UserError: this is no membership, or the day is before they moved in.
    """
    if member.kind != RelationKind.MEMBER_OF:
        raise UserError(_("This relation does not fit these two."))
    end_relation(relation=member, by=by, on=on, batch=batch)
