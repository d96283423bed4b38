"""The analyses, one file per question; ``names`` in the order in which a refresh runs them, ``get`` by name.

An analysis reads tables that stand in the engine and may make one that later analyses read; none imports another.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from regulars.intelligence.analyses.base import Analysis

_NAMES = (
    "stage",
    "value",
    "concentration",
    "cycle",
    "movement",
    "cohorts",
    "lifetime",
    "survival",
    "basket",
    "sequence",
    "next_offer",
    "next_step",
    "churn",
    "leads",
    "types",
    "wallet",
)


def names() -> tuple[str, ...]:
    """Every analysis, in the order of running."""
    return _NAMES


def get(name: str) -> Analysis:
    """The analysis of that name.

    Raises:
        KeyError: there is none.
    """
    if name not in _NAMES:
        raise KeyError(name)
    return cast("Analysis", import_module(f"regulars.intelligence.analyses.{name}"))
