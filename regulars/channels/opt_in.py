"""Double opt-in that somebody here asks for: a mail to the customer's own address; only their answer permits anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.channels.webform import ask_by_mail
from regulars.customers.models import Channel, Confirmation, ContactPoint, ContactPointKind, Party
from regulars.customers.panels import register_ask
from regulars.customers.permission import actions as permission
from regulars.customers.permission import choices
from regulars.customers.permission.queries import suppressions_of
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

ONCE_IN: Final = timedelta(days=1)
"""A customer is asked no more often, whoever asks."""


@transaction.atomic
def ask_for_consent(*, party: Party, by: User) -> ContactPoint:
    """Mail the link by which the customer permits e-mail, in their language; the address it goes to.

    Raises:
        Forbidden: the role does not allow it.
        UserError: there is no address, they said yes or no before, nothing may go there, or they were asked within a day.
    """
    require(by, "customers.edit")
    held = Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    point = _address_of(held)
    with translation.override(choices.spoken(held.language) or settings.LANGUAGE_CODE):
        words, language = choices.words_to_agree_to(), translation.get_language() or settings.LANGUAGE_CODE
        agreed = permission.publish_text(key=choices.TEXT_KEY, language=language, words=words)
        ask_by_mail(point=point, agreed=agreed, origin=f"opt-in:{clock.now().isoformat()}")
    return point


def _address_of(party: Party) -> ContactPoint:
    """Where they may be asked."""
    mine = party.contact_points.filter(kind=ContactPointKind.EMAIL, ended_at=None)
    point = mine.order_by("-preferred", "pk").first()
    if point is None:
        raise UserError(_("There is no e-mail address at which they could be asked."))
    if permission.permits(party, Channel.EMAIL) is not None:
        raise UserError(_("They have said already whether e-mail is welcome."))
    if suppressions_of(party, [point]):
        raise UserError(_("Nothing may be sent to this address."))
    if Confirmation.objects.filter(party=party, asked_at__gt=clock.now() - ONCE_IN).exists():
        raise UserError(_("They were asked less than a day ago."))
    return point


register_ask(Channel.EMAIL, lambda pk: reverse("channels:ask-consent", args=[pk]))
