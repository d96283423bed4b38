"""What decides a stage: the thresholds of ``journey``, apart from it so that reading them loads no numpy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """What decides. Probabilities between 0 and 1; z in standard errors.

    Attributes:
        late: pre-divorce needs a silence that at most this share of the customer's own intervals would outlast …
        likely_leaving: … and this probability that he has left.
        improbable: pre-divorce in any case: a silence that at most this share of the own intervals would outlast.
        gone: divorce needs this probability that he has left …
        beyond: … and a silence that at most this share of his intervals would outlast,
        grace: … and that pre-divorce has lasted for this many usual intervals: time to act, also for who is punctual.
        deep: who buys again after a silence as rare as this comes back into recovery, not simply on.
        pace_within: the rhythm is known from two own intervals on by which the pace is known to within this share of itself.
        enter, leave: growth and decline count from ``enter`` standard errors on, and until they fall below ``leave``.
        change: growth or decline below this share of the former rate of spending is not called so.
        purchases_back: purchases after the return, each in time, that end recovery.
    """

    late: float = 0.20
    likely_leaving: float = 1 / 3
    improbable: float = 0.10
    gone: float = 2 / 3
    beyond: float = 0.10
    grace: float = 0.5
    deep: float = 0.02
    pace_within: float = 0.5
    enter: float = 1.64
    leave: float = 1.0
    change: float = 0.25
    purchases_back: int = 2
