"""The year of a Taiwanese travel and gift seller: festivals by the lunar calendar, summer, the year's end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

from regulars.demo.simulator.arrays import Floats
from regulars.demo.simulator.model import DAYS, WEEKS, Kind

# First day of the lunar year and Mid-Autumn, month and day (Central Weather Administration's calendar).
_NEW_YEAR: Final = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6),
    2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
_MID_AUTUMN: Final = {
    2020: (10, 1), 2021: (9, 21), 2022: (9, 10), 2023: (9, 29), 2024: (9, 17), 2025: (10, 6), 2026: (9, 25), 2027: (9, 15),
    2028: (10, 3), 2029: (9, 22), 2030: (9, 12), 2031: (10, 1), 2032: (9, 19), 2033: (9, 8), 2034: (9, 27), 2035: (9, 16),
}  # fmt: skip

SEASONS: Final = ("lunar_new_year", "mid_autumn", "summer", "year_end", "spring", "autumn")


def new_year(year: int) -> date:
    """The first day of the lunar year that begins in ``year``; the average date outside 2020–2035."""
    return date(year, *_NEW_YEAR.get(year, (2, 4)))


def mid_autumn(year: int) -> date:
    """The Mid-Autumn festival of ``year``; the average date outside 2020–2035."""
    return date(year, *_MID_AUTUMN.get(year, (9, 22)))


def first_day(last: date) -> date:
    """The day the company opened, so that its last whole week ends with the day before ``last``."""
    return last - timedelta(days=DAYS)


def presence(opened: date) -> Floats:
    """How much of each season there is in each week: shape (WEEKS, len(SEASONS)), 0 to 1."""
    days = [opened + timedelta(days=7 * week + 3) for week in range(WEEKS)]
    return np.array([[_of_day(name, day) for name in SEASONS] for day in days])


def _of_day(name: str, day: date) -> float:
    if name == "lunar_new_year":
        return _before(min(new_year(day.year + k) for k in (0, 1) if new_year(day.year + k) >= day), day, 42)
    if name == "mid_autumn":
        return _before(mid_autumn(day.year), day, 40)
    months = {"summer": (6, 7, 8), "year_end": (12,), "spring": (3, 4), "autumn": (10, 11)}[name]
    return float(day.month in months)


def _before(feast: date, day: date, run_up: int) -> float:
    """Rises over the weeks before a feast, falls to nothing on it."""
    ahead = (feast - day).days
    return 0.0 if not 0 <= ahead <= run_up else float(min(1.0, (run_up - ahead) / 14, (ahead + 7) / 10))


# Weight of an ordinary week and of each season (in the order of SEASONS), by type.
_PULL: Final[dict[Kind, tuple[float, ...]]] = {
    Kind.YEARLY_TRAVELLER: (0.55, 1.4, 0.2, 1.2, 0.3, 0.8, 0.4),
    Kind.SEASONAL_GIFTER: (0.20, 4.0, 4.2, 0.0, 1.8, 0.0, 0.0),
    Kind.FREQUENT_SHOPPER: (0.85, 0.6, 0.5, 0.2, 0.3, 0.1, 0.0),
    Kind.CASUAL_SHOPPER: (0.80, 0.6, 0.6, 0.5, 0.3, 0.2, 0.0),
    Kind.ONE_OFF: (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    Kind.CORPORATE: (0.60, 2.0, 2.2, 0.1, 1.2, 0.2, 0.2),
    Kind.PROSPECT: (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
}


def intensity(opened: date) -> Floats:
    """The pace of buying by type and week, shape (types, WEEKS), averaging 1 over the three years."""
    pull = np.array([_PULL[kind] for kind in Kind])
    raw = pull[:, :1] + pull[:, 1:] @ presence(opened).T
    scaled: Floats = raw / raw.mean(axis=1, keepdims=True)
    return scaled
