"""Who hears of moves: ``segment_moved`` is told after commit, with how many entered and left; ``queries.moved`` names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Moved:
    """At ``at`` so many customers entered a segment and so many left it, as one act."""

    segment: int
    at: datetime
    entered: int
    left: int


Listener = Callable[[Moved], None]
_listeners: Final[list[Listener]] = []


def subscribe(function: Listener) -> Listener:
    """Call ``function(moved)`` after the commit of every act that moved somebody."""
    _listeners.append(function)
    return function


def unsubscribe(function: Listener) -> None:
    """Tell it no more."""
    _listeners.remove(function)


def tell(moved: Moved) -> None:
    """Tell everybody who subscribed."""
    for function in _listeners:
        function(moved)
