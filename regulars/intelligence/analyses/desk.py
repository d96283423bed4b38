"""What lies before an analysis, and what earlier ones left there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.intelligence.analyses.base import Json
    from regulars.intelligence.models.journey import Calibration, Moves, Standing
    from regulars.intelligence.warehouse.engine import Engine
    from regulars.intelligence.warehouse.ledger import Horizon


@dataclass
class Desk:
    """What lies before an analysis: the shared tables in ``engine``, up to ``horizon.today``.

    ``calibrations`` are those in force, the newest last. With a ``ruler`` only some customers lie there, to be placed among
    all others as it says. ``purchases`` are those of ``ledger.purchases`` when somebody has read them already; the stages
    let go of them. ``before`` is what analyses found in the run before, by name; ``params`` what the company has set of the
    ``Params`` of analyses, by name.
    ``historical``: the record ended long ago and is judged as of its own end.
    """

    engine: Engine
    horizon: Horizon
    calibrations: list[Calibration] = field(default_factory=list)
    ruler: Ruler | None = None
    purchases: tuple[Any, dict[str, Any]] | None = None
    before: Mapping[str, Json] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    historical: bool = False


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
