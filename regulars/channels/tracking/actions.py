"""Registering links, and writing down what comes of messages: who followed a link, and whether it was a machine.

Programs that look for danger open every link of a mail, mostly within seconds of each other. Four things tell them: they follow
the link that nobody sees, they follow many at once, they only ask for the head, or they say who they are. A click waits two
minutes for such a sign before it counts as a person's on the timeline. Further requests of a machine change nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind
from regulars.channels.tracking import links
from regulars.channels.tracking.models import Click, Link, TrackingSetting
from regulars.channels.tracking.queries import setting, tracked
from regulars.channels.tracking.timeline import tell_clicks
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

SETTLE_AFTER: Final = timedelta(minutes=2)
BURST: Final = timedelta(seconds=5)
BURST_LINKS: Final = 3
"""So many different links of one message within so long: no person does that."""
MOST_EVENTS: Final = 100
"""Of one message no more is written down, however often its links are opened."""
_MACHINES: Final = re.compile(
    r"bot\b|crawl|spider|scan|preview|proofpoint|mimecast|barracuda|safelinks|symantec|fireeye|trend ?micro|forcepoint|cisco|sophos|"
    r"zscaler|urldefense|virustotal|curl/|wget/|python-|go-http|java/|okhttp|libwww|headless|phantomjs|facebookexternalhit|slackbot|"
    r"whatsapp|telegrambot|line-poker|skypeuripreview|microsoft office|ms-office|googleimageproxy|yahoomailproxy|apache-httpclient",
    re.IGNORECASE,
)


def register(urls: Iterable[str]) -> dict[str, int]:
    """The numbers of these targets, in the table from now on.

    Raises:
        UserError: one of them is not of the web.
    """
    wanted = {hashlib.sha256(url.encode()).hexdigest(): url for url in urls}
    for url in wanted.values():
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise UserError(_("“%(url)s” is no address of the web.") % {"url": url[:80]})
    Link.objects.bulk_create([Link(url=url, sha256=told) for told, url in wanted.items()], ignore_conflicts=True)
    found = Link.objects.filter(sha256__in=wanted.keys()).values_list("url", "pk")
    return dict(found)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asked: what they call themselves, and whether only for the head."""

    agent: str = ""
    head: bool = False

    @property
    def machine(self) -> str:
        """Why this is a machine as far as it says itself; empty where it may be a person."""
        if self.head:
            return "head"
        return "agent" if not self.agent or _MACHINES.search(self.agent) else ""


def follow(token: str, target: str, visitor: Visitor) -> str | None:
    """Where a link leads, having written down that it was followed; None for one that leads nowhere, empty for the trap."""
    told = links.read(token, target)
    if told is None or told.which == links.OPENED:
        return None
    if told.which == links.TRAP:
        _trapped(told.message_id)
        return ""
    if told.which == links.PERSONAL:
        link, url = None, target
    else:
        found = Link.objects.filter(pk=int(told.which)).first()
        if found is None:
            return None
        link, url = found.pk, found.url
    _clicked(told.message_id, link, visitor)
    return url


def _may_record(message_id: int, *, what: str) -> bool:
    """Whether anything may be written down of this message: the company wants it, the customer does not mind."""
    held = setting()
    party = Message.objects.filter(pk=message_id, party__erasure=None).values_list("party_id", flat=True).first()
    return party is not None and getattr(held, what) and bool(tracked([party], held))


@transaction.atomic
def _clicked(message_id: int, link: int | None, visitor: Visitor) -> None:
    if not _may_record(message_id, what="clicks"):
        return
    now = clock.now()
    before = list(Click.objects.filter(event__message=message_id).select_related("event"))
    why = visitor.machine or _after_trap(before, now) or _burst(before, link, now)
    if why in {"burst", "trap"}:
        _were_machines([one for one in before if one.settled_at is None and one.event.at > now - SETTLE_AFTER], why)
    alike = [one for one in before if one.link_id == link and one.event.by_machine == bool(why)]
    if alike or len(before) >= MOST_EVENTS:
        return
    mark = f"{'m' if why else 'p'}{sum(one.link_id == link for one in before)}"
    _write(message_id, link, f"click:{message_id}:{link or 'p'}:{mark}", why, now)


