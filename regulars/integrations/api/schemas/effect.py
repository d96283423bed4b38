"""Reports of experiments as a program gets them. Money in minor units of ``currency``."""

from __future__ import annotations

from typing import Literal

from ninja import Schema


class Between(Schema):
    """An estimate and bounds that hold however often one looks; no bounds while nothing may be said."""

    value: float
    low: float | None
    high: float | None


class Arm(Schema):
    """So many units in an arm, where so many were meant to be."""

    code: str
    units: int
    expected: float


class Line(Schema):
    """Treated less control for one measure, a unit and in all.

    ``effect`` and ``se`` are adjusted by what units spent before, ``plain`` and ``plain_se`` are not.
    """

    code: str
    name: str
    kind: Literal["rate", "money"]
    guardrail: bool
    units: int
    treated_mean: float
    control_mean: float
    effect: float
    se: float
    low: float | None
    high: float | None
    p: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    plain: float
    plain_se: float
    saved: float
    total: Between


class Pair(Schema):
    """One arm less another for one measure; all pairs share one chance of error."""

    arm: str
    other: str
    line: Line


class Earned(Schema):
    """What it earned before costs that only its campaign knows; ``basis`` is ``margin``, or ``revenue`` where costs are unknown."""

    basis: str
    margin: Between
    forgone: Between


class Reached(Schema):
    """The effect on each unit that was reached."""

    share: float
    effect: Between


class Point(Schema):
    """What it had brought by then, over all treated."""

    at: str
    value: float
    low: float | None
    high: float | None


class ReportOut(Schema):
    """What an experiment found.

    ``state``: ``waiting``, nobody is in it; ``alarm``, the groups are not as large as they were meant to be and no effect is told;
    ``little``, too few to say anything; ``open``, no effect is possible; ``more`` or ``less``. ``said`` is the sentence.
    """

    experiment: int
    origin: str
    name: str
    layer: str
    state: Literal["waiting", "alarm", "little", "open", "more", "less"]
    said: str
    primary: str
    unit: str
    currency: str
    began_at: str
    ended_at: str
    as_of: str
    arms: list[Arm]
    ratio_p: float | None
    lines: list[Line]
    pairs: list[Pair]
    contenders: list[str]
    best: str
    money: Earned | None
    reached: Reached | None
    days_left: int | None
    contaminated: int
    split_households: int
    picture: list[Point]
