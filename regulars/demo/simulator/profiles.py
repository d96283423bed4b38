"""Who the customers are on paper, as indices into the words: name, age, home, consent, family, colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.demo.simulator.arrays import NEVER, Days, Flags, Floats, Ints, choose, within
from regulars.demo.simulator.model import DAYS, Kind, State
from regulars.demo.simulator.relationships import Course, People
from regulars.demo.words import firms, names, places

FOREIGN: Final = 0.04
WOMEN: Final = 0.58
ABROAD: Final = 0.4  # of the foreigners live abroad
BIRTH_DATE_KNOWN: Final = 0.7
EMAIL_KNOWN: Final = 0.86
LANDLINE_KNOWN: Final = 0.15
LINE_KNOWN: Final = 0.45
AGREES: Final = {"email": 0.72, "line": 0.50, "sms": 0.36, "phone": 0.24, "post": 0.18}
WITHDRAWS: Final = 0.06  # of permissions, taken back by those who are with us …
WITHDRAWS_LEFT: Final = 0.25  # … and by those who left
IN_HOUSEHOLD: Final = 0.07  # of the customers live in a household with another customer
HOUSEHOLD_SIZES: Final = np.array([0.62, 0.28, 0.10])  # of 2, 3, 4 customers
CONTACTS: Final = np.array([0.30, 0.40, 0.20, 0.10])  # people known at a company: 1 to 4
CONTRACT: Final = 0.7  # of the companies with us have a yearly agreement
CONTRACT_LAPSED: Final = 0.25  # the same for those who left


@dataclass
class Names:
    """People's names as indices; ``foreign`` ones index the foreign lists."""

    woman: Flags
    foreign: Flags
    family: Ints
    given: Ints  # first character, or the foreign given name
    second: Ints  # second character, -1 when there is none
    age_group: Ints  # 0 before 1965, 1 before 1985, 2 since


@dataclass
class Profiles:
    """Facts on paper, one element per customer."""

    names: Names
    born: Ints  # days before today
    city: Ints
    district: Ints
    road: Ints
    house: Ints
    abroad: Flags
    household: Ints  # number of the household, -1 without
    source: Ints  # index into firms.LEAD_SOURCES
    known: Flags  # (customers, 4): birth date, e-mail, landline, LINE
    agrees: Flags  # (customers, channels of AGREES)
    withdrawn_at: Days  # (customers, channels), NEVER


@dataclass
class Colleagues:
    """People at companies, the one in charge first; ``firm`` is the customer."""

    firm: Ints
    rank: Ints
    names: Names


def draw_names(rng: np.random.Generator, born: Ints, foreign: float) -> Names:
    """Names for people of the ages ``born`` (days before today)."""
    size = len(born)
    woman = rng.random(size) < WOMEN
    stranger = rng.random(size) < foreign
    years = born / 365.25
    age_group = np.where(years > 60, 0, np.where(years > 40, 1, 2))
    pool = np.array([len(given) for given in names.GIVEN])[age_group + 3 * woman]
    family = choose(rng, np.array(names.SURNAME_WEIGHTS), size)
    first = (pool * rng.random(size) ** 1.3).astype(np.int64)
    second = (pool * rng.random(size) ** 1.2).astype(np.int64)
    second = np.where((second == first) | (rng.random(size) < names.ONE_CHARACTER), -1, second)
    strangers = np.array([len(names.FOREIGN_GIVEN[0]), len(names.FOREIGN_GIVEN[1])])[woman.astype(int)]
    return Names(
        woman=woman,
        foreign=stranger,
        family=np.where(stranger, rng.integers(0, len(names.FOREIGN_FAMILIES), size), family),
        given=np.where(stranger, (strangers * rng.random(size)).astype(np.int64), first),
        second=second,
        age_group=age_group,
    )


