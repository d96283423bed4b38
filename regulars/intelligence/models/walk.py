"""The walk behind ``journey.replay``: one step per purchase, all customers of a part at once.

This is what a walk is. Where there are many customers, a compiled pass (``walk_part``) comes to the same bits in less time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.journey import (
    MOVED,
    NEVER,
    RECENT,
    Calibration,
    Cause,
    Floats,
    Ints,
    Moves,
    Purchases,
    Stage,
    Standing,
    empty_moves,
    weight_after,
)
from regulars.intelligence.models.rhythm import MEMORY, REGULARITIES, Evidence, Predictive
from regulars.intelligence.models.stage_rules import Rules

PART: Final = 20_000
"""Customers who are walked together: few enough for their purchases to lie in the processor's cache."""
FEWEST: Final = 10_000
"""Customers from whom on loading compiled code pays."""
_OWN_FREEDOM = 3.0
Flags = NDArray[np.bool_]


def walked(bought: Purchases, calibrations: list[Calibration], today: int, rules: Rules) -> tuple[Moves, Standing]:
    """Everybody's walk, part by part, on all processors: nobody's depends on another's."""
    customers = int(bought.customer[-1]) + 1 if len(bought.customer) else 0
    firsts = range(0, max(customers, 1), PART)
    cuts = [*np.searchsorted(bought.customer, firsts), len(bought.customer)]

    walk_some: Callable[..., tuple[Moves, Standing]] = by_definition
    if customers >= FEWEST:
        from regulars.intelligence.models.walk_lines import lines  # noqa: PLC0415 -- only for many customers
        from regulars.intelligence.models.walk_part import walk_part  # noqa: PLC0415 -- as above

        walk_some = partial(walk_part, lines=lines(bought, calibrations, today, rules))

    def walk(part: int) -> tuple[Moves, Standing]:
        rows = slice(cuts[part], cuts[part + 1])
        some = {one.name: getattr(bought, one.name)[rows] for one in fields(bought)}
        some |= {name: some[name].astype(np.int64) for name in ("customer", "day")}
        some["customer"] -= firsts[part]
        moves, standing = walk_some(Purchases(**some), calibrations, today, rules)
        moves.customer[:] += firsts[part]
        return moves, standing

    if len(firsts) == 1:
        return walk(0)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        moves, standings = zip(*pool.map(walk, range(len(firsts))), strict=True)
    rhythm = Predictive(**_joined([one.rhythm for one in standings]))
    return Moves(**_joined(moves)), Standing(**_joined(standings, but="rhythm"), rhythm=rhythm)


def by_definition(
    bought: Purchases, calibrations: list[Calibration], today: int, rules: Rules
) -> tuple[Moves, Standing]:
    """A part's walk, step by step."""
    return Walk(bought, calibrations, today, rules).run()


def _joined(parts: Sequence[Any], but: str = "") -> dict[str, Any]:
    """The columns of parts, end to end; each part lets go of what was taken from it."""
    names = [one.name for one in fields(parts[0]) if one.name != but]
    return {name: np.concatenate([vars(part).pop(name) for part in parts]) for name in names}


class Trend:
    """Recent purchases against former ones, kept step by step: the last few values and weighted sums of the rest."""

    def __init__(self, customers: int) -> None:
        self.recent = np.zeros((RECENT, customers))
        self.seen = np.zeros(customers)
        self.weight = np.zeros(customers)
        self.total = np.zeros(customers)
        self.squares = np.zeros(customers)

    def add(self, m: int, values: Floats) -> None:
        """One more value for each of the first ``m`` customers; the oldest of the recent ones joins the rest."""
        full = self.seen[:m] >= RECENT
        oldest = np.where(full, self.recent[0, :m], 0.0)
        for kept, new in ((self.weight, full), (self.total, oldest), (self.squares, oldest**2)):
            kept[:m] = kept[:m] * np.where(full, MEMORY, 1.0) + new
        self.recent[:-1, :m] = self.recent[1:, :m]
        self.recent[-1, :m] = values
        self.seen[:m] += 1

    def forget(self, who: Ints) -> None:
        """Begin anew for those who have been away: an absence is no trend."""
        self.recent[:, who] = 0.0
        for kept in (self.seen, self.weight, self.total, self.squares):
            kept[who] = 0.0

    def change(self, m: int, variance: float | Floats) -> tuple[Floats, Floats]:
        """Difference of the means (recent − former) and its variance; NaN and 1 while there is too little."""
        weight = self.weight[:m]
        enough = weight > RECENT - 0.5
        safe = np.where(enough, weight, 1.0)
        mean = self.total[:m] / safe
        within = np.maximum(self.squares[:m] - safe * mean**2, 0.0)
        own = (_OWN_FREEDOM * variance + within) / (_OWN_FREEDOM + safe)
        difference = np.where(
            enough, (self.recent[0, :m] + self.recent[1, :m] + self.recent[2, :m]) / RECENT - mean, np.nan
        )
        return difference, np.where(enough, own * (1.0 / RECENT + 1.0 / safe), 1.0)


