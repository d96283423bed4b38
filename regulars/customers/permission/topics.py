"""What customers choose besides channels: rooms above say which topics there are, each a purpose of consent of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from regulars.customers.models import Channel, Consent, ConsentState, Party


@dataclass(frozen=True, slots=True)
class Topic:
    """``purpose`` in the customer's words. ``silent``: what it means that they never said anything about it."""

    purpose: str
    label: str
    silent: bool = True


@dataclass(frozen=True, slots=True)
class Chosen:
    """A topic, and whether the customer has it on."""

    topic: Topic
    on: bool


Provider = Callable[[], Sequence[Topic]]
_providers: Final[list[Provider]] = []


def provide(tell: Provider) -> Provider:
    """Let ``tell`` say which topics there are, in the language of the moment."""
    _providers.append(tell)
    return tell


def withdraw(tell: Provider) -> None:
    """Ask it no more (tests)."""
    _providers.remove(tell)


def topics() -> list[Topic]:
    """Every topic, in the order of those who provide them."""
    return [one for tell in _providers for one in tell()]


def of(party: Party, *, channel: str = Channel.EMAIL) -> list[Chosen]:
    """What ``party`` chose of each topic: the newest word on that very purpose. One query, and the providers'."""
    every = topics()
    rows = Consent.objects.filter(party=party, channel=channel, purpose__in=[one.purpose for one in every])
    said = dict(rows.order_by("given_at", "pk").values_list("purpose", "state"))
    return [
        Chosen(one, said[one.purpose] == ConsentState.GRANTED if one.purpose in said else one.silent) for one in every
    ]
