"""What is known to be true where the data were made up: told by the room that made them, shown below an analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regulars.reporting import sentences
from regulars.reporting.sentences import Text


@dataclass(frozen=True)
class Closeness:
    """What is true, and the figures that say how close an analysis came to it: name, value, unit (``base.Unit``)."""

    true: Text
    figures: list[tuple[Text, float, str]]

    @property
    def told(self) -> list[tuple[Text, str]]:
        """The figures as a reader of the active language expects them."""
        return [(name, sentences.value(value, unit)) for name, value, unit in self.figures]


Source = Callable[[str], Closeness | None]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let ``source`` say, by the name of an analysis, how close it came; None where it does not know."""
    _sources.append(source)


def of(name: str) -> Closeness | None:
    """How close an analysis came to what is known to be true; None for every real company."""
    return next((found for source in _sources if (found := source(name)) is not None), None)
