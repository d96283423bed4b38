"""What was said with the customers of a chunk, on the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.demo.loader.bulk import Keys
from regulars.demo.loader.entries import Entries, as_json
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.parties import Parties
from regulars.demo.loader.sentences import Talker, outcome_of
from regulars.demo.loader.staff import MARKETING, SALES, SERVICE, Staff
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.contacts import NO_ORDER, Form, Topic
from regulars.demo.simulator.model import Kind
from regulars.demo.simulator.products import CODES
from regulars.demo.words.goods import GROUPS

# Form: kind of entry, channel, direction.
_FORMS: Final[dict[Form, tuple[str, str, str]]] = {
    Form.CALL_IN: ("channels.call_logged", "phone", "in"),
    Form.CALL_OUT: ("channels.call_logged", "phone", "out"),
    Form.MAIL_IN: ("channels.email_logged", "email", "in"),
    Form.MAIL_OUT: ("channels.email_logged", "email", "out"),
    Form.LINE_IN: ("channels.line_logged", "line", "in"),
    Form.LINE_OUT: ("channels.line_logged", "line", "out"),
    Form.CHAT: ("channels.chat_logged", "chat", "in"),
    Form.VISIT: ("channels.visit_logged", "visit", "out"),
    Form.STORE: ("channels.visit_logged", "store", "in"),
    Form.NOTE: ("channels.note_written", "", ""),
    Form.WEB_FORM: ("channels.form_submitted", "web", "in"),
}
_SALES: Final = frozenset(
    {
        Topic.FOLLOW_UP,
        Topic.CARE,
        Topic.QUOTE,
        Topic.INQUIRY,
        Topic.WIN_BACK,
        Topic.SILENCE,
        Topic.REFERRAL,
        Topic.DEPARTURE,
    }
)
_MARKETING: Final = frozenset({Topic.LEAD})
_GIFTS: Final = CODES.index("CG")
_MANNERS: Final = {
    Form.CALL_IN: "call", Form.CALL_OUT: "call", Form.VISIT: "visit", Form.STORE: "visit", Form.NOTE: "note",
}  # fmt: skip
_SPOKEN: Final = frozenset({Form.CALL_IN, Form.CALL_OUT, Form.VISIT, Form.STORE})
_DUE_IN_DAYS: Final = 3.0  # a complaint is to be settled within


@dataclass(frozen=True)
class Desk:
    """What everybody who writes about a chunk needs at hand."""

    company: Company
    found: Parties
    staff: Staff
    keys: Keys
    calendar: Calendar
    entries: Entries
    talker: Talker

    def item(self, customer: int, order: int) -> tuple[str, str]:
        """The product that a talk is about and its sort: of the order; else a corporate gift or somebody's purchase."""
        trade, goods = self.company.trade, self.company.market.goods
        if order != NO_ORDER:
            product = int(trade.main[order])
        elif self.company.people.kind[customer] == Kind.CORPORATE:
            product = int(goods.start[_GIFTS] + self.talker.roll(int(goods.size[_GIFTS])))
        else:
            product = int(trade.main[self.talker.roll(len(trade.main))])
        return goods.name[product], GROUPS[int(goods.group[product])].sort

    def english(self, customer: int) -> bool:
        """Whether one speaks English with this customer."""
        return (
            bool(self.company.profiles.names.foreign[customer]) and self.company.people.kind[customer] != Kind.CORPORATE
        )

    def seller(self, customer: int) -> int:
        """Who sells to this customer: the owner, else a seller of the region."""
        sellers = self.staff.sellers_of_city[self.company.profiles.city[customer]]
        return self.found.owners[customer] or sellers[customer % len(sellers)]


@dataclass
class Spoken:
    """What later rows refer to: who spoke, by position of the contact, and what was promised in it."""

    actors: list[int]
    titles: dict[int, str]


def load_contacts(desk: Desk) -> Spoken:
    """Put all contacts on the timeline; complaints are in ``tasks``."""
    said, spoken, rows = desk.company.contacts, Spoken([], {}), list[tuple[Any, ...]]()
    staffed = ~np.isin(said.form, (Form.MAIL_IN, Form.LINE_IN, Form.CHAT, Form.WEB_FORM))
    moments = desk.calendar.moments(said.at, staffed)
    promised = set(desk.company.promises.contact.tolist())
    columns = (said.customer.tolist(), said.topic.tolist(), said.form.tolist(), said.order.tolist())
    for position, (customer, topic_number, form_number, order) in enumerate(zip(*columns, strict=True)):
        topic, form = Topic(topic_number), Form(form_number)
        actor = _actor(desk, topic, customer, position)
        spoken.actors.append(actor)
        item, sort = desk.item(customer, order)
        text = desk.talker.say(
            topic, item=item, sort=sort, english=desk.english(customer), manner=_MANNERS.get(form, "written")
        )
        kind, channel, direction = _FORMS[form]
        payload = _payload(form, direction, text, position) if direction else {}
        if position in promised:
            spoken.titles[position] = payload["promise"] = desk.talker.promise(topic, item=item, sort=sort)
        person = _person(desk, customer, form)
        rows.append(
            (
                moments[position],
                kind,
                desk.found.keys[customer],
                person,
                channel,
                _department(topic),
                actor,
                as_json(payload),
                text,
            )
        )
    happened, *rest = (list(column) for column in zip(*rows, strict=True))
    names = ("kind", "customer_id", "party_id", "channel", "department", "actor_id", "payload", "text")
    desk.entries.add(happened, **dict(zip(names, rest, strict=True)))
    return spoken


def _payload(form: Form, direction: str, text: str, position: int) -> dict[str, Any]:
    """Direction; for what was spoken also how it went and how long it took."""
    if form not in _SPOKEN:
        return {"direction": direction}
    outcome = outcome_of(text)
    if outcome in {"no_answer", "message_left"}:
        return {"direction": direction, "outcome": outcome}
    minutes = (25 + position % 40) if form == Form.VISIT else 2 + position * 7 % 13
    return {"direction": direction, "outcome": outcome, "minutes": minutes}


def _person(desk: Desk, customer: int, form: Form) -> int | None:
    """With whom at a company: the one in charge."""
    first = desk.found.first_colleague.get(customer)
    return None if first is None or form == Form.NOTE else desk.found.colleague_keys[first]


def _department(topic: Topic) -> str:
    return SALES if topic in _SALES else MARKETING if topic in _MARKETING else SERVICE


def _actor(desk: Desk, topic: Topic, customer: int, position: int) -> int:
    if topic in _SALES:
        return desk.seller(customer)
    return desk.staff.users["marketer"] if topic in _MARKETING else desk.staff.agent(position)
