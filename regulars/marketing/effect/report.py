"""The report of an experiment as plain data: what is shown, told by the API, and kept for lists."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

State = Literal["waiting", "alarm", "little", "open", "more", "less"]
"""Nobody in it · groups that are not as large as they were meant to be · too few to say anything · 0 is possible · told."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What the act cost, in minor units: for each who took the offer up, for all contacts together, and once.

    ``takers`` is how many took it up; None: all in the treated arms who ordered.
    """

    offer_per_taker: int = 0
    contact_total: int = 0
    fixed: int = 0
    takers: int | None = None


@dataclass(frozen=True, slots=True)
class Between:
    """An estimate and its bounds, which are None while nothing may be said."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """So many units in an arm, where ``expected`` were meant to be."""

    code: str
    units: int
    expected: float


@dataclass(frozen=True, slots=True)
class Line:
    """Treated less control for one measure: a unit, and all treated together (``total``).

    ``plain`` and ``plain_se`` are the difference and its standard error without adjustment, ``saved`` the share of variance that
    adjusting took away. ``name`` is set for a column of a file.
    """

    code: str
    kind: str
    treated: float
    control: float
    effect: float
    se: float
    plain: float
    plain_se: float
    treated_mean: float
    control_mean: float
    low: float | None
    high: float | None
    p: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    saved: float
    units: int
    guardrail: bool = False
    name: str = ""

    @property
    def total(self) -> Between:
        """Over all treated units: customers, or minor units."""
        low, high = (None if bound is None else bound * self.units for bound in (self.low, self.high))
        return Between(self.effect * self.units, low, high)

    @property
    def tells(self) -> bool:
        """Whether 0 is out of question."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Pair:
    """``arm`` less ``other`` for one measure, all pairs sharing one probability of error."""

    arm: str
    other: str
    line: Line


@dataclass(frozen=True, slots=True)
class Money:
    """What it earned, in minor units; ``basis`` is margin, or revenue where no costs of goods are known."""

    basis: str
    margin: Between
    cost: int
    net: Between
    back: Between | None
    forgone: Between


@dataclass(frozen=True, slots=True)
class Reached:
    """The effect on each unit that the act reached; ``share`` of the treated were."""

    share: float
    effect: Between


@dataclass(frozen=True, slots=True)
class Point:
    """What it had brought by then, over all treated."""

    at: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is said of an experiment. Money in minor units of ``currency``; moments in ISO 8601, UTC.

    ``primary`` is the code of the declared measure; ``lines`` compare all treated with control. ``pairs`` and ``contenders`` are
    filled where there are several variants; ``best`` is the one that is told to be better than all others. ``ratio_p`` is that of
    the sample-ratio test. ``days_left`` is a guess when it could be told. ``without_contaminated`` is the primary line
    without ``contaminated`` units; ``split_households`` counts households in which some were treated and others left alone.
    """

    experiment: int
    origin: str
    name: str
    layer: str
    state: State
    primary: str
    unit: str
    currency: str
    began_at: str
    ended_at: str
    as_of: str
    arms: tuple[Arm, ...] = ()
    ratio_p: float | None = None
    lines: tuple[Line, ...] = ()
    pairs: tuple[Pair, ...] = ()
    contenders: tuple[str, ...] = ()
    best: str = ""
    money: Money | None = None
    reached: Reached | None = None
    days_left: int | None = None
    contaminated: int = 0
    without_contaminated: Line | None = None
    split_households: int = 0
    picture: tuple[Point, ...] = field(default=())

    @property
    def headline(self) -> Line | None:
        """The line of the measure that was declared first."""
        return self.line(self.primary)

    def line(self, code: str) -> Line | None:
        """The line of a measure."""
        return next((one for one in self.lines if one.code == code), None)

    @property
    def blocked(self) -> bool:
        """Whether no effect may be told because the groups came out wrong."""
        return self.state == "alarm"

    @property
    def running(self) -> bool:
        """Whether outcomes still come in."""
        return not self.ended_at

    @property
    def treated(self) -> int:
        """Units in all arms but control."""
        return sum(arm.units for arm in self.arms if arm.code != "control")

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        told = asdict(self)
        lines = [*self.lines, *(pair.line for pair in self.pairs)]
        for line, shown in zip(lines, [*told["lines"], *(pair["line"] for pair in told["pairs"])], strict=True):
            shown["total"] = asdict(line.total)
        return told

    def brief(self) -> dict[str, Any]:
        """What a list keeps of it."""
        return asdict(replace(self, pairs=(), picture=()))

    @classmethod
    def of_brief(cls, told: dict[str, Any]) -> Self:
        """As ``brief`` gave it."""
        held = {
            **told,
            "arms": tuple(Arm(**one) for one in told["arms"]),
            "lines": tuple(Line(**one) for one in told["lines"]),
            "contenders": tuple(told["contenders"]),
            "money": _money(told["money"]),
            "reached": told["reached"] and Reached(told["reached"]["share"], Between(**told["reached"]["effect"])),
            "without_contaminated": told["without_contaminated"] and Line(**told["without_contaminated"]),
            "pairs": (),
            "picture": (),
        }
        return cls(**held)

    def moment(self, name: str) -> datetime | None:
        """One of its moments."""
        told = getattr(self, name)
        return datetime.fromisoformat(told) if told else None


def _money(told: dict[str, Any] | None) -> Money | None:
    if told is None:
        return None
    back = told["back"] and Between(**told["back"])
    parts = {name: Between(**told[name]) for name in ("margin", "net", "forgone")}
    return Money(told["basis"], parts["margin"], told["cost"], parts["net"], back, parts["forgone"])


@dataclass(frozen=True, slots=True)
class Power:
    """What could be found before anything starts.

    ``usual`` is what happens without the act (share, or minor units a unit), ``once`` the smallest increase found by whoever looks
    once at the end, ``always`` by whoever looks all the time; None where not even the largest would be. ``longer`` and
    ``larger`` are the same as ``always`` with twice the days, and with a control half.
    """

    measure: str
    kind: str
    currency: str
    units: int
    control: int
    days: int
    seen: int
    usual: float
    once: float | None
    always: float | None
    longer: float | None
    larger: float | None

    @property
    def lift(self) -> float | None:
        """The increase that is found, relative to what is usual."""
        return self.always / self.usual if self.always is not None and self.usual > 0 else None
