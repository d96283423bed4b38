"""What a customer is shown of their own permission: channels, words to agree to, in their language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.customers.choices import MARKETING_CHANNELS
from regulars.customers.models import Channel, Party, SuppressionReason
from regulars.customers.permission.actions import OWN_KEY, permits
from regulars.customers.permission.addresses import CHANNELS_OF, digest, masked
from regulars.customers.permission.links import Link
from regulars.customers.permission.queries import newest_text, suppressions_of
from regulars.staff.queries import company_name

TEXT_KEY: Final = "preferences"
_CHINESE: Final = {"zh", "zh-tw", "zh-hant", "zh-hk", "nan", "hak"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One channel by which they may be reached: where (masked), whether marketing comes, and whether a yes would help."""

    channel: str
    label: str
    addresses: str
    permitted: bool
    blocked: bool


def spoken(language: str) -> str:
    """Which of our languages is meant by a customer's ``language``; empty where we do not speak it."""
    told = language.lower()
    if told in _CHINESE:
        return "zh-hant"
    return "en" if told.partition("-")[0] == "en" else ""


def language_of(party: Party | None) -> str:
    """The language in which the customer is spoken to: their own where we speak it, else what their browser asks for."""
    own = spoken(party.language) if party is not None else ""
    return own or translation.get_language() or settings.LANGUAGE_CODE


def choices_of(party: Party) -> list[Choice]:
    """The channels of marketing for which they gave an address."""
    points = list(party.contact_points.filter(ended_at=None).order_by("kind", "-preferred", "pk"))
    held: dict[str, list[str]] = {}
    for point in points:
        for channel in CHANNELS_OF.get(point.kind, ()):
            held.setdefault(channel, []).append(masked(point.raw))
    if party.address:
        held[Channel.POST] = [_("your postal address")]
    stopped = suppressions_of(party, points)
    graver = {one.channel for one in stopped if one.reason != SuppressionReason.UNSUBSCRIBE}
    none = {one.channel for one in stopped}
    return [
        Choice(
            channel.value, str(channel.label), ", ".join(held[channel]), channel not in none and permits(party, channel) is True,
            channel in graver,
        )
        for channel in MARKETING_CHANNELS
        if channel in held
    ]  # fmt: skip


def address_of(party: Party, link: Link) -> str:
    """The address that a link speaks of, masked; empty where it is no longer known."""
    for point in party.contact_points.all():
        if link.channel in CHANNELS_OF.get(point.kind, ()) and digest(link.channel, point.normalised) == link.digest:
            return masked(point.raw)
    return ""


def words_to_agree_to() -> str:
    """What somebody agrees to who permits a channel in the preference centre, in the language of the moment: the company's own words, else ours."""
    own = newest_text(OWN_KEY, translation.get_language() or "en")
    return own.text if own is not None else usual_words()


def usual_words() -> str:
    """The words of a company that chose none of its own."""
    return _(
        "%(company)s may send me news and offers by the channels I chose. I can change this at any time by the link in every message."
    ) % {"company": company_name()}


def offered(choices: Sequence[Choice]) -> list[str]:
    """The channels that may be chosen."""
    return [one.channel for one in choices if not one.blocked]
