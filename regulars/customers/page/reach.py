"""How to reach a customer: permitted ways are lit, forbidden ones struck with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from regulars.customers.models import (
    Channel,
    Consent,
    ConsentState,
    ContactPoint,
    ContactPointKind,
    Party,
    Suppression,
    SuppressionScope,
)
from regulars.customers.queries.profile import Profile, forbidden_channels
from regulars.kit import phone
from regulars.web import format as show

CHANNEL_OF: Final[Mapping[str, str]] = {
    ContactPointKind.EMAIL: Channel.EMAIL,
    ContactPointKind.MOBILE: Channel.PHONE,
    ContactPointKind.PHONE: Channel.PHONE,
    ContactPointKind.FAX: Channel.FAX,
    ContactPointKind.LINE: Channel.LINE,
    ContactPointKind.WEB: Channel.WEB,
}
ICONS: Final[Mapping[str, str]] = {
    Channel.EMAIL: "mail", Channel.PHONE: "phone", Channel.SMS: "sms", Channel.LINE: "line", Channel.CHAT: "chat",
    Channel.WEB: "web", Channel.STORE: "walk-in", Channel.PARTNER: "people", Channel.FAX: "fax", Channel.POST: "letter",
    Channel.VISIT: "visit", Channel.SYSTEM: "system", Channel.OTHER: "more",
}  # fmt: skip
_NUMBERS = {ContactPointKind.MOBILE, ContactPointKind.PHONE, ContactPointKind.FAX}
_ORDER = [Channel.PHONE, Channel.LINE, Channel.EMAIL, Channel.SMS, Channel.POST, Channel.FAX, Channel.WEB]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach the customer. ``state`` is ``permitted``, ``unknown`` (nobody asked) or ``forbidden``."""

    channel: str
    icon: str
    label: str
    shown: str
    url: str
    state: str
    reason: str
    preferred: bool

    @property
    def forbidden(self) -> bool:
        """Whether the customer refused it for marketing, or nothing goes to the address any more."""
        return self.state == "forbidden"


def ways_of(profile: Profile) -> list[Way]:
    """The ways to reach the customer, preferred first; forbidden ones too, struck."""
    return ways_to(profile.party, profile.points, profile.consents.values(), profile.suppressed)


def ways_to(
    party: Party,
    points: Iterable[ContactPoint],
    consents: Iterable[Consent],
    suppressed: Mapping[str, Suppression] | None = None,
) -> list[Way]:
    """The same from what it follows from: contact points, the newest words of consent, what stands against an address."""
    consents = list(consents)
    words = {one.channel: one for one in consents if one.purpose in {"marketing", "all"}}
    refused = forbidden_channels(consents)
    ways, seen = [], set()
    for point in points:
        channel = CHANNEL_OF[point.kind]
        ways.append(_way(channel, words.get(channel), party.preferred_channel, point))
        seen.add(channel)
    if party.address:
        ways.append(_way(Channel.POST, words.get(Channel.POST), party.preferred_channel, None))
        seen.add(Channel.POST)
    ways += [_way(channel, one, "", None) for channel, one in refused.items() if channel not in seen]
    ways = [_stopped(way, (suppressed or {}).get(way.channel)) for way in ways]
    return sorted(ways, key=lambda way: (way.forbidden, not way.preferred, _place(way.channel)))


def _stopped(way: Way, suppression: Suppression | None) -> Way:
    if suppression is None:
        return way
    return replace(way, state="forbidden", reason=f"{suppressed_words(suppression)} {way.reason}")


def _place(channel: str) -> int:
    return next((at for at, one in enumerate(_ORDER) if one == channel), len(_ORDER))


def _way(channel: str, consent: Consent | None, preferred: str, point: ContactPoint | None) -> Way:
    label = dict(Channel.choices).get(channel, channel)
    return Way(
        channel=channel,
        icon=ICONS.get(channel, "more"),
        label=str(label),
        shown=shown_address(point) if point else "",
        url=address_url(point) if point else "",
        state="unknown" if consent is None else "permitted" if consent.state == ConsentState.GRANTED else "forbidden",
        reason=said(consent),
        preferred=preferred == channel or (not preferred and point is not None and point.preferred),
    )


def said(consent: Consent | None) -> str:
    """What the customer said about being contacted, when, and how we know."""
    if consent is None:
        return _("Nobody has asked yet whether marketing is welcome here.")
    day = show.show_date(consent.given_at)
    if consent.state == ConsentState.GRANTED:
        words = _("Permitted on %(day)s") % {"day": day}
    else:
        words = _("Refused on %(day)s") % {"day": day}
    return f"{words} · {consent.evidence}" if consent.evidence else words


def suppressed_words(one: Suppression) -> str:
    """That nothing goes to an address any more, why and since when."""
    told = {"reason": one.get_reason_display(), "day": show.show_date(one.at)}
    if one.scope == SuppressionScope.ALL:
        return _("Nothing goes there since %(day)s: %(reason)s.") % told
    return _("No marketing goes there since %(day)s: %(reason)s.") % told


def shown_address(point: ContactPoint) -> str:
    """An address as people here write it."""
    return phone.display(point.normalised) if point.kind in _NUMBERS else point.raw


def address_url(point: ContactPoint) -> str:
    """What a click on the address opens: the telephone, the mail program, the site; empty for the others."""
    match point.kind:
        case ContactPointKind.MOBILE | ContactPointKind.PHONE:
            return f"tel:{point.normalised}"
        case ContactPointKind.EMAIL:
            return f"mailto:{point.normalised}"
        case ContactPointKind.WEB if point.raw.startswith(("http://", "https://")):
            return point.raw
        case _:
            return ""
