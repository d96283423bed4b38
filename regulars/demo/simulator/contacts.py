"""What was said: inquiries, advice before a journey, complaints, visits to companies, notes; and what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from regulars.demo.simulator.arrays import NEVER, Days, Ints, choose_rows
from regulars.demo.simulator.baskets import Trade
from regulars.demo.simulator.model import DAYS, Kind, State
from regulars.demo.simulator.products import CODES, Catalogue
from regulars.demo.simulator.relationships import Course, People

NO_ORDER: Final = -1


class Form(IntEnum):
    """How a contact took place; the staff's own are the calls out, mails out, visits and notes."""

    CALL_IN = 0
    CALL_OUT = 1
    MAIL_IN = 2
    MAIL_OUT = 3
    LINE_IN = 4
    LINE_OUT = 5
    CHAT = 6
    VISIT = 7
    STORE = 8
    NOTE = 9
    WEB_FORM = 10


class Topic(IntEnum):
    """What a contact was about. Complaints and their settlement come from ``relationships``."""

    LEAD = 0
    FOLLOW_UP = 1
    INQUIRY = 2
    DEPARTURE = 3
    AFTER_SALE = 4
    THANKS = 5
    COMPLAINT = 6
    SETTLED = 7
    CARE = 8
    QUOTE = 9
    GRUMBLE = 10
    SILENCE = 11
    WIN_BACK = 12
    RETURNED = 13
    PREFERENCE = 14
    REFERRAL = 15


_INBOUND: Final = {Form.CALL_IN: 0.34, Form.MAIL_IN: 0.18, Form.LINE_IN: 0.33, Form.CHAT: 0.08, Form.STORE: 0.07}
_OUTBOUND: Final = {Form.CALL_OUT: 0.5, Form.MAIL_OUT: 0.3, Form.LINE_OUT: 0.2}
FORMS: Final[dict[Topic, dict[Form, float]]] = {
    Topic.LEAD: {Form.WEB_FORM: 0.5, Form.LINE_IN: 0.2, Form.CALL_IN: 0.15, Form.STORE: 0.15},
    Topic.FOLLOW_UP: _OUTBOUND,
    Topic.INQUIRY: _INBOUND,
    Topic.DEPARTURE: _OUTBOUND,
    Topic.AFTER_SALE: _INBOUND,
    Topic.THANKS: {Form.LINE_IN: 0.5, Form.MAIL_IN: 0.3, Form.CALL_IN: 0.2},
    Topic.CARE: {Form.VISIT: 0.4, Form.CALL_OUT: 0.6},
    Topic.QUOTE: {Form.MAIL_OUT: 1.0},
    Topic.GRUMBLE: {Form.NOTE: 0.4, Form.CALL_IN: 0.4, Form.LINE_IN: 0.2},
    Topic.SILENCE: {Form.CALL_OUT: 1.0},
    Topic.WIN_BACK: {Form.CALL_OUT: 0.6, Form.MAIL_OUT: 0.4},
    Topic.RETURNED: {Form.NOTE: 1.0},
    Topic.PREFERENCE: {Form.NOTE: 1.0},
    Topic.REFERRAL: {Form.NOTE: 1.0},
}
_FORM_WEIGHTS: Final = np.array([[FORMS.get(topic, {}).get(form, 0.0) for form in Form] for topic in Topic])

# How often, per order or per customer.
INQUIRES: Final = 0.14
DEPARTURE_CALL: Final = 0.6
ASKS_AFTERWARDS: Final = 0.07
THANKS: Final = 0.03
GRUMBLES: Final = 0.25  # per order while slipping
CARE_A_YEAR: Final = 7.0  # per company
QUOTES_A_YEAR: Final = 3.0
FOLLOW_UPS: Final = 1.2  # per prospect
NOTED_PREFERENCE: Final = 0.15
PROMISED: Final[dict[Topic, float]] = {
    Topic.INQUIRY: .20, Topic.AFTER_SALE: .22, Topic.CARE: .30, Topic.QUOTE: .3, Topic.FOLLOW_UP: .3, Topic.GRUMBLE: .15, Topic.DEPARTURE: .08,
}  # fmt: skip
PROMISE_DAYS: Final = (1.0, 14.0)
KEPT: Final = 0.85  # of promises, on time; the others one to four days late
FORGOTTEN: Final = 0.15  # of promises due in the last five days, still open


@dataclass
class Contacts:
    """Contacts in the order of time. ``order`` is the one it was about, or NO_ORDER."""

    customer: Ints
    at: Days
    topic: Ints
    form: Ints
    order: Ints


@dataclass
class Promises:
    """Promises by position of the contact in which they were made; ``done_at`` NEVER: still open."""

    contact: Ints
    due_at: Days
    done_at: Days


def draw(
    rng: np.random.Generator, *, people: People, course: Course, trade: Trade, goods: Catalogue, opened: date
) -> Contacts:
    """All contacts before today, complaints aside (``Course`` has them); ``opened`` is the first day."""
    parts = [
        *_around_orders(rng, course, goods.group[trade.main[: len(course.orders.at)]]),
        *_of_relationships(rng, people, course),
        *_of_companies(rng, people, course),
    ]
    customer, at, topic, order = (np.concatenate(column) for column in zip(*parts, strict=True))
    form = choose_rows(rng, _FORM_WEIGHTS[topic])
    at = np.maximum(_on_weekdays(at, form, opened.weekday()), people.lead_at[customer])
    past = np.flatnonzero(at < DAYS)
    past = past[np.lexsort((customer[past], at[past]))]
    return Contacts(customer[past], at[past], topic[past], form[past], order[past])


