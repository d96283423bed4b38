"""Who is likely to do it, and why: log-odds as a sum of one function a feature, learned by boosting.

Each tree may look at one feature only, so the score of a customer is a sum of what each feature adds: a table a feature,
read out exactly after fitting. Scoring is looking up, and the reasons are the very numbers that were added, not an
approximation of them. With few customers or few who did it, weights of evidence in coarse bins take the place of trees.

Sources: Lou, Caruana & Gehrke, Intelligible models for classification and regression, KDD 2012; Ke et al., NeurIPS 2017
(histogram boosting, as in scikit-learn); Siddiqi, Credit Risk Scorecards (2006) on weights of evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.propensity.calibration import Isotonic
from regulars.intelligence.models.propensity.columns import Bins, Codes, Columns, coded

Floats = NDArray[np.float64]
FEW: Final = 100
"""With fewer than so many who did it (or did not), weights of evidence are used."""
_MANY: Final = 20_000
"""From so many customers on, trees may be finer."""
_COARSE: Final = 6
_EVIDENCE: Final = 20.0
"""Customers' worth of belief that a bin is like all others."""
_BAGGED: Final = 0.85


@dataclass(frozen=True)
class Reason:
    """What one feature adds to the log-odds of a customer, against the average customer; ``value`` is his own figure."""

    name: str
    adds: float
    value: Any


