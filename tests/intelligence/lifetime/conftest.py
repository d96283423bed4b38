"""CDNOW as the literature reads it: weeks, 39 to learn from; and customers drawn from a known truth."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

END_OF_LEARNING = date(1997, 9, 30).toordinal()


class Columns(NamedTuple):
    """Repeat purchases, weeks from the first to the last, weeks from the first to the end of learning, mean repeat value."""

    x: Any
    t: Any
    T: Any
    mean: Any


def read(file: Path, who: int, on: int) -> Columns:
    """A CDNOW file; several purchases of a day are one."""
    customers: dict[str, dict[int, float]] = {}
    for line in file.read_text().splitlines():
        cells = line.split()
        if len(cells) < 4 or not cells[on].isdigit():
            continue
        day = date.fromisoformat(cells[on]).toordinal()
        if day <= END_OF_LEARNING:
            bought = customers.setdefault(cells[who], {})
            bought[day] = bought.get(day, 0.0) + float(cells[-1])
    rows = []
    for bought in customers.values():
        days = sorted(bought)
        mean = np.mean([bought[day] for day in days[1:]]) if len(days) > 1 else 0.0
        rows.append((len(days) - 1, (days[-1] - days[0]) / 7, (END_OF_LEARNING - days[0]) / 7, mean))
    return Columns(*np.array(rows, float).T)


@pytest.fixture(scope="session")
def cdnow_sample(real_data: Path) -> Columns:
    return read(real_data / "clv_cdnow" / "CDNOW_sample.txt", 0, 2)


@pytest.fixture(scope="session")
def cdnow(real_data: Path) -> Columns:
    return read(real_data / "clv_cdnow" / "CDNOW_master.txt", 0, 1)


def drawn(
    customers: int, *, r: float, alpha: float, a: float, b: float, days: float, seed: int = 3, begin: bool = False
) -> Any:
    """Customers of (M)BG/NBD, seen for up to ``days``: frequency, recency, T and, one row more, purchases in the next 100."""
    random = np.random.default_rng(seed)
    age = random.uniform(days / 4, days, customers)
    rate, leave = random.gamma(r, 1 / alpha, customers), random.beta(a, b, customers)
    x, last, later = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    for one in range(customers):
        now, alive = 0.0, not begin or random.random() > leave[one]
        while alive:
            now += random.exponential(1 / rate[one])
            if now > age[one] + 100:
                break
            if now <= age[one]:
                x[one], last[one] = x[one] + 1, now
            else:
                later[one] += 1
            alive = random.random() > leave[one]
    return x, last, age, later
