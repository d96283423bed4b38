"""Suppressing and lifting, unsubscribing, choices of the preference centre, texts agreed to, double opt-in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.contact import record_consent
from regulars.customers.models import (
    Channel,
    Confirmation,
    Consent,
    ConsentState,
    ConsentText,
    ContactPoint,
    Erasure,
    Party,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from regulars.customers.permission import topics
from regulars.customers.permission.addresses import digest
from regulars.customers.permission.links import Link
from regulars.customers.permission.queries import GRAVITY, MARKETING, consented, digests_of, newest_text
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit, sealing

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

CONFIRM_WITHIN: Final = timedelta(days=14)
LONGEST_WORDS: Final = 1_000
OWN_KEY: Final = "preferences-own"
"""Under which the company's own words are kept; what is agreed to is kept under ``choices.TEXT_KEY``."""
SCOPES: Final = {
    SuppressionReason.UNSUBSCRIBE: SuppressionScope.MARKETING,
    SuppressionReason.MANUAL: SuppressionScope.MARKETING,
    SuppressionReason.COMPLAINT: SuppressionScope.MARKETING,
    SuppressionReason.HARD_BOUNCE: SuppressionScope.ALL,
    SuppressionReason.LEGAL: SuppressionScope.ALL,
}
"""What a reason keeps away unless it is said otherwise."""


def suppress(
    *, channel: str, address: str, reason: str, by: User | None, party: Party | None = None, scope: str = "",
    source: str = "", at: datetime | None = None,
) -> Suppression:  # fmt: skip
    """Let nothing go to ``address`` any more. Said again it changes nothing, unless the reason is graver.

    Raises:
        UserError: the reason or the scope is unknown.
    """
    return suppress_digest(
        channel=channel, told=digest(channel, address), reason=reason, by=by, party=party, scope=scope, source=source, at=at
    )  # fmt: skip


@transaction.atomic
def suppress_digest(
    *, channel: str, told: str, reason: str, by: User | None, party: Party | None = None, scope: str = "",
    source: str = "", at: datetime | None = None,
) -> Suppression:  # fmt: skip
    """As ``suppress``, of an address of which only the digest is known."""
    if reason not in SuppressionReason.values or scope not in {"", *SuppressionScope.values}:
        raise UserError(_("This is no reason to suppress an address."))
    moment, wanted = at or clock.now(), scope or SCOPES[SuppressionReason(reason)]
    rows = Suppression.objects.standing().select_for_update().filter(channel=channel, digest=told, scope=wanted)
    held = rows.first()
    if held is not None:
        if GRAVITY.index(held.reason) >= GRAVITY.index(reason):
            return held
        Suppression.objects.filter(pk=held.pk).update(lifted_at=clock.now(), lifted_by=by)
    facts: dict[str, Any] = {"reason": reason, "source": source[:60], "at": moment, "party": party, "recorded_by": by}
    made = Suppression(channel=channel, digest=told, scope=wanted, **facts)
    Suppression.objects.bulk_create(
        [made], ignore_conflicts=True
    )  # whoever was quicker at the same moment said it first
    standing = Suppression.objects.standing().get(channel=channel, digest=told, scope=wanted)
    if party is not None:
        payload = {"channel": channel, "code": reason, "kind": wanted}
        timeline.record(
            kind="customers.suppressed", customer=party, by=by, occurred_at=moment, channel=channel,
            object_type="suppression", object_id=standing.pk, payload=payload,
        )  # fmt: skip
    return standing


@transaction.atomic
def lift(*, suppression: Suppression, by: User | None, request: HttpRequest | None = None) -> bool:
    """Let messages go to the address again; who said so stays. False when it was lifted already."""
    rows = Suppression.objects.standing().filter(pk=suppression.pk)
    if not rows.update(lifted_at=clock.now(), lifted_by=by):
        return False
    facts = {"channel": suppression.channel, "code": suppression.reason, "kind": suppression.scope}
    if suppression.party is not None:
        timeline.record(
            kind="customers.unsuppressed", customer=suppression.party.canonical(), by=by, channel=suppression.channel,
            object_type="suppression", object_id=suppression.pk, payload=facts,
        )  # fmt: skip
    if by is not None:
        audit.record(
            "customers.suppression_lifted", by=by, object_type="suppression", object_id=suppression.pk, request=request, **facts
        )  # fmt: skip
    return True


