"""Contact points and consent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import search, timeline
from regulars.customers.actions.revisions import revise
from regulars.customers.models import Consent, ConsentState, ConsentText, ContactPoint, ContactPointKind, Party
from regulars.customers.privacy import marks
from regulars.kit import clock, phone, text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

SHORTEST_PHONE, LONGEST_PHONE = 5, 32
"""Digits, the extension's among them."""
_NUMBERS = {ContactPointKind.MOBILE, ContactPointKind.PHONE, ContactPointKind.FAX}


def normalise(kind: str, raw: str) -> str:
    """Return the form in which contact points are compared.

    Raises:
        UserError: ``raw`` is no address of that kind, with what was expected.
    """
    value = text.clean(raw)
    if kind == ContactPointKind.EMAIL:
        try:
            validate_email(value)
        except ValidationError as error:
            raise UserError(_("“%(value)s” is not an e-mail address.") % {"value": value}) from error
        return value.lower()
    if kind in _NUMBERS:
        number = phone.normalise(value, region=settings.COUNTRY)
        if not SHORTEST_PHONE <= len(phone.digits(number)) <= LONGEST_PHONE:
            raise UserError(_("“%(value)s” is not a telephone number.") % {"value": value})
        return number
    if not value:
        raise UserError(_("Please give an address."))
    return text.fold(value)


@transaction.atomic
def add_contact_point(
    *, party: Party, kind: str, raw: str, by: User | None, label: str = "", preferred: bool = False
) -> ContactPoint:
    """Add an address; one the party already has comes back to life instead. The first of a kind is preferred.

    Raises:
        UserError: ``raw`` is no address of that kind.
    """
    normalised = normalise(kind, raw)
    if marks.known([marks.point_digest(kind, normalised)]):
        raise UserError(
            _(
                "Somebody with the address “%(value)s” asked to be erased. An administrator can allow it again after a new consent."
            )
            % {"value": text.clean(raw)}
        )
    number = normalised.partition(";")[0]
    reversed_digits = phone.digits(number)[::-1] if kind in _NUMBERS else ""
    first = not party.contact_points.filter(kind=kind, ended_at=None).exists()
    point, made = ContactPoint.objects.get_or_create(
        party=party,
        kind=kind,
        normalised=normalised,
        defaults={"raw": text.clean(raw), "label": label, "reversed_digits": reversed_digits},
    )
    if made or point.ended_at is not None:
        revise(record=point, before={"raw": None}, after={"raw": point.raw}, by=by, party_id=party.pk)
        ContactPoint.objects.filter(pk=point.pk).update(ended_at=None)
        point.ended_at = None
    if preferred or (first and made):
        prefer_contact_point(point=point, by=by)
    if not reversed_digits:
        search.reindex([party.pk])
    return point


@transaction.atomic
def prefer_contact_point(*, point: ContactPoint, by: User | None) -> None:
    """Make ``point`` the one to use among its kind."""
    ContactPoint.objects.filter(party=point.party_id, kind=point.kind, preferred=True).exclude(pk=point.pk).update(
        preferred=False
    )
    if not point.preferred:
        revise(record=point, before={"preferred": False}, after={"preferred": True}, by=by, party_id=point.party_id)
        ContactPoint.objects.filter(pk=point.pk).update(preferred=True)
        point.preferred = True


@transaction.atomic
def end_contact_point(*, point: ContactPoint, by: User | None) -> None:
    """Say that the address is no longer valid; it stays in the history."""
    now = clock.now()
    revise(record=point, before={"ended_at": None}, after={"ended_at": now}, by=by, party_id=point.party_id)
    ContactPoint.objects.filter(pk=point.pk).update(ended_at=now, preferred=False)
    point.ended_at, point.preferred = now, False
    if not point.reversed_digits:
        search.reindex([point.party_id])


@transaction.atomic
def record_consent(
    *,
    party: Party,
    channel: str,
    state: str,
    by: User | None,
    purpose: str = "marketing",
    evidence: str = "",
    given_at: datetime | None = None,
    source: str = "",
    agreed: ConsentText | None = None,
) -> Consent:
    """Append what the customer said about being contacted, with its proof, and an entry on the timeline.

    Args:
        agreed: the very words they said yes to, where they were shown some.

    Raises:
        UserError: the state is unknown.
    """
    if state not in ConsentState.values:
        raise UserError(_("Consent is either given or withdrawn."))
    moment = given_at or clock.now()
    consent = Consent.objects.create(
        party=party,
        channel=channel,
        purpose=purpose,
        state=state,
        given_at=moment,
        evidence=evidence,
        source=source,
        text=agreed,
        recorded_by=by,
    )
    kind = "customers.consent_given" if state == ConsentState.GRANTED else "customers.consent_withdrawn"
    payload = {"purpose": purpose, "channel": channel, "evidence": evidence}
    timeline.record(
        kind=kind,
        customer=party,
        by=by,
        occurred_at=moment,
        channel=channel,
        object_type="consent",
        object_id=consent.pk,
        payload=payload,
    )
    return consent
