"""Before the start: whom a campaign would reach, why it would not reach others, what it costs, what could be found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import F, QuerySet
from django.db.models.functions import Mod

from regulars.customers.models import Party
from regulars.customers.permission.queries import decide
from regulars.kit import clock
from regulars.marketing.campaigns import audience
from regulars.marketing.campaigns.models import CHANNEL
from regulars.marketing.effect import queries as effect

MOST_ASKED: Final = 20_000
"""So many are asked about one by one; of a larger audience an even sample."""
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Of ``audience`` customers: who may be told now, who later, who not and why; who is left alone to compare.

    Numbers are of the whole audience; ``asked`` says how many were really asked, the rest follows in proportion. Money is
    in minor units. ``power`` is what ``effect.queries.power`` says of the control group.
    """

    audience: int = 0
    asked: int = 0
    now: int = 0
    later: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    held_out: int = 0
    control: int = 0
    chosen: int = 0
    contact_cost: int = 0
    further_cost: int = 0
    budget: int = 0
    offer_cost: int = 0
    power: Any = None

    @property
    def is_exact(self) -> bool:
        """Whether everybody was asked."""
        return self.asked == self.audience

    @property
    def reachable(self) -> int:
        """Who may be told, now or a little later."""
        return self.now + sum(self.later.values())

    @property
    def cost(self) -> int:
        """What it costs for certain."""
        return self.contact_cost + self.further_cost

    @property
    def left(self) -> int:
        """What is left of the budget for offers."""
        return self.budget - self.cost

    @property
    def takers(self) -> int | None:
        """How many may take the offer up within the budget; None where either is not known."""
        return max(self.left, 0) // self.offer_cost if self.budget and self.offer_cost else None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the record."""

    by: str
    purpose: str
    measure: str
    control_share: int
    days: int
    not_after: datetime | None = None
    contact_cost: int = 0
    further_cost: int = 0
    offer_cost: int = 0
    budget: int = 0


def foresee(parties: QuerySet[Party], asked: Question) -> Foreseen:
    """What would become of a campaign to ``parties`` that began now."""
    total = parties.order_by().count()
    step = max(1, -(-total // MOST_ASKED))
    sample = _sample(parties, step)
    told = _ask(sample, asked)
    scale = total / len(sample) if sample else 0.0
    reasons = Counter({reason: round(n * scale) for (fate, reason), n in told.items() if fate == "refused"})
    later = Counter({reason: round(n * scale) for (fate, reason), n in told.items() if fate == "later"})
    reachable = max(total - sum(reasons.values()), 0)
    held_out = round(reachable * effect.hold_out_share() / 10_000)
    control = round((reachable - held_out) * asked.control_share / 10_000)
    chosen = reachable - held_out - control
    drawn = reachable - held_out
    return Foreseen(
        audience=total, asked=len(sample), now=reachable - sum(later.values()), later=later, refused=reasons,
        held_out=held_out, control=control, chosen=chosen, contact_cost=chosen * asked.contact_cost,
        further_cost=asked.further_cost, budget=asked.budget, offer_cost=asked.offer_cost,
        power=effect.power(asked.measure, parties, asked.control_share, asked.days, units=drawn) if drawn else None,
    )  # fmt: skip


def _sample(parties: QuerySet[Party], step: int) -> list[int]:
    """Everybody, or whose number ``step`` divides."""
    rows = parties.order_by()
    if step > 1:
        rows = rows.annotate(remainder=Mod(F("pk"), step)).filter(remainder=0)
    return list(rows.values_list("pk", flat=True))


def _ask(sample: list[int], asked: Question) -> Counter[tuple[str, str]]:
    """How many may be told now or later, or not, by reason."""
    now, channel = clock.now(), CHANNEL[asked.by]
    told: Counter[tuple[str, str]] = Counter()
    for begin in range(0, len(sample), _AT_ONCE):
        some = sample[begin : begin + _AT_ONCE]
        addresses = audience.addresses(some, channel)
        for one in decide(some, channel=channel, purpose=asked.purpose, at=now, addresses=addresses).values():
            if one.ok:
                told["now", ""] += 1
            elif one.until is not None and (asked.not_after is None or one.until < asked.not_after):
                told["later", one.reason] += 1
            else:
                told["refused", one.reason] += 1
    return told