def unsuppress(*, channel: str, address: str, by: User | None, request: HttpRequest | None = None) -> int:
    """Let messages go to ``address`` again, whatever stood against it; returns how much that was."""
    rows = Suppression.objects.standing().filter(channel=channel, digest=digest(channel, address))
    return sum(lift(suppression=one, by=by, request=request) for one in rows.select_related("party__merged_into"))


@transaction.atomic
def unsubscribe(*, link: Link, source: str, evidence: str = "") -> bool:
    """The holder of ``link`` wants no more of its purpose: the address gets no marketing, and the refusal is written down.

    Of an erased person only the digest is known and kept. Of a purpose of its own only that purpose ends.

    Returns:
        False when all of it was said already.
    """
    party = link.party()
    known = party if party is not None and not Erasure.objects.filter(party=party).exists() else None
    changed = False
    if link.purpose == MARKETING or known is None:
        standing = Suppression.objects.standing().filter(channel=link.channel, digest=link.digest)
        changed = not standing.filter(scope=SuppressionScope.MARKETING).exists()
        suppress_digest(
            channel=link.channel, told=link.digest, reason=SuppressionReason.UNSUBSCRIBE, by=None, party=known, source=source
        )  # fmt: skip
    if known is not None and permits(known, link.channel, link.purpose) is not False:
        record_consent(
            party=known, channel=link.channel, purpose=link.purpose, state=ConsentState.WITHDRAWN, by=None, source=source,
            evidence=evidence,
        )  # fmt: skip
        changed = True
    return changed


def permits(party: Party, channel: str, purpose: str = MARKETING) -> bool | None:
    """What the newest words say: yes, no, or nothing said. One query."""
    rows = Consent.objects.filter(party=party, channel=channel, purpose__in={purpose, MARKETING, "all"})
    said = rows.order_by("given_at", "pk").values_list("purpose", "state", "given_at")
    return consented({one: (state, since) for one, state, since in said}, purpose)


@transaction.atomic
def choose(*, party: Party, offered: Collection[str], wanted: Collection[str], agreed: ConsentText, source: str) -> int:
    """What the customer chose of the channels ``offered``: a yes with the words agreed to, a no; only where it is news.

    A yes lifts what unsubscribing had put on their addresses, and nothing graver. Returns the number of channels changed.
    """
    held = Party.objects.select_for_update().get(pk=party.pk)
    changed = 0
    for channel in offered:
        open_now = permits(held, channel) is True and not _unsubscribed(held, channel).exists()
        if (channel in wanted) == open_now and (open_now or permits(held, channel) is not None):
            continue
        changed += 1
        if channel in wanted:
            permit(
                party=held, channel=channel, agreed=agreed, source=source, evidence=_("Chosen in the preference centre")
            )
        else:
            _withdraw(held, channel, source)
    return changed


@transaction.atomic
def choose_topics(
    *, party: Party, offered: Collection[str], wanted: Collection[str], agreed: ConsentText, source: str
) -> int:  # fmt: skip
    """Which of the topics ``offered`` the customer wants by e-mail, by their purposes; only what is news is written down.

    Returns how many were changed.
    """
    held = Party.objects.select_for_update().get(pk=party.pk)
    shown = [one for one in topics.of(held) if one.topic.purpose in offered]
    changed = [one for one in shown if one.on != (one.topic.purpose in wanted)]
    for one in changed:
        record_consent(
            party=held, channel=Channel.EMAIL, purpose=one.topic.purpose, by=None, source=source, evidence=one.topic.label,
            state=ConsentState.WITHDRAWN if one.on else ConsentState.GRANTED, agreed=None if one.on else agreed,
        )  # fmt: skip
    return len(changed)


def permit(
    *, party: Party, channel: str, agreed: ConsentText, source: str, evidence: str, purpose: str = MARKETING
) -> Consent:
    """The customer's own yes: written down with the words agreed to; what unsubscribing had put on their addresses is lifted."""
    for one in _unsubscribed(party, channel):
        lift(suppression=one, by=None)
    return record_consent(
        party=party, channel=channel, purpose=purpose, state=ConsentState.GRANTED, by=None, source=source,
        evidence=evidence, agreed=agreed,
    )  # fmt: skip