def _on_weekdays(at: Days, form: Ints, first_weekday: int) -> Days:
    """What staff begin on a Saturday or Sunday (visits, calls and mails out) is put on the Friday before."""
    weekday = (np.floor(at).astype(np.int64) + first_weekday) % 7
    ours = np.isin(form, (Form.CALL_OUT, Form.MAIL_OUT, Form.VISIT))
    moved: Days = at - np.where(ours & (weekday >= 5), weekday - 4, 0)
    return moved


_Part = tuple[Ints, Days, Ints, Ints]


def _part(customer: Ints, at: Days, topic: Topic, order: Ints | None = None) -> _Part:
    return customer, at, np.full(len(customer), topic), np.full(len(customer), NO_ORDER) if order is None else order


def _around_orders(rng: np.random.Generator, course: Course, group: Ints) -> list[_Part]:
    orders, size = course.orders, len(course.orders.at)
    journey = np.isin(group, [CODES.index(code) for code in ("TA", "TL", "TD", "CT")])

    def some(chance: npt.ArrayLike, low: float, high: float, topic: Topic) -> _Part:
        chosen = np.flatnonzero(rng.random(size) < np.asarray(chance))
        return _part(orders.customer[chosen], orders.at[chosen] + rng.uniform(low, high, len(chosen)), topic, chosen)

    return [
        some(INQUIRES, -7, -0.2, Topic.INQUIRY),
        some(DEPARTURE_CALL * journey, 7, 25, Topic.DEPARTURE),
        some(ASKS_AFTERWARDS, 0.5, 8, Topic.AFTER_SALE),
        some(THANKS * ~orders.bad, 4, 12, Topic.THANKS),
        some(GRUMBLES * (orders.state == State.SLIPPING), -3, 6, Topic.GRUMBLE),
    ]


def _of_relationships(rng: np.random.Generator, people: People, course: Course) -> list[_Part]:
    def some(who: Ints, at: Days, chance: float, topic: Topic) -> _Part:
        chosen = rng.random(len(who)) < chance
        return _part(who[chosen], at[chosen], topic)

    asked_first = np.flatnonzero(people.first_at > people.lead_at)
    bought = np.flatnonzero(people.first_at < DAYS)
    left, back = np.flatnonzero(course.left_at < DAYS), np.flatnonzero(course.returned_at > 0)
    prospects = np.flatnonzero(people.kind == Kind.PROSPECT)
    followed = np.repeat(prospects, rng.poisson(FOLLOW_UPS, len(prospects)))
    return [
        some(asked_first, people.lead_at[asked_first], 1.0, Topic.LEAD),
        some(followed, people.lead_at[followed] + rng.uniform(1, 40, len(followed)), 1.0, Topic.FOLLOW_UP),
        some(bought, people.first_at[bought] + rng.exponential(60, len(bought)), NOTED_PREFERENCE, Topic.PREFERENCE),
        _referred(rng, people, course),
        some(left, course.left_at[left] - rng.uniform(2, 30, len(left)), 0.15, Topic.SILENCE),
        some(left, course.left_at[left] + rng.uniform(40, 120, len(left)), 0.18, Topic.WIN_BACK),
        some(back, course.returned_at[back] + 0.1, 0.6, Topic.RETURNED),
    ]


def _referred(rng: np.random.Generator, people: People, course: Course) -> _Part:
    brought = np.flatnonzero((course.referrer >= 0) & (rng.random(len(people.kind)) < 0.6))
    return _part(brought, people.lead_at[brought] + 0.01, Topic.REFERRAL)


def _of_companies(rng: np.random.Generator, people: People, course: Course) -> list[_Part]:
    firms = np.flatnonzero(people.kind == Kind.CORPORATE)
    until = np.minimum(course.left_at[firms], DAYS)
    years = np.maximum(0, until - people.lead_at[firms]) / 365.25

    def yearly(rate: float, topic: Topic) -> _Part:
        who = np.repeat(np.arange(len(firms)), rng.poisson(rate * years))
        at = people.lead_at[firms[who]] + rng.random(len(who)) * (until - people.lead_at[firms])[who]
        return _part(firms[who], at, topic)

    return [yearly(CARE_A_YEAR, Topic.CARE), yearly(QUOTES_A_YEAR, Topic.QUOTE)]


def draw_promises(rng: np.random.Generator, contacts: Contacts) -> Promises:
    """Promises made in contacts; the latest few fall due today, a few are overdue, most were kept."""
    chance = np.array([PROMISED.get(topic, 0.0) for topic in Topic])
    made = np.flatnonzero(rng.random(len(contacts.at)) < chance[contacts.topic])
    at, size = contacts.at[made], len(made)
    due = at + rng.uniform(*PROMISE_DAYS, size)
    on_time = rng.random(size) < KEPT
    done = np.where(on_time, at + (due - at) * rng.uniform(0.3, 1, size), due + rng.uniform(1, 4, size))
    forgotten = (due >= DAYS - 5) & (due < DAYS) & (rng.random(size) < FORGOTTEN)
    done = np.where(forgotten | (done >= DAYS), NEVER, done)
    few = max(2, round(0.0025 * len(np.unique(contacts.customer))))
    fresh, older = slice(max(0, size - few), size), slice(max(0, size - 2 * few), max(0, size - few))
    lately = DAYS - 1 - np.arange(size)[older] % 3 + rng.random(len(at[older]))
    due[older], done[older] = np.minimum(np.maximum(lately, at[older] + 0.2), DAYS - 0.01), NEVER
    due[fresh], done[fresh] = DAYS + rng.random(len(at[fresh])), NEVER
    return Promises(made, due, done)
