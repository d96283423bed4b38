"""More than two arms: each against control, and which is best, with one probability of error for all of it.

Every pair of arms gets a confidence sequence at alpha / number of pairs (Bonferroni). The sequences hold at all looks,
so all comparisons hold at all looks together, whatever is looked at, stopped or said about them. An arm may still be the
best while no other is told to be better; the best is known when one such arm is left.

Source: Bonferroni 1936; Hsu, Multiple Comparisons (1996) on comparing with the best; Waudby-Smith et al. 2024.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

from regulars.intelligence.models.experiments.effect import Effect, Interval, adjusted_difference
from regulars.intelligence.models.experiments.sequential import AlwaysValid
from regulars.intelligence.models.experiments.sums import Sums


@dataclass(frozen=True)
class Comparison:
    """``arm`` less ``other``; no interval while there is too little to say anything."""

    arm: str
    other: str
    effect: Effect
    interval: Interval | None


@dataclass(frozen=True)
class Several:
    """What may be said of several arms at once.

    Attributes:
        pairs: each pair once; against control, control is the ``other``.
        contenders: arms than which no other is told to be better, control among them, in the order given.
    """

    control: str
    pairs: tuple[Comparison, ...]
    contenders: tuple[str, ...]

    @property
    def against_control(self) -> tuple[Comparison, ...]:
        """The pairs with control."""
        return tuple(pair for pair in self.pairs if pair.other == self.control)

    @property
    def best(self) -> str | None:
        """The one arm that is told to be better than all others; None while there are several contenders."""
        return self.contenders[0] if len(self.contenders) == 1 else None


def several(
    arms: Mapping[str, Sums],
    control: str,
    sequence: AlwaysValid,
    *,
    compare: Callable[[Sums, Sums], Effect] = adjusted_difference,
) -> Several:
    """Compare all pairs of arms at the alpha of ``sequence``, shared among them.

    Give a sequence without planned variance, or one planned for the pair of arms of which variances differ most.

    Raises:
        KeyError: no such control.
        ValueError: fewer than two arms, or an arm with fewer than two units.
    """
    if control not in arms:
        raise KeyError(control)
    if len(arms) < 2:
        raise ValueError("two arms at least are compared")
    ordered = [name for name in arms if name != control]
    pairs = [*((name, control) for name in ordered), *combinations(ordered, 2)]
    shared = sequence.at(sequence.alpha / len(pairs))
    made = []
    for name, other in pairs:
        effect = compare(arms[name], arms[other])
        made.append(Comparison(name, other, effect, shared.interval(effect)))
    beaten = {loser for pair in made if (loser := _loser(pair))}
    return Several(control, tuple(made), tuple(name for name in arms if name not in beaten))


def _loser(pair: Comparison) -> str | None:
    if pair.interval is None or not pair.interval.tells:
        return None
    return pair.other if pair.interval.low > 0.0 else pair.arm
