"""What marks a group of customers: attributes that are more or less frequent among them than among all others.

Five hundred attributes tested at five per cent give twenty-five findings out of nothing. Each difference is therefore
tested exactly (Fisher) and the false discovery rate over all of them held at ``level`` (Benjamini & Hochberg); what is
left is ranked by the near end of the interval of its lift, so that small groups do not come first.

Sources: Fisher 1922; Benjamini & Hochberg, JRSS B 57 (1995); interval of a ratio of shares: Katz et al., Biometrics 34 (1978).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Trait:
    """An attribute's value within a group.

    Attributes:
        members: how many of the group have it; ``share`` of them, ``base`` share of all the others.
        lift: share / base, with its 95 % interval.
        q: false discovery rate at which it would just be called a finding.
    """

    attribute: str
    value: str
    members: int
    share: float
    base: float
    lift: float
    low: float
    high: float
    q: float


def profile(attributes: Mapping[str, Any], within: Any, *, level: float = 0.05, fewest: int = 20) -> list[Trait]:
    """What marks the customers of a group, the surest difference first.

    Args:
        attributes: name → one word a customer; an empty word is not an attribute.
        within: mark of those in the group.
        level: false discovery rate.
        fewest: values that fewer customers in all have are not tested.
    """
    inside = np.asarray(within, bool)
    found: list[Trait] = []
    for name, words in attributes.items():
        told, which = np.unique(np.asarray(words, str), return_inverse=True)
        have = np.bincount(which, weights=inside, minlength=len(told)).astype(int)
        every = np.bincount(which, minlength=len(told))
        known = int(every[told != ""].sum())
        members = int(have[told != ""].sum())
        found += [
            _trait(name, str(word), int(a), members, int(n), known)
            for word, a, n in zip(told, have, every, strict=True)
            if word and n >= fewest and members and known > members
        ]
    adjusted = false_discovery([one.q for one in found])
    kept = [Trait(**{**vars(one), "q": float(q)}) for one, q in zip(found, adjusted, strict=True) if q <= level]
    return sorted(kept, key=lambda one: (-_sure(one), one.attribute, one.value))


def false_discovery(p: Any) -> NDArray[np.float64]:
    """Benjamini–Hochberg adjusted p-values, in the order given."""
    values = np.asarray(p, float)
    if not values.size:
        return values
    order = np.argsort(values, kind="stable")
    stepped = values[order] * values.size / np.arange(1, values.size + 1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return adjusted


def _sure(trait: Trait) -> float:
    """How far the near end of the interval lies from no difference, in logarithms."""
    return float(max(np.log(max(trait.low, 1e-9)), -np.log(max(trait.high, 1e-9))))


def _trait(name: str, word: str, have: int, members: int, every: int, known: int) -> Trait:
    from scipy import stats  # noqa: PLC0415 -- heavy: only for whoever analyses

    rest, others = every - have, known - members
    p = float(stats.fisher_exact([[have, members - have], [rest, others - rest]]).pvalue)
    share, base = (have + 0.5) / (members + 1), (rest + 0.5) / (others + 1)
    wide = _Z * float(np.sqrt(max((1 - share) / (share * (members + 1)) + (1 - base) / (base * (others + 1)), 0)))
    lift = share / base
    return Trait(
        name,
        word,
        have,
        have / members,
        rest / others,
        lift,
        lift * float(np.exp(-wide)),
        lift * float(np.exp(wide)),
        p,
    )
