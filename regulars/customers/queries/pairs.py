"""Pairs of records that may be one customer and wait for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from regulars.customers.models import DuplicatePair, Party
from regulars.customers.queries.seen import of_live, of_seen

MOST_COUNTED: Final = 99


def open_pairs(user: Any) -> QuerySet[DuplicatePair]:
    """The pairs nobody has decided yet, both records live and visible to ``user``."""
    sides = ("left", "right")
    return of_seen(of_live(DuplicatePair.objects.open(), *sides), user, *sides)


def waiting(user: Any) -> int:
    """How many pairs wait for ``user``; counts to a hundred and no further. One query."""
    return open_pairs(user).order_by()[: MOST_COUNTED + 1].count()


@dataclass(frozen=True, slots=True)
class Twin:
    """Somebody else who may be the same customer, and the pair that asks."""

    party: Party
    pair: int
    probability: float


def twins_of(party: Party, user: Any, most: int = 2) -> list[Twin]:
    """Whom ``party`` may be the same as, the likeliest first. One query."""
    rows = open_pairs(user).filter(Q(left=party) | Q(right=party)).select_related("left", "right")
    found = rows.order_by(F("probability").desc(), "pk")[:most]
    return [Twin(one.right if one.left_id == party.pk else one.left, one.pk, one.probability) for one in found]


def pair_for(user: Any, pk: int) -> DuplicatePair:
    """One open pair.

    Raises:
        DuplicatePair.DoesNotExist: there is none that ``user`` may see.
    """
    return open_pairs(user).select_related("left__summary", "right__summary", "left__owner", "right__owner").get(pk=pk)


def pair_between(one: int, other: int) -> DuplicatePair | None:
    """What is known of two parties being one."""
    return DuplicatePair.objects.filter(left=min(one, other), right=max(one, other)).first()
