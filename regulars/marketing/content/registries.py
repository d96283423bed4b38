"""Where other rooms say what contents need of them: what a message's origin offers, and what is recommended to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Offer:
    """What a campaign offers: in words per language, until when, where to take it up, by which code."""

    words: Mapping[str, str] = field(default_factory=dict)
    ends: datetime | None = None
    url: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Recommended:
    """Numbers of products that a customer will likely buy again, and new; the likeliest first."""

    again: tuple[int, ...] = ()
    new: tuple[int, ...] = ()


Offers = Callable[[Collection[str]], Mapping[str, Offer]]
"""Given origins of messages ("campaign:12"), what each offers; a constant number of queries."""
Recommender = Callable[[Collection[int]], Mapping[int, Recommended]]
"""Given customers, what is recommended to each; a constant number of queries."""
_offers: Final[dict[str, Offers]] = {}
_recommenders: Final[list[Recommender]] = []


def offers_of(prefix: str, tell: Offers) -> None:
    """Let ``tell`` say what messages offer whose origin is ``prefix:…``."""
    _offers[prefix] = tell


def recommend_by(tell: Recommender) -> None:
    """Let ``tell`` say what is recommended, instead of whoever did so before."""
    _recommenders[:] = [tell]


def offers(origins: Collection[str]) -> dict[str, Offer]:
    """What these origins offer; those of which nobody knows are left out."""
    told: dict[str, Offer] = {}
    for prefix in {one.partition(":")[0] for one in origins} & _offers.keys():
        told.update(_offers[prefix]([one for one in origins if one.partition(":")[0] == prefix]))
    return told


def recommended(parties: Collection[int]) -> Mapping[int, Recommended]:
    """What is recommended to these customers; nothing while nobody says."""
    return _recommenders[0](parties) if _recommenders else {}