def _withdraw(party: Party, channel: str, source: str) -> None:
    evidence = _("Chosen in the preference centre")
    for told in digests_of(party, party.contact_points.filter(ended_at=None)).get(channel, []):
        suppress_digest(
            channel=channel, told=told, reason=SuppressionReason.UNSUBSCRIBE, by=None, party=party, source=source
        )
    record_consent(
        party=party, channel=channel, state=ConsentState.WITHDRAWN, by=None, source=source, evidence=evidence
    )


def _unsubscribed(party: Party, channel: str) -> QuerySet[Suppression]:
    digests = digests_of(party, party.contact_points.filter(ended_at=None)).get(channel, [])
    rows = Suppression.objects.standing().filter(channel=channel, digest__in=digests)
    return rows.filter(reason=SuppressionReason.UNSUBSCRIBE).select_related("party__merged_into")


@transaction.atomic
def publish_text(*, key: str, language: str, words: str) -> ConsentText:
    """The version of the text ``key`` that says these words; a new version when the newest says others.

    Raises:
        UserError: there are no words.
    """
    words = text.clean(words)
    if not words:
        raise UserError(_("A consent needs words to agree to."))
    newest = newest_text(key, language)
    if newest is not None and newest.sha256 == sha256(words):
        return newest
    last = ConsentText.objects.filter(key=key, language=language).aggregate(last=Max("version"))["last"] or 0
    return ConsentText.objects.create(key=key, language=language, version=last + 1, text=words, sha256=sha256(words))


@transaction.atomic
def set_words(*, language: str, words: str, by: User, request: HttpRequest | None = None) -> ConsentText:
    """Say in the company's own words what customers agree to; consents given before refer to the words of their time.

    Raises:
        UserError: there are no words, or more than anybody reads.
    """
    if len(words) > LONGEST_WORDS:
        raise UserError(_("Nobody reads so many words. Please use fewer."))
    told = publish_text(key=OWN_KEY, language=language, words=words)
    audit.record(
        "customers.consent_text_set", by=by, object_type="consent_text", object_id=told.pk, request=request, code=language
    )  # fmt: skip
    return told


def sha256(words: str) -> str:
    """By which the words shown are known to be the words agreed to."""
    return hashlib.sha256(words.encode()).hexdigest()


@transaction.atomic
def ask_confirmation(
    *,
    point: ContactPoint,
    channel: str,
    agreed: ConsentText,
    purpose: str = MARKETING,
    within: timedelta = CONFIRM_WITHIN,
) -> str:
    """Double opt-in: make the link that the owner of ``point`` opens to say yes. Links made before are closed.

    Returns:
        The token of the link, to be sent to that very address; it is kept nowhere.
    """
    now = clock.now()
    before = Confirmation.objects.filter(contact_point=point, channel=channel, purpose=purpose, confirmed_at=None)
    before.filter(expires_at__gt=now, asked_at__lt=now).update(expires_at=now)
    token = sealing.new_token()
    Confirmation.objects.create(
        digest=sealing.digest(token, "confirmation"), party=point.party, contact_point=point, channel=channel, purpose=purpose,
        text=agreed, asked_at=now, expires_at=now + within,
    )  # fmt: skip
    return token


def confirmation(token: str) -> Confirmation | None:
    """What a link asks to confirm; None for a link that we did not make."""
    rows = Confirmation.objects.select_related("party", "contact_point", "text")
    return rows.filter(digest=sealing.digest(token, "confirmation")).first()


@transaction.atomic
def confirm(*, asked: Confirmation, evidence: str = "") -> Consent | None:
    """They said yes: consent with its proof, and the address is known to be theirs. None when they had said so before.

    Raises:
        UserError: the time is over, or the address is no longer theirs.
    """
    held = Confirmation.objects.select_for_update(of=("self",)).select_related("party", "contact_point", "text")
    one = held.get(pk=asked.pk)
    now = clock.now()
    if one.confirmed_at is not None:
        return None
    if one.expires_at <= now or one.contact_point.ended_at is not None or one.party.trashed_at is not None:
        raise UserError(_("This link is no longer valid. Please ask for a new one."))
    proof = evidence or _("Confirmed by the link sent to the address")
    given = permit(
        party=one.party, channel=one.channel, purpose=one.purpose, agreed=one.text, source="double-opt-in", evidence=proof
    )  # fmt: skip
    ContactPoint.objects.filter(pk=one.contact_point_id).update(verified_at=now)
    Confirmation.objects.filter(pk=one.pk).update(confirmed_at=now, consent=given)
    return given
