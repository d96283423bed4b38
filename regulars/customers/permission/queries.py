"""The one decision whether a message may go, and what is known of suppressed addresses, choices and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from django.db.models import F
from django.utils import timezone

from regulars.customers.models import (
    Channel,
    Consent,
    ConsentState,
    ConsentText,
    ContactPoint,
    ContactRules,
    Party,
    Pressure,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from regulars.customers.permission import caps, quiet
from regulars.customers.permission.addresses import CHANNELS_OF, digest
from regulars.customers.permission.caps import Cap
from regulars.customers.permission.decisions import Decision, Reason
from regulars.web.rows import AnyOf

MARKETING: Final = "marketing"
TRANSACTIONAL: Final = "transactional"
EVERYTHING: Final = "all"
NEVER_QUIET: Final = frozenset({Channel.POST, Channel.FAX})
"""A letter wakes nobody."""
DEFAULT_CAPS: Final = (Cap("", 4, 7),)
GRAVITY: Final = tuple(SuppressionReason.values)

Word = tuple[str, datetime]
"""A state of consent and since when."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When the company is silent (minutes of the day; equal: never) and how much it says at most."""

    quiet_from: int = 21 * 60
    quiet_until: int = 9 * 60
    caps: tuple[Cap, ...] = DEFAULT_CAPS


def rules() -> Rules:
    """As the company set them, else the product's own. One query."""
    held = ContactRules.objects.first()
    if held is None:
        return Rules()
    return Rules(held.quiet_from, held.quiet_until, tuple(Cap(**one) for one in held.caps))


def decide(
    parties: Sequence[int], *, channel: str, purpose: str, at: datetime, addresses: Mapping[int, str],
    purpose_class: str = MARKETING, reserved: bool = False,
) -> dict[int, Decision]:  # fmt: skip
    """Whether each of ``parties`` may be told something by ``channel`` at the moment ``at``, and why not.

    The same few queries for one customer and for a million. Whoever makes messages of the answer calls ``actions.hold_caps`` before
    and ``actions.reserve`` after it in the same transaction.

    Args:
        parties: ids; every one of them is answered.
        purpose: as in ``Consent.purpose``. Marketing needs a yes to it (or to *marketing*, or to everything), newer than any no.
        purpose_class: ``transactional`` mail needs no yes and knows neither quiet hours nor caps; a no to that very purpose or
            to everything, and an address to which nothing may go, hold for it too.
        addresses: where each would be written to, as given or normalised.
        reserved: the message is in the counters already (it is asked about again when it is sent).

    Raises:
        ValueError: the purpose class is unknown.
    """
    if purpose_class not in {MARKETING, TRANSACTIONAL}:
        raise ValueError(f"neither marketing nor transactional: {purpose_class}")
    digests = {pk: digest(channel, addresses[pk]) for pk in parties if addresses.get(pk, "").strip()}
    held = _Held(
        states=_states(parties),
        suppressed=_suppressed(channel, digests, purpose_class),
        words=_words(parties, channel, _purposes(purpose, purpose_class)),
        digests=digests,
    )
    decided = {pk: Decision(True, Reason.OK) for pk in parties}
    decided |= {pk: Decision(False, why) for pk in parties if (why := _refusal(held, pk, purpose, purpose_class))}
    if purpose_class == MARKETING:
        _delay(decided, held, channel, at, reserved=reserved)
    return decided


@dataclass(slots=True)
class _Held:
    """What is known of those who are asked about."""

    states: dict[int, tuple[str, str]]
    suppressed: set[str]
    words: dict[int, dict[str, Word]] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)


def _refusal(held: _Held, pk: int, purpose: str, purpose_class: str) -> str:
    """Why it may never go; empty where nothing stands against it."""
    state, _country = held.states.get(pk, (Reason.CLOSED, ""))
    if state:
        return state
    if pk not in held.digests:
        return Reason.NO_ADDRESS
    if held.digests[pk] in held.suppressed:
        return Reason.SUPPRESSED
    said = consented(held.words.get(pk, {}), purpose)
    if said is None:
        return Reason.NO_CONSENT if purpose_class == MARKETING else ""
    return "" if said else Reason.REFUSED


def consented(words: Mapping[str, Word], purpose: str) -> bool | None:
    """What the newest words per purpose mean for ``purpose``: yes, no, or nothing said.

    The word on the very purpose counts, until a wider one (*marketing*, everything) takes it back later. Without one the newest of
    the wider words counts.
    """
    own = words.get(purpose)
    wider = [word for one, word in words.items() if one != purpose]
    newest = max(wider, key=lambda word: word[1], default=None)
    if own is None:
        return None if newest is None else newest[0] == ConsentState.GRANTED
    if own[0] != ConsentState.GRANTED:
        return False
    return not any(state == ConsentState.WITHDRAWN and since > own[1] for state, since in wider)


