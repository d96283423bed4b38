"""One part of everybody's walk by the compiled pass, put together as ``walk`` would have: the same moves, the same standing."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from regulars.intelligence.models.journey import MOVED, Calibration, Floats, Ints, Moves, Purchases, Standing
from regulars.intelligence.models.stage_rules import Rules
from regulars.intelligence.models.walk import Walk, as_share, stand
from regulars.intelligence.models.walk_lines import Lines
from regulars.intelligence.models.walk_pass import ENDED, MOST_MOVES, Limits, walk_all

_COLUMNS = ("stage", "previous", "since", "cause", "", "", "total", "logs", "change", "amount_change", "returned_after")


def walk_part(
    bought: Purchases, calibrations: list[Calibration], today: int, rules: Rules, lines: Lines
) -> tuple[Moves, Standing]:
    """What ``Walk(…).run()`` gives, bit by bit; ``bought`` with whole numbers of 64 bits."""
    counts = np.bincount(bought.customer)
    if not len(counts) or not counts.all():
        return Walk(bought, calibrations, today, rules).run()
    starts, size = np.r_[0, np.cumsum(counts)], MOST_MOVES * len(bought.day)
    gaps = np.maximum(np.diff(bought.day, prepend=bought.day[0]), 1).astype(float)
    ended = np.zeros((len(counts), ENDED))
    unsure = np.zeros(len(counts), bool)
    noted = np.empty((size, 10))  # pages that nothing is written to take no memory
    limits = Limits(rules.enter, rules.leave, rules.change, rules.grace, rules.purchases_back, today)
    amounts = np.log(bought.goods).astype(float, copy=False)
    made = walk_all(lines, limits, noted, starts, bought.day, amounts, np.log(gaps), np.array(bought.complaint_open, bool), np.array(bought.complaint_day, np.int64), ended, unsure)  # fmt: skip
    columns = {name: ended[:, n].copy() for n, name in enumerate(_COLUMNS) if name}
    for name in ("stage", "previous", "since", "cause"):
        columns[name] = columns[name].astype(np.int64)
    for name in ("change", "amount_change"):
        columns[name] = as_share(columns[name])
    moves = _moves(noted[:made])
    if unsure.any():
        moves = _corrected(moves, columns, unsure, Walk(_of(bought, unsure), calibrations, today, rules))
    last = bought.day[starts[1:] - 1]
    return _in_order(moves), stand(calibrations[-1], today, counts, last, columns)


def _moves(noted: Floats) -> dict[str, Any]:
    """The moves as columns."""
    names = [one.name for one in fields(Moves)]
    moves: dict[str, Any] = {name: noted[:, n].astype(kind) for n, (name, kind) in enumerate(MOVED.items())}
    moves |= {name: noted[:, n].copy() for n, name in enumerate(names[6:8], start=6)}
    return moves | {name: as_share(noted[:, n].copy()) for n, name in enumerate(names[8:], start=8)}


def _of(bought: Purchases, wanted: Any) -> Purchases:
    """The purchases of some customers, who are numbered anew."""
    rows, numbers = wanted[bought.customer], np.cumsum(wanted) - 1
    some = {one.name: getattr(bought, one.name)[rows] for one in fields(bought)}
    return Purchases(**some | {"customer": numbers[some["customer"]]})


def _corrected(moves: dict[str, Any], columns: dict[str, Any], unsure: Any, walk: Walk) -> dict[str, Any]:
    """Put in who was left to ``walk``."""
    who: Ints = np.flatnonzero(unsure)
    theirs, _ = walk.run()
    for name, column in walk.columns_in_order().items():
        columns[name][who] = column
    added = vars(theirs) | {"customer": who[theirs.customer].astype(MOVED["customer"])}
    return {name: np.concatenate((moves[name], added[name])) for name in moves}


def _in_order(moves: dict[str, Any]) -> Moves:
    """By customer and day; mostly they lie so."""
    customer, day = moves["customer"], moves["day"]
    if ((customer[1:] < customer[:-1]) | ((customer[1:] == customer[:-1]) & (day[1:] < day[:-1]))).any():
        order = np.lexsort((day, customer))
        moves = {name: column[order] for name, column in moves.items()}
    return Moves(**moves)
