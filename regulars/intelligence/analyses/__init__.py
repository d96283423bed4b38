"""The analyses, one file per question; ``names`` in the order in which a refresh runs them, ``get`` by name.

An analysis reads tables that stand in the engine and may make one that later analyses read; none imports another.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

from regulars.intelligence.analyses.base import Analysis

FIRST: Final = ("stage", "value", "next_step")
"""What a customer's row of scores follows from."""
COUNTED: Final = ("concentration", "cycle", "movement")
"""What is counted over all rows of scores: begun when they are written."""
FURTHER: Final = (
    "cohorts", "lifetime", "survival", "basket", "sequence", "next_offer", "churn", "leads", "types", "wallet",
)  # fmt: skip
"""What takes longer: begun after these, and only when everybody is analysed."""
_NAMES: Final = (*FIRST, *COUNTED, *FURTHER)


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
