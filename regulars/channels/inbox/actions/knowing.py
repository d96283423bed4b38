"""Finding out who a stranger is: a customer, a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.channels.inbox.actions.desk import whose_desk
from regulars.channels.inbox.models import Conversation, Direction
from regulars.channels.inbox.timeline import tell_received
from regulars.customers import actions as customers
from regulars.customers.models import Channel, ContactPointKind, Kind, Party
from regulars.kit import clock
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

_KIND_OF_ADDRESS = {Channel.EMAIL: ContactPointKind.EMAIL}


@transaction.atomic
def attach(conversation: Conversation, *, party: Party, by: User | None) -> int:
    """Say whose a conversation is, and with it all others of the same unknown sender; the address becomes theirs.

    What was received goes onto the timeline, at the moment it came.

    Returns:
        How many conversations are the customer's now.

    Raises:
        UserError: it belongs to somebody already, or the address may not be kept.
    """
    held = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    if held.party_id is not None:
        raise UserError(_("This conversation belongs to a customer."))
    kind = _KIND_OF_ADDRESS.get(Channel(held.channel))
    if kind and held.address:
        customers.add_contact_point(party=party, kind=kind, raw=held.address, by=by)
    same = Conversation.objects.filter(party=None, channel=held.channel, address__iexact=held.address, aside_at=None)
    ids = {held.pk, *(same.values_list("pk", flat=True) if held.address else ())}
    assignee, team = whose_desk(party)
    for one in Conversation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"):
        one.party, one.aside_at, one.changed_at = party, None, clock.now()
        if one.assignee_id is None:
            one.assignee, one.team = assignee, team
        one.save(update_fields=["party", "aside_at", "assignee", "team", "changed_at"])
        for entry in one.entries.filter(direction=Direction.IN).order_by("at", "pk"):
            tell_received(one, entry)
    return len(ids)


@transaction.atomic
def make_customer(conversation: Conversation, *, name: str, by: User | None, kind: str = Kind.PERSON) -> Party:
    """Make a customer of a stranger, with the address they wrote from.

    Raises:
        UserError: there is no name, or it belongs to somebody already.
    """
    team = by.team if by is not None else None
    party = customers.create_party(by=by, kind=kind, name=name, source=conversation.channel, owner=by, team=team)
    attach(conversation, party=party, by=by)
    return party
