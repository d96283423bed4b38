"""How likely somebody who looks all the time finds an effect: first passage of a drifting Brownian motion.

On the scale of information, 0 at the start and 1 at the planned end, the difference divided by its final standard error
is a Brownian motion X with drift d = effect / final standard error. It is found when X(s) reaches √s · multiplier(s).
With f the density of the first time, whoever is above the border at s crossed it at some u ≤ s (Fortet)::

    P(X(s) ≥ b(s)) = ∫₀ˢ f(u) · Φ( (d (s − u) − (b(s) − b(u))) / √(s − u) ) du

which is solved step by step. The other border is left aside: a drift that is worth finding hardly ever reaches it.

Source: Fortet, Les fonctions aléatoires du type de Markoff, 1943; Peskir, On integral equations arising in the
first-passage problem for Brownian motion, J. Integral Equations Appl. 14 (2002).
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final

from regulars.intelligence.models.experiments.sequential import AlwaysValid

_STEPS: Final = 80
_NORMAL: Final = NormalDist()


def found(drift: float, end: float, alpha: float = 0.05) -> float:
    """Probability of finding a positive drift by the planned end.

    Args:
        drift: effect over its standard error at the end.
        end: t of the confidence sequence at the end (ρ² × planned units).
        alpha: of the sequence, both sides together.
    """
    sequence = AlwaysValid(end, alpha=alpha)
    step = 1.0 / _STEPS

    def border(moment: float) -> float:
        return math.sqrt(moment) * float(sequence.multiplier(end * moment))

    middles = [(place + 0.5) * step for place in range(_STEPS)]
    borders = [border(middle) for middle in middles]
    chances: list[float] = []
    for place in range(1, _STEPS + 1):
        now = place * step
        height = border(now)
        above = _NORMAL.cdf((drift * now - height) / math.sqrt(now))
        for middle, at, chance in zip(middles, borders, chances, strict=False):
            left = now - middle
            above -= chance * _tail((drift * left - height + at) / math.sqrt(left))
        left = step / 2.0
        share = _tail((drift * left - height + borders[place - 1]) / math.sqrt(left))
        chances.append(max(above / share, 0.0))
    return min(math.fsum(chances), 1.0)


@lru_cache(maxsize=512)
def drift_for(power: float, end: float, alpha: float = 0.05) -> float:
    """The drift that is found with probability ``power`` by the planned end: 3.56 standard errors at 80 %, where one look needs 2.80.

    Raises:
        ValueError: a power outside (alpha, 1) or an end that is not positive.
    """
    if not (alpha < power < 1.0 and end > 0.0):
        raise ValueError("power must lie between alpha and 1, and the end must be positive")
    low, high = 0.0, float(AlwaysValid(end, alpha=alpha).multiplier(end)) + _NORMAL.inv_cdf(power) + 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2.0
        low, high = (low, middle) if found(middle, end, alpha) >= power else (middle, high)
    return (low + high) / 2.0


def _tail(z: float) -> float:
    return math.erfc(-z / math.sqrt(2.0)) / 2.0
