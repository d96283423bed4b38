"""What it earned: everything is counted over all who were to be treated, whether or not the act reached them.

Incremental margin = effect × treated × worth, less the cost of the offer and of contact. Costs are known, so the
interval of the effect carries over as it is. Whom a message did not reach dilutes the effect without biasing it; the
effect on those who *were* reached (complier average causal effect) is the diluted one over the difference of delivery.

Source: Imbens & Angrist, Econometrica 62 (1994); its interval is Fieller's, so it excludes 0 exactly when that of the
diluted effect does.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.intelligence.models.experiments.effect import Effect, Interval, ratio_interval
from regulars.intelligence.models.experiments.sums import Sums


@dataclass(frozen=True)
class Range:
    """An estimate between two bounds; bounds are None while nothing may be said."""

    value: float
    low: float | None
    high: float | None

    def shifted(self, factor: float, less: float) -> Range:
        """This times a factor that is not negative, less a sum."""
        low, high = (None if bound is None else bound * factor - less for bound in (self.low, self.high))
        return Range(self.value * factor - less, low, high)


@dataclass(frozen=True)
class Earned:
    """In minor units of money.

    Attributes:
        margin: what came in because of the act, before its costs.
        cost: offer and contact together.
        net: margin − cost.
        back: net / cost, +0.5 is half as much again as it cost; None when it cost nothing.
        forgone: margin that the control group would have brought had it been treated: the price of knowing.
    """

    margin: Range
    cost: int
    net: Range
    back: Range | None
    forgone: Range


@dataclass(frozen=True)
class Reached:
    """The effect on those whom the act reached.

    Attributes:
        effect: in the outcome's unit, a unit reached; without bounds where delivery is not told from 0.
        delivered: share of treated that were reached, less the share of controls that were.
    """

    effect: Range
    delivered: float


def earned(
    effect: Effect,
    interval: Interval | None,
    *,
    treated: int,
    control: int,
    offer_cost: int,
    contact_cost: int,
    worth: float = 1.0,
) -> Earned:
    """Money earned by an act.

    Args:
        effect: intention to treat, over all units that were assigned.
        interval: of this effect, or None while nothing may be said.
        treated: units assigned to the act, reached or not; ``control``: units left alone.
        offer_cost: what the offers taken up cost, in minor units; 0 where the outcome is already net of it.
        contact_cost: messages, calls, print, in minor units.
        worth: margin in minor units of one unit of outcome: the margin's share where the outcome is revenue, the
            margin of a conversion where it is yes or no.

    Raises:
        ValueError: a negative cost or worth.
    """
    if min(offer_cost, contact_cost, worth) < 0:
        raise ValueError("costs and worth must not be negative")
    bounds = (interval.low, interval.high) if interval else (None, None)
    each = Range(effect.value, *bounds)
    cost = offer_cost + contact_cost
    margin, forgone = each.shifted(treated * worth, 0.0), each.shifted(control * worth, 0.0)
    back = margin.shifted(1.0 / cost, 1.0) if cost else None
    return Earned(margin, cost, margin.shifted(1.0, cost), back, forgone)


def effect_on_reached(treated: Sums, control: Sums, interval: Interval | None) -> Reached | None:
    """Complier average causal effect.

    Args:
        treated, control: outcome y, and as the only covariate 1 for a unit that was reached, else 0.
        interval: of the plain difference of the same sums; its multiplier is used.

    Returns:
        None when no more of the treated were reached than of the controls.

    Raises:
        ValueError: sums with no covariate or several.
    """
    if len(treated.x) != 1 or len(control.x) != 1:
        raise ValueError("the one covariate says who was reached")
    delivered = treated.x[0] / treated.n - control.x[0] / control.n
    if delivered <= 0.0:
        return None
    more = treated.mean - control.mean
    bounds = None
    if interval:
        arms = (treated, control)
        outcome = sum(arm.variance / arm.n for arm in arms)
        reached = sum(_covariance(arm, arm.x[0], arm.xx[0], arm.x[0]) for arm in arms)
        shared = sum(_covariance(arm, arm.x[0], arm.xy[0], arm.y) for arm in arms)
        bounds = ratio_interval(more, delivered, outcome, reached, shared, interval.multiplier)
    low, high = bounds or (None, None)
    return Reached(Range(more / delivered, low, high), delivered)


def _covariance(arm: Sums, first: int, product: int, second: int) -> float:
    """Covariance of two means, from Σa, Σab and Σb."""
    return (arm.n * product - first * second) / (arm.n * arm.n * (arm.n - 1))
