"""Whether anything is tracked, and of whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind
from regulars.channels.tracking.models import TrackingSetting
from regulars.customers.models import Channel, Consent
from regulars.customers.permission.queries import EVERYTHING, Word, consented
from regulars.customers.permission.topics import Topic
from regulars.web.rows import AnyOf

PURPOSE: Final = "tracking"
"""The purpose of a consent that speaks of being tracked."""


def setting() -> TrackingSetting:
    """What the company wants tracked."""
    return TrackingSetting.objects.first() or TrackingSetting()


def tracked(parties: Collection[int], told: TrackingSetting, *, channel: str = Channel.EMAIL) -> set[int]:
    """Of whom clicks and openings may be recorded: who said no is left alone; with ``only_agreed`` who did not say yes too. One query."""
    if not (told.clicks or told.opens):
        return set()
    words: dict[int, dict[str, Word]] = {pk: {} for pk in parties}
    rows = Consent.objects.filter(AnyOf(F("party_id"), parties), channel=channel, purpose__in=[PURPOSE, EVERYTHING])
    for pk, purpose, state, since in rows.order_by("given_at", "pk").values_list(
        "party_id", "purpose", "state", "given_at"
    ):
        words[pk][purpose] = state, since
    return {pk for pk, said in words.items() if _allowed(said, only_agreed=told.only_agreed)}


def _allowed(said: Mapping[str, Word], *, only_agreed: bool) -> bool:
    agreed = consented(said, PURPOSE)
    return bool(PURPOSE in said and agreed) if only_agreed else agreed is not False


def topics() -> list[Topic]:
    """What customers may choose of it: nothing where nothing is tracked."""
    told = setting()
    if not (told.clicks or told.opens):
        return []
    return [Topic(PURPOSE, _("You may see which links I follow in your mails"), silent=not told.only_agreed)]


def clicks_of(messages: QuerySet[Message] | Sequence[int], *, by_machine: bool = False) -> QuerySet[MessageEvent]:
    """Clicks in these messages, by people unless asked for those of machines."""
    return MessageEvent.objects.filter(message__in=messages, kind=MessageEventKind.CLICKED, by_machine=by_machine)
