"""Promises and complaints of a chunk as tasks, with what the timeline says of them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from regulars.customers.models import Task
from regulars.demo.loader.bulk import write
from regulars.demo.loader.entries import as_json
from regulars.demo.loader.staff import SERVICE
from regulars.demo.loader.talk import Desk, Spoken
from regulars.demo.simulator.arrays import Days, Ints
from regulars.demo.simulator.contacts import Topic
from regulars.demo.simulator.model import DAYS
from regulars.demo.words import phrases

_DUE_IN_DAYS: Final = 3.0  # a complaint is to be settled within


def load_promises(desk: Desk, spoken: Spoken) -> int:
    """Write promises as tasks; returns the number of rows."""
    promises = desk.company.promises
    made = promises.contact.tolist()
    size, pks = len(made), desk.keys.run(Task, len(made))
    created = desk.calendar.moments(desk.company.contacts.at[promises.contact] + 1e-4, at_work=True)
    due = desk.calendar.appointments(promises.due_at)
    done = desk.calendar.moments_or_none(promises.done_at, at_work=True)
    customers = [desk.found.keys[who] for who in desk.company.contacts.customer[promises.contact].tolist()]
    titles = [spoken.titles[contact] for contact in made]
    who = [spoken.actors[contact] for contact in made]
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
    shared = {"department": SERVICE, "object_type": "task"}
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


def load_complaints(desk: Desk) -> int:
    """Write complaints as tasks, received and settled on the timeline; returns the number of rows."""
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
        due_at=desk.calendar.appointments(np.floor(complaints.opened_at) + _DUE_IN_DAYS + 0.9), done_at=settled,
        done_by_id=[one if end else None for one, end in zip(who, settled, strict=True)], outcome=how,
    )  # fmt: skip
    channels = [("phone", "phone", "email", "line")[customer % 4] for customer in customers]
    shared = {"department": SERVICE, "object_type": "task"}
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


def _orders_of(customer: Ints, at: Days, of: Ints, placed: Days) -> list[int]:
    """Positions of the orders named by customer and moment."""
    where = {pair: position for position, pair in enumerate(zip(of.tolist(), placed.tolist(), strict=True))}
    return [where[pair] for pair in zip(customer.tolist(), at.tolist(), strict=True)]