def _write(message_id: int, link: int | None, key: str, why: str, now: datetime) -> None:
    event = MessageEvent(
        message_id=message_id, kind=MessageEventKind.CLICKED, at=now, by_machine=bool(why), source_key=key
    )  # fmt: skip
    MessageEvent.objects.bulk_create([event], ignore_conflicts=True)
    pk = MessageEvent.objects.values_list("pk", flat=True).get(source_key=key)
    Click.objects.bulk_create([Click(event_id=pk, link_id=link, why=why)], ignore_conflicts=True)


def _burst(before: Sequence[Click], link: int | None, now: datetime) -> str:
    near = {one.link_id for one in before if one.event.at > now - BURST} | {link}
    return "burst" if len(near) >= BURST_LINKS else ""


def _after_trap(before: Sequence[Click], now: datetime) -> str:
    """Whoever followed the link that nobody sees is at work on the others too."""
    return "trap" if any(one.why == "trap" and one.event.at > now - BURST for one in before) else ""


def _were_machines(clicks: Sequence[Click], why: str) -> None:
    ids = [one.pk for one in clicks if not one.event.by_machine]
    MessageEvent.objects.filter(pk__in=ids).update(by_machine=True)
    Click.objects.filter(pk__in=ids).update(why=why)
    for one in clicks:
        one.event.by_machine = True


@transaction.atomic
def _trapped(message_id: int) -> None:
    if not _may_record(message_id, what="clicks"):
        return
    now = clock.now()
    before = list(Click.objects.filter(event__message=message_id).select_related("event"))
    _were_machines([one for one in before if one.settled_at is None and one.event.at > now - SETTLE_AFTER], "trap")
    sprung = sum(one.why == "trap" and one.link_id is None for one in before)
    if len(before) < MOST_EVENTS:
        _write(message_id, None, f"click:{message_id}:t:{sprung}", "trap", now)


def see(token: str, visitor: Visitor) -> bool:
    """Write down that a message was opened, once; False for a token that we did not make."""
    told = links.read(token)
    if told is None or told.which != links.OPENED:
        return False
    if _may_record(told.message_id, what="opens"):
        event = MessageEvent(
            message_id=told.message_id, kind=MessageEventKind.OPENED, by_machine=bool(visitor.machine), source_key=f"open:{told.message_id}"
        )  # fmt: skip
        MessageEvent.objects.bulk_create([event], ignore_conflicts=True)
    return True


def settle(most: int = 1_000) -> int:
    """Take clicks whose two minutes are over for what they are; those of people go onto the timeline. Returns how many."""
    now = clock.now()
    waiting = Click.objects.filter(settled_at=None, event__at__lte=now - SETTLE_AFTER)
    due = list(waiting.select_related("event__message", "link").order_by("pk")[:most])
    if not due:
        return 0
    erased = set(
        Message.objects.filter(pk__in={one.event.message_id for one in due}, party__erasure__isnull=False).values_list(
            "pk", flat=True
        )
    )
    people = [one for one in due if not one.event.by_machine and one.event.message_id not in erased]
    with transaction.atomic():
        tell_clicks([(one, urlsplit(one.link.url).hostname or "" if one.link else "") for one in people])
        Click.objects.filter(pk__in=[one.pk for one in due]).update(settled_at=now)
    return len(due)


@transaction.atomic
def set_tracking(
    *, clicks: bool, opens: bool, only_agreed: bool, by: User, request: HttpRequest | None = None
) -> TrackingSetting:  # fmt: skip
    """Say what is tracked, and of whom. What stands in mails that were sent already stops being recorded at once, too."""
    facts = {"clicks": clicks, "opens": opens, "only_agreed": only_agreed}
    told, _made = TrackingSetting.objects.update_or_create(
        id=1, defaults={**facts, "changed_at": clock.now(), "changed_by": by}
    )
    audit.record("tracking.set", by=by, object_type="company", request=request, **facts)
    return told
