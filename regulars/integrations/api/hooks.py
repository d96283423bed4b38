"""What the API offers of rooms that it may not know; ``config.wiring`` puts it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet

if TYPE_CHECKING:
    from regulars.staff.models import User


@dataclass(slots=True)
class Analyses:
    """Runs of the analyses as rows, results of the last finished one, and how to ask for another."""

    runs: Callable[[], QuerySet[Any]]
    last_done: Callable[[], Any]
    refresh: Callable[[User], Any]
    forecast: Callable[[int], dict[str, Any] | None]


_here: Final[list[Analyses]] = []


def provide(analyses: Analyses) -> None:
    """Say where the analyses are."""
    _here[:] = [analyses]


def analyses() -> Analyses:
    """Where they are."""
    return _here[0]
