"""What goes on inside customer companies: more people on several levels, groups of companies, machines, service contracts.

Drawn after everything else and from numbers of its own, so that all other draws stay as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.demo.simulator.arrays import Days, Floats, Ints
from regulars.demo.simulator.model import DAYS
from regulars.demo.simulator.profiles import Names, draw_names

SPAWN_KEY: Final = 77_003
"""Of the seed sequence: nobody else draws from it."""

CHARTED: Final = 0.35  # of the companies are known with their whole chart
STAFFED: Final = (6, 14)  # people added there, from … to …
CHANGED_HANDS: Final = 0.4  # of those have another general manager since
WITH_MACHINES: Final = 0.4  # of the companies have machines of ours
IN_GROUPS: Final = 4  # of twelve companies belong to one group
GROUP: Final = 12
YEAR: Final = 365.0
NEWCOMERS: Final = 100  # days: companies known for less have no machines yet
SERVED: Final = 0.8  # of the machines stand under a service contract
MACHINE_WARRANTY: Final = (1.0, 2.0)
STATES: Final = {"valid": 0.48, "soon": 0.16, "expired": 0.12, "next_made": 0.1, "ended": 0.07, "to_come": 0.07}
"""Where service contracts stand today."""


@dataclass
class Staffing:
    """People added at companies; ``firm`` and ``under`` are positions (of the company, of the superior; -1 the top)."""

    firm: Ints
    place: Ints  # in the plan of positions
    under: Ints
    since: Floats  # share of the time the company is known, 0 the beginning
    left: Floats  # the same; above 1 for those who are still there
    names: Names


@dataclass
class Machines:
    """Machines at companies with their contract; ``state`` as in ``STATES``, ``none`` without one."""

    firm: Ints
    model: Ints
    installed: Days
    warranty: Days
    retired: Days  # NEVER is infinity
    state: list[str]
    starts: Days
    plan: Ints
    visits: Floats  # share of the visits included that were made


PLAN: Final = (-1, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 7)
"""Under whom the position of each place stands: the general manager, four heads, their people, and theirs."""


def generator(seed: int, start: int | None = None) -> np.random.Generator:
    """The numbers of this part: of the chunk that begins at customer ``start``, or (None) of what comes after all chunks."""
    spawn_key = (SPAWN_KEY,) if start is None else (SPAWN_KEY, start)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))


def draw_staffing(rng: np.random.Generator, companies: int) -> Staffing:
    """Who is added at which company; at some the general manager has changed and the former one is known too."""
    charted = np.flatnonzero(rng.random(companies) < CHARTED)
    if companies and not len(charted):
        charted = np.array([0])
    firm: list[int] = []
    place: list[int] = []
    under: list[int] = []
    since: list[float] = []
    left: list[float] = []
    for company in charted.tolist():
        size, first = int(rng.integers(*STAFFED, endpoint=True)), len(firm)
        changed = rng.random() < CHANGED_HANDS
        day = rng.uniform(0.3, 0.9)
        for number in range(size):
            firm.append(company)
            place.append(number)
            under.append(-1 if PLAN[number] < 0 else first + PLAN[number])
            since.append(day if changed and number == 0 else rng.uniform(0, 0.3))
            left.append(2.0)
        if changed:
            firm.append(company)
            place.append(0)
            under.append(-1)
            since.append(0.0)
            left.append(day)
    born = (365.25 * np.clip(rng.normal(45, 9, len(firm)), 24, 66)).astype(np.int64)
    names = draw_names(rng, born, 0.03)
    return Staffing(
        np.array(firm, int), np.array(place, int), np.array(under, int), np.array(since), np.array(left), names
    )


def draw_groups(companies: int) -> list[tuple[int, int]]:
    """Which company belongs to which: in every dozen the first owns the second and third, the third the fourth."""
    groups = []
    for first in range(0, companies - IN_GROUPS + 1, GROUP):
        groups += [(first + 1, first), (first + 2, first), (first + 3, first + 2)]
    return groups


def draw_machines(rng: np.random.Generator, since: Days, models: int, plans: int) -> Machines:
    """Machines of ours at companies known ``since``; those known longest come first and show every state there is."""
    companies, names = len(since), list(STATES)
    order = np.argsort(since, kind="stable")
    counts = np.where(rng.random(companies) < WITH_MACHINES, rng.integers(1, 4, companies), 0)
    counts = np.where(since[order] < DAYS - NEWCOMERS, counts, 0)
    counts[:3] = np.maximum(counts[:3], 3 if companies >= 3 else len(names))
    firm = np.repeat(order, counts)
    size = len(firm)
    installed = np.floor(rng.uniform(np.minimum(since[firm] + 1, DAYS - 41), DAYS - 40))
    warranty = installed + YEAR * rng.choice(MACHINE_WARRANTY, size)
    old = (rng.random(size) < 0.08) & (installed < DAYS - 500)
    drawn = rng.choice(len(names), size, p=np.array(list(STATES.values())))
    served = rng.random(size) < SERVED
    forced = min(size, len(names))
    drawn[:forced], served[:forced], old[:forced] = np.arange(forced), True, False
    where = {
        "valid": rng.uniform(60, 330, size), "soon": rng.uniform(337, 363, size), "expired": rng.uniform(367, 460, size),
        "next_made": rng.uniform(340, 360, size), "ended": rng.uniform(120, 300, size), "to_come": rng.uniform(-30, -5, size),
    }  # fmt: skip
    state = [names[one] for one in drawn.tolist()]
    starts = np.floor(DAYS - np.array([where[one][n] for n, one in enumerate(state)]))
    served &= ~old & (starts > since[firm])
    return Machines(
        firm=firm, model=rng.integers(0, models, size), installed=np.where(served, np.minimum(installed, starts), installed),
        warranty=warranty, retired=np.where(old, np.floor(rng.uniform(DAYS - 300, DAYS - 5, size)), np.inf),
        state=[one if there else "none" for one, there in zip(state, served.tolist(), strict=True)],
        starts=starts, plan=rng.integers(0, plans, size), visits=rng.random(size),
    )  # fmt: skip