def draw_profiles(rng: np.random.Generator, people: People, course: Course) -> Profiles:
    """Everything on paper about all customers."""
    size = len(people.kind)
    born = (365.25 * np.clip(rng.normal(45, 13, size), 20, 84)).astype(np.int64)
    person_names = draw_names(rng, born, FOREIGN)
    city = choose(rng, np.array([float(city.share) for city in places.CITIES]), size)
    districts = np.array([len(city.districts) for city in places.CITIES])[city]
    source = rng.integers(0, len(firms.LEAD_SOURCES), size)
    friend = firms.LEAD_SOURCES.index("朋友推薦")
    source = np.where(course.referrer >= 0, friend, np.where(source == friend, 0, source))
    agrees = rng.random((size, len(AGREES))) < np.array(list(AGREES.values()))
    leaves = np.where(course.state == State.LEFT, WITHDRAWS_LEFT, WITHDRAWS)[:, None]
    withdrawn = people.lead_at[:, None] + (DAYS - people.lead_at[:, None]) * rng.uniform(0.2, 1, agrees.shape)
    profiles = Profiles(
        names=person_names,
        born=born,
        city=city,
        district=(districts * rng.random(size)).astype(np.int64),
        road=rng.integers(0, len(places.ROADS) * len(places.SECTIONS), size),
        house=rng.integers(1, 420, size),
        abroad=person_names.foreign & (rng.random(size) < ABROAD) & (people.kind != Kind.CORPORATE),
        household=np.full(size, -1),
        source=source,
        known=rng.random((size, 4)) < np.array([BIRTH_DATE_KNOWN, EMAIL_KNOWN, LANDLINE_KNOWN, LINE_KNOWN]),
        agrees=agrees,
        withdrawn_at=np.where(agrees & (rng.random(agrees.shape) < leaves), withdrawn, NEVER),
    )
    _settle_households(rng, people, profiles)
    return profiles


def draw_colleagues(rng: np.random.Generator, people: People) -> Colleagues:
    """People at each company: the one in charge, then who reports to them."""
    company = np.flatnonzero(people.kind == Kind.CORPORATE)
    counts = 1 + choose(rng, CONTACTS, len(company))
    born = (365.25 * np.clip(rng.normal(42, 9, int(counts.sum())), 24, 64)).astype(np.int64)
    return Colleagues(np.repeat(company, counts), within(counts), draw_names(rng, born, 0.03))


def draw_agreements(rng: np.random.Generator, people: People, course: Course) -> tuple[Ints, Days, Floats]:
    """Companies with a yearly agreement: which, since when, and its yearly amount in NT$.

    A tenth of the agreements are dated so that they lapse within the coming month.
    """
    chance = (
        np.where(course.state == State.LEFT, CONTRACT_LAPSED, CONTRACT)
        * (people.kind == Kind.CORPORATE)
        * (people.first_at < DAYS - 30)
    )
    firm = np.flatnonzero(rng.random(len(people.kind)) < chance)
    since = people.first_at[firm] + rng.uniform(5, 30, len(firm))
    whole_years = np.floor((DAYS - since) / 365)
    soon = (rng.random(len(firm)) < 0.1) & (whole_years >= 1)
    since = np.where(soon, DAYS - 365 * whole_years + rng.uniform(4, 28, len(firm)), since)
    amount = 10_000.0 * np.round(people.rate[firm] * people.level[firm] * rng.uniform(1, 4, len(firm)) + 3)
    return firm, since, amount


def _settle_households(rng: np.random.Generator, people: People, profiles: Profiles) -> None:
    """Put some customers under one roof: same address, mostly the same family name."""
    able = np.flatnonzero((people.kind != Kind.CORPORATE) & ~profiles.names.foreign)
    able = rng.permutation(able)[: int(IN_HOUSEHOLD * len(able))]
    sizes = 2 + choose(rng, HOUSEHOLD_SIZES, max(1, len(able) // 2))
    sizes = sizes[np.cumsum(sizes) <= len(able)]
    able = able[: sizes.sum()]
    number = np.repeat(np.arange(len(sizes)), sizes)
    head = np.repeat(able[np.cumsum(sizes) - sizes], sizes)
    profiles.household[able] = number
    for home in (profiles.city, profiles.district, profiles.road, profiles.house):
        home[able] = home[head]
    shares = rng.random(len(able)) < 0.75
    profiles.names.family[able[shares]] = profiles.names.family[head[shares]]
