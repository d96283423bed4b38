"""What other rooms keep for some time only: they declare it, and a rule of retention can be made for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from regulars.customers.models import RetentionAct, RetentionRule
from regulars.web.resources import Text

_USUAL_DAYS: Final = 1_825


@dataclass(frozen=True, slots=True)
class Keeping:
    """Something that is kept for a while.

    Args:
        act: the name of what a rule does; ``label`` is what people call it.
        over: the rows that are older than a moment and still kept.
        drop: lets rows go and says how many; what it has done stays done when it is interrupted.
        days: how long they are kept where nobody says so.
    """

    act: str
    label: Text
    over: Callable[[datetime], QuerySet[Any]]
    drop: Callable[[QuerySet[Any]], int]
    days: int


_keepings: Final[dict[str, Keeping]] = {}


def declare(keeping: Keeping) -> None:
    """Let rules be made for it."""
    _keepings[keeping.act] = keeping


def of(act: str) -> Keeping | None:
    """What another room keeps under that name."""
    return _keepings.get(act)


def acts() -> list[tuple[str, Text]]:
    """Everything that a rule may do: our own, then what other rooms declared."""
    return [*((one.value, one.label) for one in RetentionAct), *((one.act, one.label) for one in _keepings.values())]


def usual_days(act: str) -> int:
    """After how many days it is done where nobody says so."""
    keeping = of(act)
    return keeping.days if keeping else _USUAL_DAYS


def label_of(rule: RetentionRule) -> Text:
    """What a rule does, in words."""
    return dict(acts()).get(rule.act, rule.act)
