"""Contacts of a chunk on the timeline, complaints and promises as tasks, consents with their proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.customers.models import Consent, Task
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.entries import Entries, as_json
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.parties import Parties
from regulars.demo.loader.sentences import Talker, sort_of
from regulars.demo.loader.staff import Staff
from regulars.demo.simulator.arrays import Ints
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.contacts import NO_ORDER, Form, Topic
from regulars.demo.simulator.model import DAYS, Kind
from regulars.demo.simulator.profiles import AGREES
from regulars.demo.words import phrases
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
_OUTCOMES: Final[dict[Topic, tuple[str, ...]]] = {
    Topic.FOLLOW_UP: ("reached", "no_answer", "interested", "not_interested", "message_left", "call_back"),
    Topic.INQUIRY: ("interested", "ordered", "reached", "call_back"),
    Topic.CARE: ("reached", "reached", "interested", "call_back"),
    Topic.DEPARTURE: ("reached", "reached", "reached", "no_answer", "message_left"),
    Topic.SILENCE: ("no_answer", "no_answer", "message_left", "not_interested"),
    Topic.WIN_BACK: ("no_answer", "message_left", "not_interested", "interested"),
    Topic.SETTLED: ("settled",),
    Topic.RETURNED: ("reached",),
}
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
        """The product that a talk is about and its sort: of the order, else one the type of customer likes."""
        trade, goods = self.company.trade, self.company.market.goods
        if order == NO_ORDER:
            order = (customer * 31 + 7) % len(trade.main)
        product = int(trade.main[order])
        return goods.name[product], sort_of(GROUPS[int(goods.group[product])].name)

    def english(self, customer: int) -> bool:
        """Whether one speaks English with this customer."""
        return (
            bool(self.company.profiles.names.foreign[customer]) and self.company.people.kind[customer] != Kind.CORPORATE
        )

    def seller(self, customer: int) -> int:
        """Who sells to this customer: the owner, else a seller of the region."""
        sellers = self.staff.sellers_of_city[self.company.profiles.city[customer]]
        return self.found.owners[customer] or sellers[customer % len(sellers)]


def load_talk(desk: Desk) -> int:
    """Write contacts, complaints, promises and consents; returns the number of rows beside the timeline."""
    _begin(desk)
    said = desk.company.contacts
    texts, actors = _contacts(desk)
    promised = _promises(desk, texts, actors, said.topic)
    return promised + _complaints(desk) + _consents(desk)


def _begin(desk: Desk) -> None:
    moments = desk.calendar.moments(np.floor(desk.company.people.lead_at))
    desk.entries.add(moments, kind="customers.created", customer_id=list(desk.found.keys), department="marketing")


def _contacts(desk: Desk) -> tuple[list[str], list[int]]:
    """Put contacts on the timeline (complaints aside); returns product names and actors by position."""
    said = desk.company.contacts
    staffed = ~np.isin(said.form, (Form.MAIL_IN, Form.LINE_IN, Form.CHAT, Form.WEB_FORM))
    moments = desk.calendar.moments(said.at, staffed)
    promised = dict(zip(desk.company.promises.contact.tolist(), range(len(desk.company.promises.contact)), strict=True))
    items, actors, columns = list[str](), list[int](), list[tuple[Any, ...]]()
    rows = zip(said.customer.tolist(), said.topic.tolist(), said.form.tolist(), said.order.tolist(), strict=True)
    for position, (customer, topic_number, form_number, order) in enumerate(rows):
        topic, form = Topic(topic_number), Form(form_number)
        item, sort = desk.item(customer, order)
        actor = _actor(desk, topic, customer, position)
        items.append(item)
        actors.append(actor)
        if topic in {Topic.COMPLAINT, Topic.SETTLED}:
            continue
        kind, channel, direction = _FORMS[form]
        payload = _payload(desk, topic, direction, position) if direction else {}
        if position in promised:
            payload["promise"] = True
        text = desk.talker.say(topic, item=item, sort=sort, english=desk.english(customer))
        columns.append(
            (
                moments[position],
                kind,
                desk.found.keys[customer],
                _person(desk, customer, form),
                channel,
                _department(topic),
                actor,
                payload,
                text,
            )
        )
    happened, kinds, customers, persons, channels, departments, who, payloads, texts = (
        list(c) for c in zip(*columns, strict=True)
    )
    desk.entries.add(
        happened, kind=kinds, customer_id=customers, party_id=persons, channel=channels, department=departments, actor_id=who,
        payload=[as_json(payload) for payload in payloads], text=texts,
    )  # fmt: skip
    return items, actors


def _payload(desk: Desk, topic: Topic, direction: str, position: int) -> dict[str, Any]:
    facts: dict[str, Any] = {"direction": direction}
    if topic in _OUTCOMES:
        facts["outcome"] = desk.talker.pick(_OUTCOMES[topic])
    if topic not in {Topic.LEAD, Topic.THANKS}:
        facts["minutes"] = 2 + (position * 7) % 17
    return facts


def _person(desk: Desk, customer: int, form: Form) -> int | None:
    """With whom at a company: the one in charge."""
    first = desk.found.first_colleague.get(customer)
    return None if first is None or form == Form.NOTE else desk.found.colleague_keys[first]


def _department(topic: Topic) -> str:
    return "sales" if topic in _SALES else "marketing" if topic in _MARKETING else "service"


def _actor(desk: Desk, topic: Topic, customer: int, position: int) -> int:
    if topic in _SALES:
        return desk.seller(customer)
    return desk.staff.users["marketer"] if topic in _MARKETING else desk.staff.agent(position)


def _promises(desk: Desk, items: list[str], actors: list[int], topics: Ints) -> int:
    promises = desk.company.promises
    made = promises.contact.tolist()
    size, pks = len(made), desk.keys.run(Task, len(made))
    created = desk.calendar.moments(desk.company.contacts.at[promises.contact] + 1e-4, at_work=True)
    due = desk.calendar.moments(promises.due_at, at_work=True)
    done = desk.calendar.moments_or_none(promises.done_at, at_work=True)
    customers = [desk.found.keys[who] for who in desk.company.contacts.customer[promises.contact].tolist()]
    titles = [desk.talker.promise(Topic(int(topics[contact])), items[contact]) for contact in made]
    who = [actors[contact] for contact in made]
    outcomes = [desk.talker.pick(phrases.OUTCOMES_KEPT) if moment else "" for moment in done]
    rows = write(
        Task, size, id=pks, party_id=customers, kind="promise", title=titles, due_at=due, assignee_id=who, created_at=created,
        created_by_id=who, done_at=done, done_by_id=[one if moment else None for one, moment in zip(who, done, strict=True)], outcome=outcomes,
    )  # fmt: skip
    _task_entries(
        desk,
        created,
        done,
        kind="promise",
        keys=pks,
        customers=customers,
        titles=titles,
        due=due,
        who=who,
        outcomes=outcomes,
    )
    return rows


def _task_entries(desk: Desk, created: list[str], done: list[str | None], **facts: Any) -> None:
    """That a task was added and that it was done, as ``customers.actions.tasks`` says it."""
    keys, titles = facts["keys"], facts["titles"]
    added = [
        {"title": title, "kind": facts["kind"], "due_at": f"{due.replace(' ', 'T')}+00:00"}
        for title, due in zip(titles, facts["due"], strict=True)
    ]
    shared = {"department": "service", "object_type": "task"}
    desk.entries.add(
        created, kind="customers.task_added", customer_id=facts["customers"], actor_id=facts["who"], object_id=keys,
        payload=[as_json(payload) for payload in added], **shared,
    )  # fmt: skip
    ended = [i for i, moment in enumerate(done) if moment]
    payloads = [as_json({"title": titles[i], "kind": facts["kind"], "outcome": facts["outcomes"][i]}) for i in ended]
    desk.entries.add(
        [moment for moment in done if moment], kind="customers.task_done", customer_id=[facts["customers"][i] for i in ended],
        actor_id=[facts["who"][i] for i in ended], object_id=[keys[i] for i in ended], payload=payloads, **shared,
    )  # fmt: skip


def _complaints(desk: Desk) -> int:
    """Complaints as tasks, received and settled on the timeline."""
    complaints, orders = desk.company.course.complaints, desk.company.orders
    size = len(complaints.customer)
    pks = desk.keys.run(Task, size)
    opened = desk.calendar.moments(complaints.opened_at, at_work=True)
    settled = desk.calendar.moments_or_none(
        np.where(complaints.settled_at < DAYS, complaints.settled_at, np.inf), at_work=True
    )
    which = _orders_of(complaints.customer, complaints.order_at, orders.customer, orders.at)
    titles, said, how = list[str](), list[str](), list[str]()
    customers = complaints.customer.tolist()
    for customer, order, late, end in zip(customers, which, complaints.mishandled.tolist(), settled, strict=True):
        item, sort = desk.item(customer, order)
        titles.append(desk.talker.say(Topic.COMPLAINT, item=item, sort=sort, english=desk.english(customer)))
        said.append(desk.talker.pick(phrases.COMPLAINT_SAID))
        how.append(desk.talker.pick(phrases.SETTLED_LATE if late else phrases.SETTLED) if end else "")
    keys = [desk.found.keys[customer] for customer in customers]
    who = [desk.staff.agent(position) for position in range(size)]
    rows = write(
        Task, size, id=pks, party_id=keys, kind="complaint", title=titles, assignee_id=who, created_at=opened, created_by_id=who,
        due_at=desk.calendar.moments(np.floor(complaints.opened_at) + _DUE_IN_DAYS + 0.9, at_work=True), done_at=settled,
        done_by_id=[one if end else None for one, end in zip(who, settled, strict=True)], outcome=how,
    )  # fmt: skip
    channels = [("phone", "phone", "email", "line")[customer % 4] for customer in customers]
    shared = {"department": "service", "object_type": "task"}
    desk.entries.add(
        opened, kind="channels.complaint_received", customer_id=keys, channel=channels, actor_id=who, object_id=pks,
        payload=[as_json({"direction": "in", "about": title}) for title in titles],
        text=[f"{title}。{more}" for title, more in zip(titles, said, strict=True)], **shared,
    )  # fmt: skip
    ended = [i for i, end in enumerate(settled) if end]
    desk.entries.add(
        [end for end in settled if end], kind="channels.complaint_settled", customer_id=[keys[i] for i in ended], channel="phone",
        actor_id=[who[i] for i in ended], object_id=[pks[i] for i in ended], text=[how[i] for i in ended],
        payload=[as_json({"direction": "out", "about": titles[i], "outcome": "settled"}) for i in ended], **shared,
    )  # fmt: skip
    return rows


def _orders_of(customer: Ints, at: np.ndarray[Any, Any], of: Ints, placed: np.ndarray[Any, Any]) -> list[int]:
    """Positions of the orders named by customer and moment."""
    where = {pair: position for position, pair in enumerate(zip(of.tolist(), placed.tolist(), strict=True))}
    return [where[pair] for pair in zip(customer.tolist(), at.tolist(), strict=True)]


def _consents(desk: Desk) -> int:
    people, profiles = desk.company.people, desk.company.profiles
    customer, column = np.nonzero(profiles.agrees & (people.kind != Kind.CORPORATE)[:, None])
    withdrawn = profiles.withdrawn_at[customer, column]
    gone = np.flatnonzero(withdrawn < DAYS)
    at = np.concatenate([np.floor(people.lead_at[customer]) + 1e-3, withdrawn[gone]])
    who, channel = np.concatenate([customer, customer[gone]]), np.concatenate([column, column[gone]])
    names = list(AGREES)
    channels, granted = [names[c] for c in channel.tolist()], [True] * len(customer) + [False] * len(gone)
    proofs = [
        phrases.CONSENT_PROOF[(who_ * 5 + c) % 6] if given else phrases.CONSENT_WITHDRAWN[(who_ + c) % 5]
        for who_, c, given in zip(who.tolist(), channel.tolist(), granted, strict=True)
    ]
    moments = desk.calendar.moments(at)
    keys = [desk.found.keys[i] for i in who.tolist()]
    pks = desk.keys.run(Consent, len(keys))
    rows = write(
        Consent, len(keys), id=pks, party_id=keys, channel=channels, state=["granted" if given else "withdrawn" for given in granted],
        given_at=moments, recorded_at=moments, evidence=proofs, source="會員系統",
    )  # fmt: skip
    desk.entries.add(
        moments, kind=["customers.consent_given" if given else "customers.consent_withdrawn" for given in granted], customer_id=keys,
        channel=channels, object_type="consent", object_id=pks, department="marketing",
        payload=[as_json({"purpose": "marketing", "channel": c, "evidence": proof}) for c, proof in zip(channels, proofs, strict=True)],
    )  # fmt: skip
    return rows
