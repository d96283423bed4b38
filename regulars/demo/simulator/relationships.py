"""The course of every relationship, week by week: who orders when, who grows, slips, leaves and returns.

Orders of a customer are a renewal process with Erlang gaps in the customer's own time, which runs at
``rate × state factor × season``. Beneath it a state (``model.State``) changes by hazards that bad service raises. The
true stage follows from state and time alone, never from an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.demo.simulator import model
from regulars.demo.simulator.arrays import NEVER, Bytes, Days, Flags, Floats, Ints, choose
from regulars.demo.simulator.model import DAYS, WEEKS, YEAR, Kind, State, TrueStage

NOT_YET = -1
"""Stage before the company knew of the customer."""


@dataclass
class People:
    """What is true of each customer from the beginning; one element each."""

    kind: Ints
    rate: Floats  # orders a year at the start
    regularity: Floats  # Erlang shape of the gaps
    level: Floats  # spend level, 1 in the middle
    trend: Floats  # yearly change of the logarithm of spend
    satisfaction: Floats
    lead_at: Days
    first_at: Days  # the first order, NEVER for those who never buy
    referred: Flags


@dataclass
class Orders:
    """Orders in the order of time."""

    customer: Ints
    at: Days
    state: Bytes
    bad: Flags  # badly served


@dataclass
class Complaints:
    """Complaints; ``settled_at`` may lie after today: still open."""

    customer: Ints
    order_at: Days
    opened_at: Days
    settled_at: Days
    mishandled: Flags


@dataclass
class Course:
    """What came of it."""

    orders: Orders
    complaints: Complaints
    stages: Bytes  # (customers, WEEKS + 1): the true stage at the start and after each week
    state: Bytes  # now
    rate: Floats  # orders a year now, in the steady state
    satisfaction: Floats  # now
    left_at: Days  # the last time of leaving, NEVER when they never left
    returned_at: Days  # the last time of coming back, -NEVER when there was none
    referrer: Ints  # who brought them, -1 when nobody did


def draw_people(rng: np.random.Generator, size: int) -> People:
    """Draw ``size`` customers and the moments of first contact and first order."""
    kind = choose(rng, model.column("share"), size)
    shape, regularity = model.column("rate_shape")[kind], model.column("regularity")[kind]
    rate = rng.gamma(shape, model.column("rate")[kind] / shape)
    surge = 1 + (model.OPENING_SURGE - 1) * np.exp(-np.arange(WEEKS) / model.OPENING_WEEKS)
    lead_at = 7.0 * (choose(rng, surge, size) + rng.random(size))
    prospect = kind == Kind.PROSPECT
    ago = rng.exponential(model.PROSPECT_RECENCY * DAYS, size) % DAYS
    lead_at = np.where(prospect, DAYS - ago, lead_at)
    delay = np.where(rng.random(size) < model.ORDERS_AT_ONCE, 0.0, rng.exponential(model.column("delay")[kind]))
    return People(
        kind=kind,
        rate=np.maximum(rate, 0.2),
        regularity=regularity,
        level=np.exp(rng.normal(0, 1, size) * model.column("spend_sigma")[kind]),
        trend=rng.normal(0, model.TREND_SIGMA, size),
        satisfaction=rng.beta(*model.SATISFACTION, size),
        lead_at=lead_at,
        first_at=np.where(prospect, NEVER, lead_at + delay),
        referred=~prospect & (kind != Kind.CORPORATE) & (rng.random(size) < model.REFERRED),
    )


def live(rng: np.random.Generator, people: People, seasons: Floats) -> Course:
    """Let ``people`` live through all weeks; ``seasons`` is ``seasons.intensity``."""
    life = _Life(rng, people)
    stages = np.full((len(people.kind), WEEKS + 1), NOT_YET, np.int8)
    for week in range(WEEKS):
        newly = life.keep_appointments(week)
        life.buy(week, seasons[:, week], newly)
        life.change(7.0 * (week + 1))
        stages[:, week + 1] = life.stage(7.0 * (week + 1))
    return life.course(stages)


class _Life:
    """The state of everybody at the present week."""

    def __init__(self, rng: np.random.Generator, people: People) -> None:
        size = len(people.kind)
        self.rng, self.people = rng, people
        self.state = np.full(size, State.STRANGER, np.int8)
        self.rate, self.satisfaction = people.rate.copy(), people.satisfaction.copy()
        self.gap, self.appointed = np.zeros(size), people.first_at.copy()
        self.until = np.full(size, NEVER)
        self.sore_from, self.sore_until, self.sore = np.full(size, NEVER), np.full(size, -NEVER), np.ones(size)
        self.left_at, self.returned_at = np.full(size, NEVER), np.full(size, -NEVER)
        cycle = YEAR / people.rate
        self.cycle = cycle
        self.welcome_until = people.first_at + np.clip(cycle, *model.WELCOME_DAYS)
        self.known_from = people.first_at + np.clip(model.KNOWING_CYCLES * cycle, *model.KNOWING_DAYS)
        self.recovery_days = np.clip(model.RECOVERY_CYCLES * cycle, *model.RECOVERY_DAYS)
        self.placed: list[tuple[Ints, Days, Bytes, Flags]] = []
        self.complained: list[tuple[Ints, Days, Days, Days, Flags]] = []

    def keep_appointments(self, week: int) -> Ints:
        """First orders, and the orders by which people come back."""
        due = np.flatnonzero(self.appointed < 7.0 * (week + 1))
        at, back = self.appointed[due], self.state[due] == State.LEFT
        self.appointed[due], self.state[due] = NEVER, State.STEADY
        self.returned_at[due[back]] = at[back]
        self.gap[due] = self._gaps(due)
        self._place(due, at)
        leaves = (self.people.kind[due] == Kind.ONE_OFF) & ~back & (self.rng.random(len(due)) < model.ONE_OFF_LEAVES)
        self._leave(due[leaves], at[leaves])
        return due

    def buy(self, week: int, season: Floats, newly: Ints) -> None:
        """Repeat orders of everybody who is with us, except who ordered by appointment this week."""
        with_us = (self.state >= State.STEADY) & (self.state <= State.SLIPPING)
        with_us[newly] = False
        who = np.flatnonzero(with_us)
        pace = self.rate[who] * model.RATE_FACTOR[self.state[who]] * season[self.people.kind[who]] * 7 / YEAR
        elapsed = np.zeros(len(who))
        while len(who):
            elapsed += self.gap[who]
            due = elapsed <= pace
            self.gap[who[~due]] = elapsed[~due] - pace[~due]
            who, pace, elapsed = who[due], pace[due], elapsed[due]
            self._place(who, 7.0 * (week + elapsed / pace))
            self.gap[who] = self._gaps(who)

    def change(self, now: float) -> None:
        """Phases that end, and hazards over the past week."""
        fate = self.rng.random(len(self.state))
        ended = self.until <= now
        slipped, grown = ended & (self.state == State.SLIPPING), ended & (self.state == State.GROWING)
        self.state[slipped | grown], self.until[ended] = State.STEADY, NEVER
        self.rate[grown] *= model.AFTER_GROWTH
        self._leave(np.flatnonzero(slipped & (fate < model.SLIP_LEAVES)), now)
        steady = (self.state == State.STEADY) & ~ended & (now > self.welcome_until)
        unhappy = np.exp(model.SATISFACTION_SLOPE * (model.SATISFACTION_MEAN - self.satisfaction))
        sore = np.where((self.sore_from <= now) & (now < self.sore_until), self.sore, 1.0)
        kind, week = self.people.kind, 7 / YEAR
        slip = -np.expm1(-model.column("slip")[kind] * unhappy * sore * week)
        grow = -np.expm1(-model.column("grow")[kind] / unhappy * week) * (now > self.known_from)
        able = steady | ((self.state == State.GROWING) & ~ended)
        self._enter(np.flatnonzero(able & (fate < slip)), State.SLIPPING, now, model.SLIP_CYCLES, model.SLIP_DAYS)
        self._enter(
            np.flatnonzero(steady & (fate >= slip) & (fate < slip + grow)),
            State.GROWING,
            now,
            model.GROW_CYCLES,
            model.GROW_DAYS,
        )
        gone = (self.state == State.LEFT) & (self.appointed == NEVER) & (self.left_at < now)
        back = np.flatnonzero(gone & (fate > np.exp(-model.column("come_back")[kind] * week)))
        self.appointed[back] = now + 7 * self.rng.random(len(back))

    def stage(self, now: float) -> Bytes:
        """The true stage of everybody at ``now``: the one definition (docs/demo.md)."""
        return np.select(
            [
                now < self.people.lead_at,
                now < self.people.first_at,
                now < self.welcome_until,
                self.state == State.LEFT,
                self.state == State.SLIPPING,
                now < self.returned_at + self.recovery_days,
                now < self.known_from,
                self.state == State.GROWING,
            ],
            [
                NOT_YET, TrueStage.RECRUIT, TrueStage.WELCOME, TrueStage.DIVORCE, TrueStage.PRE_DIVORCE, TrueStage.RECOVERY,
                TrueStage.GETTING_TO_KNOW, TrueStage.INTENSIFY,
            ],
            TrueStage.ACCOUNT_MANAGEMENT,
        ).astype(np.int8)  # fmt: skip

    def course(self, stages: Bytes) -> Course:
        """What has happened, in the order of time."""
        who, at, state, bad = (np.concatenate(part) for part in zip(*self.placed, strict=True))
        by_time = np.lexsort((who, at))
        complaints = Complaints(*(np.concatenate(part) for part in zip(*self.complained, strict=True)))
        latest = np.argsort(complaints.opened_at)[-max(2, len(self.state) // model.STILL_OPEN) :]
        complaints.settled_at[latest] = np.maximum(complaints.settled_at[latest], DAYS + 1.0)
        return Course(
            orders=Orders(who[by_time], at[by_time], state[by_time], bad[by_time]),
            complaints=complaints,
            stages=stages,
            state=self.state,
            rate=self.rate,
            satisfaction=self.satisfaction,
            left_at=self.left_at,
            returned_at=self.returned_at,
            referrer=self._referrers(),
        )

    def _gaps(self, who: Ints) -> Floats:
        shape = self.people.regularity[who]
        return self.rng.gamma(shape) / shape

    def _leave(self, who: Ints, at: Days | float) -> None:
        self.state[who], self.left_at[who], self.until[who] = State.LEFT, at, NEVER

    def _enter(self, who: Ints, state: State, now: float, cycles: float, bounds: tuple[float, float]) -> None:
        mean = np.clip(cycles * YEAR / self.rate[who], *bounds)
        self.state[who] = state
        self.until[who] = now + mean * self.rng.gamma(model.PHASE_SHAPE, 1 / model.PHASE_SHAPE, len(who))

    def _place(self, who: Ints, at: Days) -> None:
        bad = self.rng.random(len(who)) < model.BAD_SERVICE
        self.placed.append((who, at, self.state[who].copy(), bad))
        hurt, then = who[bad], at[bad]
        size = len(hurt)
        says_so, mishandled = self.rng.random(size) < model.COMPLAINS, self.rng.random(size) < model.MISHANDLED
        opened = then + self.rng.gamma(*model.COMPLAINT_AFTER, size)
        usual, late = self.rng.gamma(*model.SETTLED_AFTER, size), self.rng.gamma(*model.MISHANDLED_AFTER, size)
        self.sore_from[hurt] = np.where(says_so, opened, then)
        self.sore_until[hurt] = self.sore_from[hurt] + model.SORE_DAYS
        self.sore[hurt] = np.where(
            ~says_so, model.SORE_SILENT, np.where(mishandled, model.SORE_MISHANDLED, model.SORE_SETTLED)
        )
        repaired = np.where(says_so & ~mishandled, model.GOOD_REPAIR, 0.0)
        self.satisfaction[hurt] = np.minimum(1.0, self.satisfaction[hurt] * model.BAD_LOWERS + repaired)
        heard = says_so & (opened < DAYS)
        settled = opened + np.where(mishandled, late, usual)
        self.complained.append((hurt[heard], then[heard], opened[heard], settled[heard], mishandled[heard]))

    def _referrers(self) -> Ints:
        """For the referred: somebody satisfied who had bought before, anyone alike."""
        people = self.people
        able = np.flatnonzero(
            (people.satisfaction >= model.REFERRER_SATISFACTION)
            & (people.kind != Kind.CORPORATE)
            & (people.first_at < DAYS)
        )
        able = able[np.argsort(people.first_at[able], kind="stable")]
        referrer = np.full(len(people.kind), -1, np.int64)
        referred = np.flatnonzero(people.referred & (people.first_at < DAYS))
        candidates = np.searchsorted(people.first_at[able], people.lead_at[referred])
        pick = (self.rng.random(len(referred)) * candidates).astype(np.int64)
        found = candidates > 0
        referrer[referred[found]] = able[pick[found]]
        return referrer
