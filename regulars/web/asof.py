"""As of when the figures on the screen hold: the room that computes them says so here.

asof.register(lambda request: latest_refresh())
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest

Source = Callable[[HttpRequest], datetime | None]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Let ``source`` say when the figures were last computed."""
    _sources.append(source)
    return source


def is_told() -> bool:
    """Whether any room computes figures at all."""
    return bool(_sources)


def of(request: HttpRequest) -> datetime | None:
    """The oldest of what the sources say; None while nothing has been computed."""
    said = [moment for source in _sources if (moment := source(request)) is not None]
    return min(said, default=None)
