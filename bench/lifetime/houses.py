"""Customers to be fitted: CDNOW as the literature reads it, and houses drawn from the model."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

END_OF_LEARNING = date(1997, 9, 30).toordinal()


def cdnow(file: Path, who: int, on: int) -> Any:
    """Repeat purchases, weeks from the first to the last, weeks from the first to the end of the 39 weeks."""
    days: dict[str, set[int]] = {}
    for line in file.read_text().splitlines():
        cells = line.split()
        if len(cells) > on and cells[on].isdigit():
            day = date.fromisoformat(cells[on]).toordinal()
            if day <= END_OF_LEARNING:
                days.setdefault(cells[who], set()).add(day)
    rows = [(len(one) - 1, (max(one) - min(one)) / 7, (END_OF_LEARNING - min(one)) / 7) for one in days.values()]
    return tuple(np.array(rows, float).T)


def drawn(customers: int, days: int = 1096, seed: int = 1) -> tuple[Any, Any]:
    """Customers who began evenly over three years; purchases of one day are one. The three columns, and mean values."""
    random = np.random.default_rng(seed)
    age = random.integers(1, days, customers).astype(float)
    rate, leave = random.gamma(0.6, 1 / 40, customers), random.beta(0.8, 3, customers)
    x, last, now = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    here = np.arange(customers)
    while here.size:
        now[here] += random.exponential(1 / rate[here])
        here = here[now[here] < age[here]]
        day = np.minimum(np.maximum(np.ceil(now[here]), 1), age[here])
        x[here] += day > last[here]
        last[here] = day
        here = here[random.random(here.size) > leave[here]]
    level = random.gamma(4.0, 1 / 15, customers)
    return (x, last, age), random.gamma(6.0 * (x + 1)) / level / (x + 1)