class AdditiveModel:
    """Learns who does it.

    Args:
        method: ``boosting``, ``evidence`` (for small data), or ``auto``: whichever the data allow.
        trees, rate, leaves, least: number of trees, learning rate, leaves a tree, fewest customers a leaf; rate and leaves
            follow from the number of customers unless they are given.
        bags: the tables are averaged over so many samples without replacement.
        seed: of those samples; the same seed gives the same bits.

    Attributes:
        intercept_: log-odds of the average customer.
        tables_: by feature, what each bin adds (log-odds); 0 on average over those it was learned from.
        bins_: by feature, how it is cut.
        weight_: by feature, the mean size of what it adds.
        base_rate_: share who did it.
        method_: what was used: ``boosting``, ``evidence``, or ``none`` when everybody or nobody did it.
        calibration_: None until ``calibrate``; without it the logistic function turns scores into probabilities.
    """

    intercept_: float
    tables_: dict[str, Floats]
    bins_: dict[str, Bins]
    weight_: dict[str, float]
    base_rate_: float
    method_: Literal["boosting", "evidence", "none"]
    calibration_: Isotonic | None

    def __init__(
        self, method: Literal["auto", "boosting", "evidence"] = "auto", *, trees: int = 300,
        rate: float | None = None, leaves: int | None = None, least: int = 20, bags: int = 1, seed: int = 0,
    ) -> None:  # fmt: skip
        self.method, self.trees, self.rate, self.leaves, self.least = method, trees, rate, leaves, least
        self.bags, self.seed = bags, seed

    def fit(self, columns: Columns, truth: Any) -> Self:
        """Learn from customers of whom it is known.

        Args:
            columns: feature → one value a customer.
            truth: whether each did it.

        Raises:
            ValueError: there is nobody to learn from.
        """
        did = np.asarray(truth, float)
        if not did.size:
            raise ValueError("nothing can be learned from nobody")
        rarer = int(min(did.sum(), did.size - did.sum()))
        chosen = self.method if self.method != "auto" else ("boosting" if rarer >= FEW else "evidence")
        self.method_ = "none" if not rarer else chosen
        self.base_rate_ = float((did.sum() + 0.5) / (did.size + 1.0))
        self.calibration_ = None
        learn: dict[str, Callable[[dict[str, Codes], Floats], tuple[float, dict[str, Floats]]]] = {
            "boosting": self._boost, "evidence": self._weigh, "none": self._nothing,
        }  # fmt: skip
        most, least = (255, 5) if self.method_ == "boosting" else (_COARSE, 5)
        self.bins_ = {name: Bins.of(values, most=most, least=least) for name, values in columns.items()}
        codes = coded(self.bins_, columns)
        intercept, tables = learn[self.method_](codes, did)
        means = {name: float(table[codes[name]].mean()) for name, table in tables.items()}
        self.tables_ = {name: table - means[name] for name, table in tables.items()}
        self.intercept_ = intercept + sum(means.values())
        self.weight_ = {name: float(np.abs(table[codes[name]]).mean()) for name, table in self.tables_.items()}
        return self

    def calibrate(self, columns: Columns, truth: Any) -> Self:
        """Set the probabilities by the newest customers of whom it is known; the order does not change."""
        self.calibration_ = Isotonic().fit(self.score(columns), truth)
        return self

    def score(self, columns: Columns) -> Floats:
        """Log-odds before calibration: the intercept and what each feature adds."""
        total: Floats | None = None
        for name, bins in self.bins_.items():
            adds = self.tables_[name][bins.code(columns[name])]
            total = adds if total is None else np.add(total, adds, out=total)
        if total is None:
            raise ValueError("a model without features cannot score")
        total += self.intercept_
        return total

    def predict(self, columns: Columns) -> Floats:
        """The probability of each customer."""
        return self.chance(self.score(columns))

    def chance(self, score: Any) -> Floats:
        """Scores into probabilities."""
        if self.calibration_ is not None:
            return self.calibration_.predict(score)
        return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(score, float))), float)

    def contributions(self, columns: Columns) -> tuple[tuple[str, ...], Floats]:
        """The features, and what each adds to each customer's score: rows customers, columns features.

        ``intercept_`` and a row sum to the customer's score.
        """
        adds = [self.tables_[name][bins.code(columns[name])] for name, bins in self.bins_.items()]
        return tuple(self.bins_), np.column_stack(adds)

    def reasons(self, columns: Columns, *, most: int = 3, least: float = 0.05) -> list[list[Reason]]:
        """What raises each customer's score most, the strongest first; nothing that adds less than ``least``."""
        names, adds = self.contributions(columns)
        order = np.argsort(-adds, axis=1, kind="stable")[:, :most]
        values = [np.asarray(columns[name]) for name in names]
        return [
            [Reason(names[j], float(adds[i, j]), values[j][i].item()) for j in ranked if adds[i, j] >= least]
            for i, ranked in enumerate(order.tolist())
        ]

    def _boost(self, codes: dict[str, Codes], did: Floats) -> tuple[float, dict[str, Floats]]:
        told = [name for name, code in codes.items() if code.min() != code.max()]
        table = np.column_stack([codes[name].astype(np.float64) for name in told] or [np.zeros(len(did))])
        rng = np.random.default_rng(self.seed)
        base, read = 0.0, {name: np.zeros(self.bins_[name].size) for name in codes}
        if not told:
            return self._nothing(codes, did)
        for bag in range(self.bags):
            chosen: Any = slice(None)
            if self.bags > 1:
                chosen = np.sort(rng.permutation(len(did))[: int(_BAGGED * len(did))])
            say = self._trees(told, table[chosen], did[chosen], self.seed + bag)
            average = say(np.zeros((1, len(told))))[0]
            base += average / self.bags
            for place, name in enumerate(told):
                grid = np.zeros((len(read[name]), len(told)))
                grid[:, place] = np.arange(len(grid))
                read[name] += (say(grid) - average) / self.bags
        return base, read

    def _trees(self, told: list[str], table: Floats, did: Floats, seed: int) -> Callable[[Floats], Floats]:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 -- heavy: only for whoever learns
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- heavy: only for whoever learns

        rate, leaves = (0.05, 6) if len(did) < _MANY else (0.1, 16)
        model = HistGradientBoostingClassifier(
            learning_rate=self.rate or rate, max_iter=self.trees, max_leaf_nodes=self.leaves or leaves, min_samples_leaf=self.least,
            l2_regularization=1.0, interaction_cst="no_interactions", early_stopping=False, random_state=seed,
            categorical_features=[self.bins_[name].categorical for name in told],
        )  # fmt: skip
        with threadpool_limits(
            limits=1, user_api="openmp"
        ):  # threads that wait for each other cost more than they give
            model.fit(table, did)

        def say(rows: Floats) -> Floats:
            with threadpool_limits(limits=1, user_api="openmp"):
                return np.asarray(model.decision_function(rows), float)

        return say

    def _weigh(self, codes: dict[str, Codes], did: Floats) -> tuple[float, dict[str, Floats]]:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 -- heavy: only for whoever learns

        base = float(np.log(self.base_rate_ / (1.0 - self.base_rate_)))
        evidence = {name: self._evidence(code, did, self.bins_[name].size) for name, code in codes.items()}
        design = np.column_stack([table[codes[name]] for name, table in evidence.items()])
        line = LogisticRegression(C=1.0, max_iter=500).fit(design, did)
        if not evidence:
            return base, {}
        return float(line.intercept_[0]), {
            name: np.asarray(slope * table, float)
            for slope, (name, table) in zip(line.coef_[0], evidence.items(), strict=True)
        }

    def _evidence(self, code: Codes, did: Floats, size: int) -> Floats:
        """Log-odds of each bin against all, drawn towards nothing where few are in it."""
        n = np.bincount(code, minlength=size)
        share = (np.bincount(code, weights=did, minlength=size) + _EVIDENCE * self.base_rate_) / (n + _EVIDENCE)
        return np.asarray(np.log(share / (1 - share)) - np.log(self.base_rate_ / (1 - self.base_rate_)), float)

    def _nothing(self, codes: dict[str, Codes], did: Floats) -> tuple[float, dict[str, Floats]]:
        base = float(np.log(self.base_rate_ / (1.0 - self.base_rate_)))
        return base, {name: np.zeros(self.bins_[name].size) for name in codes}