class Walk:
    """State of all customers, those with most purchases first, so that the active ones are always a prefix."""

    def __init__(self, bought: Purchases, calibrations: list[Calibration], today: int, rules: Rules) -> None:
        self.bought, self.calibrations, self.today, self.rules = bought, calibrations, today, rules
        customers = int(bought.customer[-1]) + 1 if len(bought.customer) else 0
        counts = np.bincount(bought.customer, minlength=customers)
        self.order = np.argsort(-counts, kind="stable")
        self.counts = counts[self.order]
        self.starts = (np.cumsum(counts) - counts)[self.order]
        self.since_days = np.array([one.since for one in calibrations[1:]], np.int64)
        self.stage = np.full(customers, Stage.RECRUIT, np.int64)
        self.previous = np.full(customers, -1, np.int64)
        self.since = np.zeros(customers, np.int64)
        self.cause = np.zeros(customers, np.int64)
        self.back = np.zeros(customers, np.int64)
        self.shrunk = np.zeros(customers, bool)
        self.returned_after = np.zeros(customers)
        self.total = np.zeros(customers)
        self.logs = np.zeros(customers)
        self.change = np.full(customers, np.nan)
        self.amount_change = np.full(customers, np.nan)
        self.z = np.full(customers, np.nan)
        self.amounts, self.intervals = Trend(customers), Trend(customers)
        self.columns = empty_moves()

    def run(self) -> tuple[Moves, Standing]:
        """All steps."""
        steps = int(self.counts[0]) if len(self.counts) else 0
        active = len(self.counts)
        for k in range(steps):
            while self.counts[active - 1] <= k:
                active -= 1
            self._purchase(k, active)
            self._age(k, active)
        return self._moves(), self._standing()

    def _calibration_at(self, days: Ints) -> Ints:
        return np.searchsorted(self.since_days, days, side="right")

    def _own(self, k: int, chosen: Any) -> Evidence:
        """The intervals of customers who have made k + 1 purchases."""
        return Evidence.of(weight_after(k), self.total[chosen], self.logs[chosen])

    def _by_calibration(self, index: Ints) -> Iterator[tuple[Calibration, Ints]]:
        """The calibrations in force on some customers' days, each with the positions of those customers."""
        for number in np.unique(index):
            yield self.calibrations[number], np.flatnonzero(index == number)

    def _purchase(self, k: int, m: int) -> None:
        """Everybody's purchase number k + 1: decide the stage from what was and what is new."""
        at = self.starts[:m] + k
        day, amount = self.bought.day[at], np.log(self.bought.goods[at])
        if k == 0:
            self.amounts.add(m, amount)
            self._move(
                np.arange(m),
                day,
                (Stage.WELCOME, Cause.FIRST_PURCHASE),
                k=k,
                silence=np.zeros(m),
                usual=np.full(m, np.nan),
            )
            return
        gap = (day - self.bought.day[at - 1]).astype(float)
        rare = self._rarity(k, m, day, gap)
        logs = np.log(gap)
        self.total[:m] = MEMORY * self.total[:m] + gap
        self.logs[:m] = MEMORY * self.logs[:m] + logs
        self.amounts.add(m, amount)
        self.intervals.add(m, logs)
        index = self._calibration_at(day)
        self._look_at_trend(m, index)
        usual, known = self._know(k, m, index)
        target, cause = self._decide(m, known, rare, self.bought.complaint_open[at])
        self.returned_after[:m] = np.where((cause == Cause.BACK) & (self.back[:m] == 0), gap, self.returned_after[:m])
        returned = np.flatnonzero((cause == Cause.BACK) & (self.back[:m] == 0))
        self.amounts.forget(returned)
        self.intervals.forget(returned)
        moved = np.flatnonzero(target != self.stage[:m])
        self._move(moved, day[moved], (target[moved], cause[moved]), k=k, silence=gap[moved], usual=usual[moved])

    def _rarity(self, k: int, m: int, day: Ints, gap: Floats) -> Floats:
        """The survival of the interval that has just ended, as it was known while it lasted."""
        rare = np.empty(m)
        for calibration, here in self._by_calibration(self._calibration_at(day)):
            rare[here] = calibration.prior.predict(self._own(k - 1, here)).survival(gap[here])
        return rare

    def _know(self, k: int, m: int, index: Ints) -> tuple[Floats, Flags]:
        """Usual intervals after k + 1 purchases (days), and whose rhythm is known."""
        usual, known = np.empty(m), np.zeros(m, bool)
        for calibration, here in self._by_calibration(index):
            which, (usual[here],) = calibration.prior.intervals_at(self._own(k, here), (0.5,))
            error = 1.0 / np.sqrt(calibration.prior.shape + weight_after(k) * REGULARITIES[which])
            known[here] = (error <= self.rules.pace_within) & (k >= 2)
        return usual, known

    def _look_at_trend(self, m: int, index: Ints) -> None:
        variance = np.array([(one.amount_variance, one.prior.log_variance()) for one in self.calibrations])[index]
        amounts, amounts_variance = self.amounts.change(m, variance[:, 0])
        gaps, gaps_variance = self.intervals.change(m, variance[:, 1])
        rate = amounts - gaps
        self.change[:m] = as_share(rate)
        self.amount_change[:m] = as_share(amounts)
        self.z[:m] = rate / np.sqrt(amounts_variance + gaps_variance)

    def _decide(self, m: int, known: Flags, rare: Floats, complaint: Flags) -> tuple[Ints, Ints]:
        """The stage after a purchase that is not the first, and its cause; rules as docs/stages.md states them."""
        rules, was = self.rules, self.stage[:m]
        z, change = np.nan_to_num(self.z[:m]), np.nan_to_num(self.change[:m])
        growing = (
            np.where(was == Stage.INTENSIFY, z >= rules.leave, (z >= rules.enter) & (change >= rules.change))
            & ~complaint
        )
        falling = np.where(self.shrunk[:m], z <= -rules.leave, (z <= -rules.enter) & (change <= -rules.change))
        returning = (was == Stage.DIVORCE) | ((was == Stage.PRE_DIVORCE) & ~self.shrunk[:m] & (rare <= rules.deep))
        self.back[:m] = np.where(returning, 0, self.back[:m] + 1)
        recovering = returning | ((was == Stage.RECOVERY) & (self.back[:m] < rules.purchases_back))
        choices = [recovering, known & falling, known & growing, known]
        target = np.select(
            choices,
            [Stage.RECOVERY, Stage.PRE_DIVORCE, Stage.INTENSIFY, Stage.ACCOUNT_MANAGEMENT],
            Stage.GETTING_TO_KNOW,
        )
        self.shrunk[:m] = target == Stage.PRE_DIVORCE
        settled = np.select(
            [was == Stage.RECOVERY, was == Stage.INTENSIFY, was == Stage.PRE_DIVORCE, known],
            [Cause.ESTABLISHED, np.where(complaint, Cause.COMPLAINT, Cause.GROWTH_OVER),
             np.where(rare > rules.late, Cause.DECLINE_OVER, Cause.BOUGHT_AFTER_ALL), Cause.RHYTHM_KNOWN],
            Cause.SECOND_PURCHASE,
        )  # fmt: skip
        cause = np.select(choices[:3], [Cause.BACK, Cause.SHRINKING, Cause.GROWING], settled)
        return target.astype(np.int64), cause.astype(np.int64)

    def _age(self, k: int, m: int) -> None:
        """What silence does until the next purchase, or until today."""
        at = self.starts[:m] + k
        day = self.bought.day[at]
        has_next = self.counts[:m] > k + 1
        until = np.where(has_next, self.bought.day[np.minimum(at + 1, len(self.bought.day) - 1)], self.today + 1)
        (expected, late, gone), usual = self._crossings(k, m, day, until)
        if k == 0:
            waited = np.flatnonzero((expected < until) & (expected < late) & (expected < gone))
            self._aged(waited, day, expected, (Stage.GETTING_TO_KNOW, Cause.NO_SECOND_YET), k, usual)
        complaint = self.bought.complaint_day[at]
        upset = np.flatnonzero((self.stage[:m] == Stage.INTENSIFY) & (complaint < until) & (complaint < late))
        self._aged(upset, day, complaint, (Stage.ACCOUNT_MANAGEMENT, Cause.COMPLAINT), k, usual)
        slipping = np.flatnonzero((late < until) & (late < gone) & (self.stage[:m] != Stage.PRE_DIVORCE))
        self._aged(slipping, day, late, (Stage.PRE_DIVORCE, Cause.SILENT), k, usual)
        silent = np.flatnonzero(late < until)
        self.shrunk[silent] = False
        left = np.flatnonzero(gone < until)
        self._aged(left, day, gone, (Stage.DIVORCE, Cause.GONE), k, usual)

    def _crossings(self, k: int, m: int, day: Ints, until: Ints) -> tuple[list[Ints], Floats]:
        """First days on which the first return is overdue, the silence is late, the customer most likely gone; and usual intervals."""
        found, usual = [np.full(m, NEVER, np.int64) for _ in range(3)], np.full(m, np.nan)
        first, last = self._calibration_at(day), self._calibration_at(until - 1)
        for number in range(int(first.min()), int(last.max()) + 1):
            here = np.flatnonzero((first <= number) & (last >= number))
            if not len(here):
                continue
            calibration = self.calibrations[number]
            _, lengths = calibration.prior.intervals_at(self._own(k, here), self._levels(k, calibration))
            usual[here] = np.where(np.isnan(usual[here]), lengths[0], usual[here])
            lengths[2] = np.maximum(lengths[2], lengths[1] + self.rules.grace * lengths[0])
            begins = calibration.since if number else -NEVER
            ends = self.since_days[number] if number < len(self.since_days) else NEVER
            for crossing, length in zip(found, lengths, strict=True):
                reached = np.maximum(day[here] + np.ceil(length).astype(np.int64), begins)
                within = (reached < np.minimum(until[here], ends)) & (crossing[here] == NEVER)
                crossing[here] = np.where(within, reached, crossing[here])
        return found, usual

    def _levels(self, k: int, calibration: Calibration) -> tuple[float, float, float]:
        """The survivals of the silences at which a customer of k + 1 purchases crosses the three lines."""
        rules, leaving = self.rules, calibration.leaving
        late = float(leaving.survival_when_gone(k + 1, rules.likely_leaving))
        gone = float(leaving.survival_when_gone(k + 1, rules.gone))
        return 0.5, min(max(late, rules.improbable), rules.late), min(max(gone, 0.002), rules.beyond)

    def _aged(
        self, chosen: Ints, silent_since: Ints, day: Ints, into: tuple[Stage, Cause], k: int, usual: Floats
    ) -> None:
        on = day[chosen]
        silence = (on - silent_since[chosen]).astype(float)
        self._move(chosen, on, into, k=k, silence=silence, usual=usual[chosen])

    def _move(self, who: Ints, day: Ints, into: tuple[Any, Any], *, k: int, silence: Floats, usual: Floats) -> None:
        """Note that ``who`` moved on ``day`` into a stage for a cause."""
        if not len(who):
            return
        origin, target, cause = self.stage[who], *(np.broadcast_to(one, len(who)) for one in into)
        rows = {
            "customer": self.order[who],
            "day": day,
            "origin": origin,
            "target": target,
            "cause": cause,
            "purchases": np.full(len(who), k + 1),
            "silence": silence,
            "usual": usual,
            "change": self.change[who],
            "amount_change": self.amount_change[who],
        }
        for name, values in rows.items():
            self.columns[name].append(np.array(values))
        self.previous[who], self.stage[who] = origin, target
        self.since[who], self.cause[who] = day, cause

    def _moves(self) -> Moves:
        columns = {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in self.columns.items()}
        order = np.lexsort((columns["day"], columns["customer"]))
        return Moves(**{name: values[order].astype(MOVED.get(name, float)) for name, values in columns.items()})

    def columns_in_order(self) -> dict[str, Any]:
        """What the walk ended with, in the order of the customers' numbers."""
        inverse = np.argsort(self.order, kind="stable")
        names = ("stage", "since", "previous", "cause", "total", "logs", "change", "amount_change", "returned_after")
        return {name: getattr(self, name)[inverse] for name in names}

    def _standing(self) -> Standing:
        inverse = np.argsort(self.order, kind="stable")
        last = self.bought.day[self.starts + self.counts - 1] if len(self.counts) else np.empty(0, np.int64)
        return stand(self.calibrations[-1], self.today, self.counts[inverse], last[inverse], self.columns_in_order())


def stand(now: Calibration, today: int, purchases: Ints, last: Ints, ended: dict[str, Any]) -> Standing:
    """The end of the walk from the columns with which it ``ended``, all in the order of the customers' numbers."""
    most = int(purchases.max()) if len(purchases) else 0
    weight = np.array([weight_after(count) for count in range(most)])[purchases - 1] if most else np.empty(0)
    ended = dict(ended)
    rhythm = now.prior.predict(Evidence(weight, ended.pop("total"), ended.pop("logs")))
    silence = (today - last).astype(float)
    survival = np.where(silence > 0, rhythm.survival(silence), 1.0)
    return Standing(
        **ended, purchases=purchases, last_day=last, silence=silence, rhythm=rhythm, survival=survival,
        gone=now.leaving.gone(purchases, survival), intervals=weight,
    )  # fmt: skip


def as_share(rate: Floats) -> Floats:
    """The change (0.3 = 30 % more) that a difference of logarithms means, within bounds."""
    return np.asarray(np.expm1(np.clip(rate, -5, 5)), float)
