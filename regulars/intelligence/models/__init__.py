"""Estimators: ``fit`` returns self, what was learned ends in an underscore. They read numpy columns, never a database.

``rhythm``  how long a customer's intervals between purchases are, and how improbable a silence is
``leaving`` how often customers leave after their nth purchase, and how likely one has left
``journey`` the eight stages, replayed purchase by purchase
``linkage`` which records are one person
``lifetime`` how often customers will still buy, for how much, and how long they stay
``patterns`` what is bought together, and what next
``recommend`` what a customer will buy again, and what new
``erlang``  how long callers wait
``experiments`` what an act did beyond what would have happened anyway
``backtest`` how well a model would have done

The names below are exported from here and loaded when first asked for, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_WHERE: Final[dict[str, str]] = {
    "BGNBD": "lifetime.dropout",
    "MBGNBD": "lifetime.dropout",
    "ParetoNBD": "lifetime.pareto",
    "GammaGamma": "lifetime.spending",
    "ShiftedBetaGeometric": "lifetime.contracts",
    "KaplanMeier": "lifetime.survival",
    "CoxPH": "lifetime.survival",
    "erlang_b": "erlang",
    "erlang_c": "erlang",
    "erlang_a": "erlang",
    "Baskets": "patterns.baskets",
    "Histories": "patterns.baskets",
    "frequent_itemsets": "patterns.itemsets",
    "association_rules": "patterns.rules",
    "pair_lift": "patterns.pairs",
    "frequent_sequences": "patterns.sequences",
    "order_lift": "patterns.order",
    "time_to_next": "patterns.following",
    "EASE": "recommend.linear",
    "ItemItem": "recommend.linear",
    "OwnRepeats": "recommend.again",
    "AdditiveModel": "propensity.additive",
    "Isotonic": "propensity.calibration",
    "find_leakage": "propensity.leakage",
    "Clusters": "types.clusters",
    "TwoMixture": "types.mixture",
    "profile": "types.profiles",
    "wallets": "types.wallet",
    "Split": "experiments.assignment",
    "HoldOut": "experiments.assignment",
    "assign": "experiments.assignment",
    "Sums": "experiments.sums",
    "sample_ratio": "experiments.sample_ratio",
    "difference": "experiments.effect",
    "adjusted_difference": "experiments.effect",
    "AlwaysValid": "experiments.sequential",
    "planned_variance": "experiments.sequential",
    "Outcome": "experiments.power",
    "Plan": "experiments.power",
    "earned": "experiments.value",
    "effect_on_reached": "experiments.value",
    "several": "experiments.several",
}
"""Exported name → the module of this package that defines it."""

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
