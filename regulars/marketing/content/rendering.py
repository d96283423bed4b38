"""The words of a batch of messages at the moment they are sent: programs are made ready once, recipients read in bulk.

A batch costs the same few queries whether it is one message or a thousand. What is left per message is inserting values
into three texts, and signing its links.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from django.conf import settings
from django.utils import translation

from regulars.channels.outbox.contents import Content as Words
from regulars.channels.outbox.models import Message, MessageClass
from regulars.channels.tracking import links as tracked_links
from regulars.channels.tracking.queries import setting, tracked
from regulars.customers.models import Channel
from regulars.customers.permission import links
from regulars.marketing.content import facts, fields, registries
from regulars.marketing.content.compiling import SEEN
from regulars.marketing.content.models import PREFIX, Edition
from regulars.marketing.content.running import Program, Track, Values
from regulars.marketing.content.running import tidy as one_line
from regulars.marketing.content.template import Nested, names_in

PARTS: Final = ("subject", "html", "text")
LONGEST_SUBJECT: Final = 250
_KEPT: Final = 64
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_ready: Final[dict[int, Ready]] = {}


@dataclass(frozen=True, slots=True)
class Ready:
    """An edition made ready to run: its programs by language, the fields they ask for, the numbers of its links."""

    programs: Mapping[str, Mapping[str, Program]]
    wanted: Mapping[str, frozenset[str]]
    links: Mapping[str, int]

    def language(self, wanted: str) -> str:
        """``wanted`` where it speaks it, else the one it does speak."""
        return wanted if wanted in self.programs else next(iter(self.programs))


def ready(programs: Mapping[str, Mapping[str, Nested]], numbers: Mapping[str, int]) -> Ready:
    """Programs by language and part, ready to run."""
    return Ready(
        {language: {part: Program(told[part]) for part in PARTS} for language, told in programs.items()},
        {language: frozenset(name for part in PARTS for name in names_in(told[part])) for language, told in programs.items()},
        numbers,
    )  # fmt: skip


def _editions(ids: Iterable[int]) -> dict[int, Ready]:
    """Editions never change, so whoever made one ready keeps it. One query for those that are new to this process."""
    wanted = set(ids)
    if missing := wanted - _ready.keys():
        for pk, programs, numbers in Edition.objects.filter(pk__in=missing).values_list("pk", "programs", "links"):
            if len(_ready) >= _KEPT:
                _ready.clear()
            _ready[pk] = ready(programs, numbers)
    return {pk: _ready[pk] for pk in wanted if pk in _ready}


def render(messages: Sequence[Message]) -> dict[int, Words]:
    """The words of messages whose ``content_ref`` is ``content:…``; one whose edition does not exist is left out."""
    of_edition: dict[int, list[Message]] = defaultdict(list)
    for one in messages:
        number = one.content_ref.partition(":")[2]
        if number.isascii() and number.isdigit() and len(number) < 19:
            of_edition[int(number)].append(one)
    editions = _editions(of_edition)
    wanted = frozenset[str]().union(*(names for one in editions.values() for names in one.wanted.values()))
    batch = _batch([one for pk in editions for one in of_edition[pk]], wanted)
    told: dict[int, Words] = {}
    for pk, edition in editions.items():
        for language, some in _by_language(of_edition[pk], edition, batch).items():
            with translation.override(language):
                told.update(_said(some, edition, language, batch))
    return told


@dataclass(frozen=True, slots=True)
class _Batch:
    people: Mapping[int, facts.Facts]
    house: facts.House
    offers: Mapping[str, registries.Offer]
    clicks: bool
    opens: bool
    tracked: frozenset[int]


def _batch(messages: Sequence[Message], wanted: frozenset[str]) -> _Batch:
    parties = {one.party_id for one in messages}
    held = setting()
    return _Batch(
        facts.gather(parties, wanted), facts.house(), registries.offers({one.origin for one in messages}),
        held.clicks, held.opens, frozenset(tracked(parties, held)),
    )  # fmt: skip


def _by_language(messages: Sequence[Message], edition: Ready, batch: _Batch) -> dict[str, list[Message]]:
    groups: dict[str, list[Message]] = defaultdict(list)
    for one in messages:
        if (known := batch.people.get(one.party_id)) is not None:
            groups[edition.language(known.language or batch.house.language)].append(one)
    return groups


def _said(messages: Sequence[Message], edition: Ready, language: str, batch: _Batch) -> dict[int, Words]:
    programs, wanted = edition.programs[language], edition.wanted[language]
    alike, own = wanted & fields.ALIKE, wanted - fields.ALIKE
    heres: dict[tuple[str, object], tuple[facts.Here, Values]] = {}
    paths = _Paths()
    told: dict[int, Words] = {}
    for one in messages:
        key = (one.origin, one.not_after)
        person = batch.people[one.party_id]
        if key not in heres:
            here = _here(one, language, batch)
            heres[key] = here, fields.values(person, here, alike)
        here, values = heres[key]
        values = values | fields.values(person, here, own)
        headers = paths.add(values, one)
        track = None
        if one.party_id in batch.tracked and one.channel == Channel.EMAIL:
            values[SEEN] = _seen(one.pk, batch)
            track = _tracker(one.pk, edition.links, _own(values)) if batch.clicks else None
        told[one.pk] = said(programs, values, track, headers)
    return told


def _here(message: Message, language: str, batch: _Batch) -> facts.Here:
    """What its origin offers; where nobody says until when, until the message itself is worth nothing."""
    offer = batch.offers.get(message.origin, registries.Offer())
    if offer.ends is None and message.not_after is not None:
        offer = replace(offer, ends=message.not_after)
    return batch.house.here(language, offer)


def said(
    programs: Mapping[str, Program], values: Values, track: Track | None = None, headers: Mapping[str, str] | None = None
) -> Words:  # fmt: skip
    """The three texts of one recipient."""
    subject = one_line(programs["subject"].run(values))[:LONGEST_SUBJECT]
    text = _EMPTY_LINES.sub("\n\n", programs["text"].run(values, track))
    return Words(subject, text, programs["html"].run(values, track), headers or {})


class _Paths:
    """The links of permission in a message. The addresses differ by their token alone, so that they are looked up once."""

    def __init__(self) -> None:
        told = links.paths("-TOKEN-")
        self._unsubscribe, self._one_click, self._preferences = (
            f"{settings.PUBLIC_URL}{path}".split("-TOKEN-") for path in (told.unsubscribe, told.one_click, told.preferences)
        )  # fmt: skip

    def add(self, values: Values, message: Message) -> dict[str, str]:
        """Put the links among the values; returns the headers of RFC 8058, which mail somebody waits for does without."""
        purpose = message.purpose if message.purpose_class == MessageClass.MARKETING else "marketing"
        token = links.token(
            party_id=message.party_id, channel=message.channel, address=message.address, purpose=purpose
        )  # fmt: skip
        values["unsubscribe_url"] = token.join(self._unsubscribe)
        values["preferences_url"] = token.join(self._preferences)
        if message.purpose_class != MessageClass.MARKETING:
            return {}
        return {
            "List-Unsubscribe": f"<{token.join(self._one_click)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def _own(values: Values) -> frozenset[str]:
    """Links of ours that are never led over tracking."""
    return frozenset({values["unsubscribe_url"], values["preferences_url"]})


def _tracker(message_id: int, numbers: Mapping[str, int], own: frozenset[str]) -> Callable[[str], str]:
    """What writes the links of one message: by number where everybody is led to the same place, signed whole otherwise."""
    made: dict[str, str] = {}

    def track(url: str) -> str:
        if url in own or not url.startswith(("https://", "http://")):
            return url
        if url not in made:
            number = numbers.get(url)
            made[url] = (
                tracked_links.click(message_id, number)
                if number is not None
                else tracked_links.personal(message_id, url)
            )
        return made[url]

    return track


def _seen(message_id: int, batch: _Batch) -> str:
    """The link that nobody sees, and the picture that tells of an opening, as far as the company wants them."""
    made = ""
    if batch.clicks:
        made += f'<a href="{escape(tracked_links.trap(message_id))}" style="display:none" tabindex="-1" aria-hidden="true" rel="nofollow"></a>'
    if batch.opens:
        made += f'<img src="{escape(tracked_links.opened(message_id))}" width="1" height="1" alt="" style="display:block;border:0">'
    return made


def forget() -> None:
    """Forget what was made ready (tests)."""
    _ready.clear()


__all__ = ["PREFIX", "Ready", "forget", "ready", "render", "said"]
