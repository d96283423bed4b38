"""Whether a message may be said now: the one decision function of the record, asked again just before the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.channels.outbox.models import Message
from regulars.customers.permission.queries import decide

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
        else:
            rest.append(one)
    for alike in _alike(rest):
        told.update(_decided(alike, at))
    return told


def _alike(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages of one channel, purpose and class, each party by one address: what can be asked in one go."""
    groups: dict[tuple[str, str, str, int], list[Message]] = defaultdict(list)
    met: dict[tuple[str, str, str, int], list[str]] = defaultdict(list)
    for one in messages:
        kind = (one.channel, one.purpose, one.purpose_class)
        addresses = met[(*kind, one.party_id)]
        if one.address not in addresses:
            addresses.append(one.address)
        groups[(*kind, addresses.index(one.address))].append(one)
    return list(groups.values())


def _decided(messages: Sequence[Message], at: datetime) -> dict[int, Verdict]:
    first = messages[0]
    addresses = {one.party_id: one.address for one in messages}
    told = decide(
        list(addresses), channel=first.channel, purpose=first.purpose, purpose_class=first.purpose_class, at=at,
        addresses=addresses, reserved=True,
    )  # fmt: skip
    return {
        one.pk: Verdict(told[one.party_id].ok, told[one.party_id].reason, told[one.party_id].until) for one in messages
    }
