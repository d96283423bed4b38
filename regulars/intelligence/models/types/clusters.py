"""Groups of like customers that stay the same from one night to the next.

Several features (logarithms of counts and money, shares) are brought to one scale; k-means is run on resampled customers,
and the number of groups is the largest of those whose members are most surely together again when it is run on others (mean
adjusted Rand index of ``STABLE`` or more, and within a twentieth of the best). A new run's groups take the numbers of those groups of the run before to which their middles are
nearest, so that a customer does not change group because of a renumbering.

Sources: Lloyd 1957, Arthur & Vassilvitskii 2007 (k-means++); Ben-Hur, Elisseeff & Guyon, PSB 2002 (stability); Hubert &
Arabie 1985 (adjusted Rand index); Kuhn 1955 (matching).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STABLE: Final = 0.75
_AS_GOOD: Final = 0.05
_SAMPLE: Final = 4_000
_AGAIN: Final = 4
_EXTREME: Final = 3.0


class Clusters:
    """Finds the groups.

    Args:
        most: the largest number of groups tried.
        before: the fitted ``Clusters`` of the run before (or its ``as_dict``), whose numbers are kept.

    Attributes:
        k_: number of groups; 1 when no division is stable.
        stability_: by k, how well two runs agree (1: entirely).
        centres_: middles in standard units: rows groups, columns features.
        names_, scale_: the features; median and spread of each.
        numbers_: the number of each row of ``centres_``: stays with a group over the runs.
        sizes_: how many customers are in each.
    """

    k_: int
    stability_: dict[int, float]
    centres_: Floats
    names_: tuple[str, ...]
    scale_: Floats
    numbers_: Ints
    sizes_: Ints

    def __init__(self, most: int = 8, *, before: Mapping[str, Any] | None = None, seed: int = 0) -> None:
        self.most, self.before, self.seed = most, before, seed

    def fit(self, columns: Mapping[str, Any]) -> Self:
        """Find the groups of the customers.

        Args:
            columns: feature → one number a customer; NaN counts as the median.

        Raises:
            ValueError: there are no customers or no features.
        """
        self.names_ = tuple(columns)
        table = (
            np.column_stack([np.asarray(values, float) for values in columns.values()]) if columns else np.empty((0, 0))
        )
        if not table.size:
            raise ValueError("no groups can be found among nobody")
        middle = np.array([np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0.0 for c in table.T])
        spread = np.array([np.nanstd(c) if (~np.isnan(c)).any() else 0.0 for c in table.T])
        self.scale_ = np.column_stack([middle, np.where(spread > 1e-9, spread, 1.0)])
        points = self._scaled(table)
        sample = points[:: max(1, len(points) // _SAMPLE)]
        self.stability_ = {}
        different = len(np.unique(sample, axis=0))
        for k in range(2, min(self.most, different - 1, len(sample) // 30) + 1):
            self.stability_[k] = self._stability(sample, k)
        enough = max(STABLE, max(self.stability_.values(), default=0.0) - _AS_GOOD)
        stable = [k for k, agree in self.stability_.items() if agree >= enough]
        self.k_ = max(stable, default=1)
        self.centres_ = self._middles(sample, self.k_, self.seed)
        groups = _nearest(points, self.centres_)
        order = np.argsort(-np.bincount(groups, minlength=self.k_), kind="stable")
        self.centres_ = self.centres_[order]
        self.sizes_ = np.bincount(groups, minlength=self.k_)[order]
        self.numbers_ = self._numbers()
        return self

    def predict(self, columns: Mapping[str, Any]) -> Ints:
        """The number of each customer's group."""
        table = np.column_stack([np.asarray(columns[name], float) for name in self.names_])
        return self.numbers_[_nearest(self._scaled(table), self.centres_)]

    def marks(self, *, least: float = 0.5, most: int = 3) -> dict[int, list[tuple[str, float]]]:
        """By group, in what its middle lies furthest from the typical customer: feature and standard units, largest first."""
        found = {}
        for number, centre in zip(self.numbers_.tolist(), self.centres_, strict=True):
            order = np.argsort(-np.abs(centre), kind="stable")[:most]
            found[number] = [(self.names_[j], float(centre[j])) for j in order if abs(centre[j]) >= least]
        return found

    def as_dict(self) -> dict[str, Any]:
        """What the next run needs to keep the numbers; in the features' own units, as JSON."""
        own = self.centres_ * self.scale_[:, 1] + self.scale_[:, 0]
        return {"names": list(self.names_), "numbers": self.numbers_.tolist(), "centres": own.tolist()}

    def _scaled(self, table: Floats) -> Floats:
        points = (table - self.scale_[:, 0]) / self.scale_[:, 1]
        return np.clip(np.where(np.isnan(points), 0.0, points), -_EXTREME, _EXTREME)

    def _middles(self, points: Floats, k: int, seed: int) -> Floats:
        from sklearn.cluster import KMeans  # noqa: PLC0415 -- heavy: only for whoever learns
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- heavy: only for whoever learns

        if k == 1:
            return np.asarray(points.mean(axis=0, keepdims=True), float)
        with threadpool_limits(limits=1):
            return np.asarray(KMeans(k, n_init=2, max_iter=100, random_state=seed).fit(points).cluster_centers_, float)

    def _stability(self, sample: Floats, k: int) -> float:
        """How well the groups found on two halves agree on all, over several divisions."""
        from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 -- heavy: only for whoever learns

        agreed = []
        for again in range(_AGAIN):
            shuffled = np.random.default_rng((self.seed, again)).permutation(len(sample))
            halves = shuffled[: len(sample) // 2], shuffled[len(sample) // 2 :]
            said = [_nearest(sample, self._middles(sample[half], k, self.seed + again)) for half in halves]
            agreed.append(float(adjusted_rand_score(*said)))
        return float(np.mean(agreed))

    def _numbers(self) -> Ints:
        """Numbers of the run before for the groups nearest to them; new ones are numbered on."""
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 -- heavy: only for whoever learns

        known = self.before or {}
        if tuple(known.get("names", ())) != self.names_:
            return np.arange(self.k_, dtype=np.int64)
        old = (np.asarray(known["centres"], float) - self.scale_[:, 0]) / self.scale_[:, 1]
        mine, theirs = linear_sum_assignment(((self.centres_[:, None, :] - old[None]) ** 2).sum(axis=2))
        kept = np.asarray(known["numbers"], np.int64)
        numbers = np.full(self.k_, -1, np.int64)
        numbers[mine] = kept[theirs]
        fresh = int(kept.max(initial=-1)) + 1 + np.arange(self.k_)
        numbers[numbers < 0] = fresh[: int((numbers < 0).sum())]
        return numbers


def _nearest(points: Floats, centres: Floats) -> Ints:
    """The row of ``centres`` nearest to each point; of equals the first."""
    distance = -2.0 * points @ centres.T + (centres**2).sum(axis=1)
    return np.asarray(np.argmin(distance, axis=1), np.int64)