def _purposes(purpose: str, purpose_class: str) -> set[str]:
    return {purpose, EVERYTHING} | ({MARKETING} if purpose_class == MARKETING else set())


def _states(parties: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Why nothing may be said to somebody at all (empty: something may), and their country. One query."""
    rows = Party.objects.filter(AnyOf(F("pk"), parties))
    found = rows.values_list("pk", "merged_into_id", "erasure__pk", "trashed_at", "country")
    return {pk: (_state(merged, erased, trashed), country) for pk, merged, erased, trashed, country in found}


def _state(merged: int | None, erased: int | None, trashed: datetime | None) -> str:
    if merged is not None:
        return Reason.MERGED
    if erased is not None:
        return Reason.ERASED
    return Reason.CLOSED if trashed is not None else ""


def _suppressed(channel: str, digests: Mapping[int, str], purpose_class: str) -> set[str]:
    """Which of the addresses get nothing of this class. One query."""
    scopes = [SuppressionScope.ALL, SuppressionScope.MARKETING]
    rows = Suppression.objects.standing().filter(AnyOf(F("digest"), set(digests.values())), channel=channel)
    return set(
        rows.filter(scope__in=scopes if purpose_class == MARKETING else scopes[:1]).values_list("digest", flat=True)
    )


def _words(parties: Sequence[int], channel: str, purposes: set[str]) -> dict[int, dict[str, Word]]:
    """The newest word of each on each of ``purposes``. One query."""
    rows = Consent.objects.filter(AnyOf(F("party_id"), parties), channel=channel, purpose__in=sorted(purposes))
    found: dict[int, dict[str, Word]] = defaultdict(dict)
    for pk, purpose, state, since in rows.order_by("given_at", "pk").values_list(
        "party_id", "purpose", "state", "given_at"
    ):
        found[pk][purpose] = state, since
    return found


def _delay(decided: dict[int, Decision], held: _Held, channel: str, at: datetime, *, reserved: bool) -> None:
    """Put off what comes too often or at night. Two queries."""
    told = rules()
    today = timezone.localdate(at)
    open_ones = [pk for pk, one in decided.items() if one.ok]
    counts = _counts(open_ones, today, caps.longest(told.caps))

    @cache  # many live in few countries
    def quiet_until(moment: datetime, country: str) -> datetime | None:
        if channel in NEVER_QUIET or told.quiet_from == told.quiet_until:
            return None
        return quiet.quiet_until(moment, quiet.zones_of(country), told.quiet_from, told.quiet_until)

    for pk in open_ones:
        day = (
            caps.first_day(told.caps, counts[pk], channel, today, more=0 if reserved else 1) if pk in counts else today
        )
        moment = at if day == today else timezone.make_aware(datetime.combine(day, time()))
        silent = quiet_until(moment, held.states[pk][1])
        if day != today or silent is not None:
            decided[pk] = Decision(False, Reason.CAPPED if day != today else Reason.QUIET_HOURS, silent or moment)


def _counts(parties: Sequence[int], today: date, days: int) -> dict[int, dict[tuple[str, date], int]]:
    found: dict[int, dict[tuple[str, date], int]] = defaultdict(dict)
    rows = Pressure.objects.filter(AnyOf(F("party_id"), parties), day__gt=today - timedelta(days=days), n__gt=0)
    for pk, channel, day, n in rows.values_list("party_id", "channel", "day", "n"):
        found[pk][channel, day] = n
    return found


def suppressions_of(party: Party, points: Iterable[ContactPoint] | None = None) -> list[Suppression]:
    """What stands against the addresses of ``party``, the gravest of a channel first. Two queries; one with ``points``."""
    digests = digests_of(party, party.contact_points.filter(ended_at=None) if points is None else points)
    rows = Suppression.objects.standing().filter(digest__in=[one for held in digests.values() for one in held])
    return sorted(rows, key=lambda one: (one.channel, -GRAVITY.index(one.reason), one.pk))


def digests_of(party: Party, points: Iterable[ContactPoint]) -> dict[str, list[str]]:
    """The digests of the addresses of ``party``, by channel."""
    found: dict[str, list[str]] = defaultdict(list)
    for point in points:
        for channel in CHANNELS_OF.get(point.kind, ()):
            found[channel].append(digest(channel, point.normalised))
    if party.address:
        found[Channel.POST].append(digest(Channel.POST, party.address))
    return dict(found)


def newest_text(key: str, language: str) -> ConsentText | None:
    """The version of a text that is shown now."""
    return ConsentText.objects.filter(key=key, language=language).order_by("-version").first()
