"""What every analysis has: a question, why it matters, its formula and source, legal parameters, a result.

This module imports nothing heavy, so that a screen may ask what an analysis means without loading its machinery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from regulars.intelligence.models.journey import Calibration, Moves, Standing
    from regulars.intelligence.warehouse.engine import Engine
    from regulars.intelligence.warehouse.ledger import Horizon

Json = dict[str, Any]


@dataclass(frozen=True)
class Saying:
    """A sentence without its language: a code and its figures (money in minor units, days as numbers, dates in ISO form)."""

    code: str
    values: Json = field(default_factory=dict)

    def as_dict(self) -> Json:
        """As it is stored."""
        return {"code": self.code, "values": self.values}


@dataclass(frozen=True)
class Range:
    """The legal values of a parameter, both ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class Params:
    """Parameters of an analysis; ``ranges`` holds the legal values of each.

    Raises:
        ValueError: a value is out of its range.
    """

    ranges: ClassVar[Mapping[str, Range]] = {}

    def __post_init__(self) -> None:
        for one in fields(self):
            legal, value = self.ranges.get(one.name), getattr(self, one.name)
            if legal and not legal.low <= value <= legal.high:
                raise ValueError(f"{one.name} must be between {legal.low:g} and {legal.high:g}, not {value:g}")


@dataclass(frozen=True)
class Result:
    """What an analysis found. ``enough`` False: there were too few data, and ``headline`` says what is missing."""

    enough: bool = True

    def headline(self) -> list[Saying]:
        """The finding in one to three sentences."""
        return []

    def chart(self) -> Json:
        """What to draw: ``kind`` and the series, free of any chart library."""
        return {}

    def next_steps(self) -> list[Saying]:
        """What to do about it, one click away."""
        return []

    def as_dict(self) -> Json:
        """As it is stored: the fields, with headline, chart and next steps."""
        return {
            **asdict(self),
            "headline": [one.as_dict() for one in self.headline()],
            "chart": self.chart(),
            "next_steps": [one.as_dict() for one in self.next_steps()],
        }


@dataclass
class Desk:
    """What lies before an analysis: the shared tables in ``engine``, up to ``horizon.today``.

    ``calibrations`` are those in force, the newest last. The stage analysis lays ``journey`` and the table ``standing`` on
    the desk. With a ``ruler`` only some customers lie there, to be placed among all others as it says.
    ``purchases`` are those of ``ledger.purchases`` when somebody has read them already.
    """

    engine: Engine
    horizon: Horizon
    calibrations: list[Calibration] = field(default_factory=list)
    journey: Journey | None = None
    ruler: Ruler | None = None
    purchases: tuple[Any, dict[str, Any]] | None = None


@dataclass(frozen=True)
class Ruler:
    """Where the lines between customers lay when all were last compared; it places a few without comparing all again.

    Attributes:
        steps: name, step, the lowest value on it: ``recency`` (last day), ``frequency``, ``monetary``, ``basket of <kind>``.
        peers: way (``rhythm`` or ``basket``), kind, band, number of peers, what the best of them do.
        valuable: the least contribution of 12 months among the most valuable; None when there were none.
        growable: the least gain among the most growable.
        call: the least usual year among those who are called rather than written to.
        come_back: share of the divorced who came back.
    """

    steps: list[tuple[str, int, float]]
    peers: list[tuple[str, str, int, int, float]]
    valuable: int | None
    growable: float | None
    call: int | None
    come_back: float


@dataclass(frozen=True)
class Journey:
    """The replayed stages.

    ``ids`` are the parties behind the customers' numbers in ``moves`` and ``standing``; ``moved_at`` is the second of
    the purchase that made each move, −1 for moves by silence.
    """

    ids: Any
    moves: Moves
    standing: Standing
    moved_at: Any


class Analysis(Protocol):
    """A module of this package.

    ``make`` computes what is known of each customer on the desk and lays it there as tables, ``measure`` counts over
    everybody's, ``run`` does both. One that makes no tables has ``run`` alone.
    """

    __name__: str
    __doc__: str
    WHY: str
    FORMULA: str
    SOURCE: str
    READS: tuple[str, ...]
    MAKES: tuple[str, ...]
    run: Callable[..., Result]
    make: Callable[..., Any]
    measure: Callable[..., Result]


def question(analysis: Analysis) -> str:
    """The question it answers: the first line of its docstring."""
    return analysis.__doc__.strip().splitlines()[0]


def name(analysis: Analysis) -> str:
    """Its name: that of its file."""
    return analysis.__name__.rpartition(".")[2]
