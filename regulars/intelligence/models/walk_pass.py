"""The walk behind ``journey.replay`` as one compiled pass, customer after customer: the same bits as ``walk``, which defines it.

Only what decides is worked out. A regularity is asked for when a day or a move hangs on it, a survival only of whoever is in
pre-divorce, and by comparison with the line. Logarithms of amounts and intervals are numpy's; the ones compared for the most likely
regularity are not, so whoever comes so near to a line that the last bit might decide is left to ``walk``.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

import numpy as np
from numba import njit

from regulars.intelligence.models.compiled import Function, compiled
from regulars.intelligence.models.journey import NEVER, RECENT, Cause, Stage
from regulars.intelligence.models.rhythm import MEMORY, REGULARITIES
from regulars.intelligence.models.walk_lines import (
    BEGINS,
    CONSTANT,
    DEEP,
    ENDS,
    FIRST,
    GONE,
    KNOWN,
    LATE,
    SCALE,
    SETTLED,
    TARDY,
    USUAL,
    VARIANCE,
    WEIGHT,
    Lines,
)  # fmt: skip

NEAR: Final = 1e-8
MOST_MOVES: Final = 5
"""Moves that one purchase and the silence behind it can bring."""
OWN_FREEDOM: Final = 3.0
_STAGE, _PREVIOUS, _SINCE, _CAUSE, _BACK, _SHRUNK = range(6)
_TOTAL, _LOGS, _RATE, _AMOUNTS, _RETURNED = range(6, 11)
_FOUND: Final = 11
_MONEY: Final = 14
_PACE: Final = 21
_SEEN, _WEIGHT, _SUM, _SQUARES = range(RECENT, RECENT + 4)
_STATE: Final = 28
ENDED: Final = 11
"""Columns of the state at the end: stage, previous, since, cause, (2 inner ones,) total, logs, rate, amounts, returned after."""
_RECRUIT, _WELCOME, _NEW, _STEADY, _INTENSIFY, _PRE_DIVORCE, _DIVORCE, _RECOVERY = map(int, Stage)
(
    _FIRST, _SECOND, _NO_SECOND, _KNOWN, _GROWING, _GROWTH_OVER, _COMPLAINT,
    _SILENT, _SHRINKING, _DECLINE_OVER, _GONE, _BACK_AGAIN, _ESTABLISHED, _AFTER_ALL,
) = map(int, Cause)  # fmt: skip
_NU: Final = REGULARITIES.copy()
_UNSURE: Final = -1
_UNASKED: Final = -2


def inlined(function: Function) -> Function:
    """Compile into whoever calls: a call would count the references to every table."""
    return cast("Function", njit(cache=True, nogil=True, forceinline=True, error_model="numpy")(function))


class Limits(NamedTuple):
    """The rules that are compared with in the loop."""

    enter: float
    leave: float
    change: float
    grace: float
    purchases_back: int
    today: int


@inlined
def _which(lines: Lines, k: int, c: int, total: float, logs: float) -> int:
    """The most likely regularity after k intervals; unsure when two are as likely."""
    if k == 0:
        return int(lines.by[c, FIRST])
    row, best, second, which = lines.row[k, c], -np.inf, -np.inf, 0
    for n in range(len(_NU)):
        score = (
            lines.table[row, n, CONSTANT]
            + (_NU[n] - 1.0) * logs
            - lines.table[row, n, WEIGHT] * np.log(lines.by[c, SCALE + n] + total)
        )
        if score > best:
            best, second, which = score, best, n
        elif score > second:
            second = score
    return which if best - second > NEAR else _UNSURE


@inlined
def _add(now: Any, at: int, value: float) -> None:
    """One more value; the oldest of the recent ones joins the rest."""
    if now[at + _SEEN] >= RECENT:
        oldest = now[at]
        now[at + _WEIGHT] = now[at + _WEIGHT] * MEMORY + 1.0
        now[at + _SUM] = now[at + _SUM] * MEMORY + oldest
        now[at + _SQUARES] = now[at + _SQUARES] * MEMORY + oldest * oldest
    now[at], now[at + 1], now[at + 2] = now[at + 1], now[at + 2], value
    now[at + _SEEN] += 1.0


@inlined
def _change(now: Any, at: int, variance: float) -> tuple[float, float]:
    """Difference of the means (recent − former) and its variance."""
    weight = now[at + _WEIGHT]
    if not weight > RECENT - 0.5:
        return np.nan, 1.0
    mean = now[at + _SUM] / weight
    within = now[at + _SQUARES] - weight * (mean * mean)
    if within < 0.0:  # noqa: PLR1730 -- NaN stays NaN
        within = 0.0
    own = (OWN_FREEDOM * variance + within) / (OWN_FREEDOM + weight)
    return ((now[at] + now[at + 1]) + now[at + 2]) / RECENT - mean, own * (1.0 / RECENT + 1.0 / weight)


@inlined
def _growth(z: float, rate: float, entered: bool, limits: Limits) -> int:
    """Whether the rate of spending (``z`` and ``rate`` turned round for a decline) is beyond the line; unsure beside it."""
    if entered:
        return 1 if z >= limits.leave else 0
    if not z >= limits.enter:
        return 0
    return 1 if rate >= limits.change else 0


@inlined
def _beside(change: float, limits: Limits) -> bool:
    """Whether a last bit might decide on growth or decline."""
    return abs(abs(change) - limits.change) < NEAR


@inlined
def _rarer(lines: Lines, line: int, k: int, c: int, which: int, total: float, gap: float) -> int:  # noqa: PLR0917 -- compiled code takes what it needs one by one
    """Whether at most the share behind ``line`` of the intervals lasts longer than ``gap``."""
    row, days = lines.row[k, c], lines.by[c, SCALE + which] + total
    rest = days / (days + gap)
    if rest < lines.table[row, which, line]:
        return 1
    return 0 if rest > lines.table[row, which, line + 1] else _UNSURE


@inlined
def _settled(was: int, known: bool, complaint: bool, tardy: bool) -> int:
    """Why somebody is where he is who neither came back nor grows nor shrinks."""
    if was == _RECOVERY:
        return _ESTABLISHED
    if was == _INTENSIFY:
        return _COMPLAINT if complaint else _GROWTH_OVER
    if was == _PRE_DIVORCE:
        return _AFTER_ALL if tardy else _DECLINE_OVER
    return _KNOWN if known else _SECOND


@inlined
def _decide(now: Any, known: bool, returning: bool, tardy: bool, growing: bool, falling: bool, complaint: bool, limits: Limits) -> tuple[int, int]:  # noqa: PLR0917 -- compiled code takes what it needs one by one  # fmt: skip
    """The stage after a purchase that is not the first, and its cause."""
    was = int(now[_STAGE])
    now[_BACK] = 0 if returning else now[_BACK] + 1
    now[_SHRUNK] = 0
    if returning or (was == _RECOVERY and now[_BACK] < limits.purchases_back):
        return _RECOVERY, _BACK_AGAIN
    if known and falling:
        now[_SHRUNK] = 1
        return _PRE_DIVORCE, _SHRINKING
    if known and growing:
        return _INTENSIFY, _GROWING
    return _STEADY if known else _NEW, _settled(was, known, complaint, tardy)


@inlined
def _note(noted: Any, at: int, who: int, day: int, target: int, cause: int, k: int, silence: float, usual: float, now: Any) -> int:  # noqa: PLR0917 -- as above  # fmt: skip
    """One move; where the next one goes."""
    noted[at, 0], noted[at, 1], noted[at, 2], noted[at, 3] = who, day, now[_STAGE], target
    noted[at, 4], noted[at, 5], noted[at, 6], noted[at, 7] = cause, k + 1, silence, usual
    noted[at, 8], noted[at, 9] = now[_RATE], now[_AMOUNTS]
    now[_PREVIOUS], now[_STAGE], now[_SINCE], now[_CAUSE] = now[_STAGE], target, day, cause
    return at + 1


@inlined
def _may_cross(lines: Lines, line: int, row: int, c: int, total: float, room: int) -> bool:
    """Whether anybody with this sum of intervals could cross a line within so many days."""
    for n in range(len(_NU)):  # noqa: SIM110 -- compiled
        if lines.table[row, n, line] * (lines.by[c, SCALE + n] + total) <= room:
            return True
    return False


@inlined
def _cross(lines: Lines, k: int, c: int, which: int, day: int, until: int, now: Any, limits: Limits) -> int:  # noqa: PLR0917 -- as above  # fmt: skip
    """First days on which the return is overdue, late, gone; the regularity on the day of purchase as far as asked for."""
    begin, total = c, now[_TOTAL]
    now[_FOUND] = now[_FOUND + 1] = now[_FOUND + 2] = NEVER
    while c < len(lines.by) and (c == begin or np.int64(lines.by[c, BEGINS]) <= until - 1):
        row: Any = lines.row[k, c]
        end: Any = min(until, np.int64(lines.by[c, ENDS]))
        line = LATE if now[_FOUND + 1] == NEVER else GONE
        if k == 0 or _may_cross(lines, line, row, c, total, end - day):
            here = which if c == begin and which != _UNASKED else _which(lines, k, c, total, now[_LOGS])
            if here == _UNSURE:
                return _UNSURE
            if c == begin:
                which = here
            days = lines.by[c, SCALE + here] + total
            usual, late = lines.table[row, here, USUAL] * days, lines.table[row, here, LATE] * days
            lengths = (usual, late, max(lines.table[row, here, GONE] * days, late + limits.grace * usual))
            for n in range(3):
                reached = max(day + np.int64(np.ceil(lengths[n])), np.int64(lines.by[c, BEGINS]))
                if reached < end and now[_FOUND + n] == NEVER:
                    now[_FOUND + n] = reached
        if now[_FOUND + 2] != NEVER and now[_FOUND + 1] != NEVER and (k > 0 or now[_FOUND] != NEVER):
            break
        c += 1
    return which


@inlined
def _age(lines: Lines, limits: Limits, noted: Any, at: int, who: int, k: int, c: int, which: int, day: int, until: int, complaint: int, now: Any) -> int:  # noqa: PLR0917 -- as above  # fmt: skip
    """What silence does until the next purchase, or until today; where the next move goes, or unsure."""
    which = _cross(lines, k, c, which, day, until, now, limits) if day < until else which
    if day >= until:
        now[_FOUND] = now[_FOUND + 1] = now[_FOUND + 2] = NEVER
    expected, late, gone = int(now[_FOUND]), int(now[_FOUND + 1]), int(now[_FOUND + 2])
    waited = k == 0 and expected < until and expected < late and expected < gone
    upset = now[_STAGE] == _INTENSIFY and complaint < until and complaint < late
    if which == _UNASKED and (waited or upset or late < until or gone < until):
        which = _which(lines, k, c, now[_TOTAL], now[_LOGS])
    if which == _UNSURE:
        return _UNSURE
    usual = np.nan
    if which >= 0 and day < until:
        usual = lines.table[lines.row[k, c], which, USUAL] * (lines.by[c, SCALE + which] + now[_TOTAL])
    if waited:
        at = _note(noted, at, who, expected, _NEW, _NO_SECOND, k, float(expected - day), usual, now)
    if upset:
        at = _note(noted, at, who, complaint, _STEADY, _COMPLAINT, k, float(complaint - day), usual, now)
    if late < until and late < gone and now[_STAGE] != _PRE_DIVORCE:
        at = _note(noted, at, who, late, _PRE_DIVORCE, _SILENT, k, float(late - day), usual, now)
    if late < until:
        now[_SHRUNK] = 0
    if gone < until:
        at = _note(noted, at, who, gone, _DIVORCE, _GONE, k, float(gone - day), usual, now)
    return at


@inlined
def _purchase(lines: Lines, limits: Limits, noted: Any, at: int, who: int, k: int, c: int, day: int, gap: float, log_gap: float, amount: float, complaint: bool, now: Any) -> tuple[int, int]:  # noqa: PLR0917 -- as above  # fmt: skip
    """A purchase that is not the first; where the next move goes, or unsure, and the regularity as far as asked for."""
    tardy = returning = 0
    was = int(now[_STAGE])
    if was == _PRE_DIVORCE:
        before = _which(lines, k - 1, c, now[_TOTAL], now[_LOGS])
        if before == _UNSURE:
            return _UNSURE, _UNSURE
        tardy = _rarer(lines, TARDY, k - 1, c, before, now[_TOTAL], gap)
        if not now[_SHRUNK]:
            returning = _rarer(lines, DEEP, k - 1, c, before, now[_TOTAL], gap)
    elif was == _DIVORCE:
        returning = 1
    now[_TOTAL], now[_LOGS] = MEMORY * now[_TOTAL] + gap, MEMORY * now[_LOGS] + log_gap
    _add(now, _MONEY, amount)
    _add(now, _PACE, log_gap)
    amounts, amounts_variance = _change(now, _MONEY, lines.by[c, VARIANCE])
    gaps, gaps_variance = _change(now, _PACE, lines.by[c, VARIANCE + 1])
    rate = amounts - gaps
    now[_RATE], now[_AMOUNTS] = rate, amounts
    z = rate / np.sqrt(amounts_variance + gaps_variance)
    z = 0.0 if np.isnan(z) else z
    change = 0.0 if np.isnan(rate) else np.expm1(min(max(rate, -5.0), 5.0))
    row = lines.row[k, c]
    which, known = _UNASKED, lines.table[row, 0, SETTLED] == 1
    if lines.table[row, 0, SETTLED] < 0:
        which = _which(lines, k, c, now[_TOTAL], now[_LOGS])
        known = which >= 0 and lines.table[row, which, KNOWN] > 0
    if (
        min(which, 0) == _UNSURE
        or min(tardy, returning) == _UNSURE
        or (abs(z) >= limits.enter and _beside(change, limits))
    ):
        return _UNSURE, _UNSURE
    growing = _growth(z, change, was == _INTENSIFY, limits) == 1 and not complaint
    falling = _growth(-z, -change, now[_SHRUNK] == 1, limits) == 1
    target, cause = _decide(now, known, returning == 1, tardy == 1, growing, falling, complaint, limits)
    if returning == 1:
        now[_RETURNED] = gap
        now[_MONEY:] = 0.0
    if target != was:
        which = _which(lines, k, c, now[_TOTAL], now[_LOGS]) if which == _UNASKED else which
        if which == _UNSURE:
            return _UNSURE, _UNSURE
        usual = lines.table[row, which, USUAL] * (lines.by[c, SCALE + which] + now[_TOTAL])
        at = _note(noted, at, who, day, target, cause, k, gap, usual, now)
    return at, which


@compiled
def walk_all(lines: Lines, limits: Limits, noted: Any, starts: Any, day: Any, amount: Any, log_gap: Any, complaint: Any, complained: Any, ended: Any, unsure: Any) -> int:  # noqa: PLR0917 -- as above  # fmt: skip
    """Walk everybody; the number of moves. Whoever is ``unsure`` has none."""
    at = 0
    now = np.zeros(_STATE)
    for who in range(len(starts) - 1):
        begin, c, which = at, 0, 0
        now[:] = 0.0
        now[_STAGE], now[_PREVIOUS], now[_RATE], now[_AMOUNTS] = _RECRUIT, -1, np.nan, np.nan
        for n in range(starts[who], starts[who + 1]):
            k = n - starts[who]
            while c < len(lines.by) - 1 and np.int64(lines.by[c, ENDS]) <= day[n]:
                c += 1
            if k == 0:
                _add(now, _MONEY, amount[n])
                at, which = (
                    _note(noted, at, who, day[n], _WELCOME, _FIRST, 0, 0.0, np.nan, now),
                    _UNASKED,
                )
            else:
                gap = float(day[n] - day[n - 1])
                at, which = _purchase(lines, limits, noted, at, who, k, c, day[n], gap, log_gap[n], amount[n], complaint[n], now)  # fmt: skip
            if at >= 0:
                until = day[n + 1] if n + 1 < starts[who + 1] else limits.today + 1
                at = _age(lines, limits, noted, at, who, k, c, which, day[n], until, complained[n], now)  # fmt: skip
            if at < 0:
                at, unsure[who] = begin, True
                break
        for n in range(ENDED):
            ended[who, n] = now[n]
    return at
