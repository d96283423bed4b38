"""Logging by hand what was said with a customer, what was promised, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.channels.timeline import ATTEMPT, KIND_OF_CHANNEL, NOT_REACHED, OUTCOMES
from regulars.customers import actions as customers
from regulars.customers.models import Batch, BatchKind, Channel, Event, Party, Snooze, Task, TaskKind
from regulars.customers.timeline import record
from regulars.kit import clock
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised in a contact: it becomes a task of whoever made it."""

    title: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Logged:
    """What one act of logging left behind, so that it can be taken back."""

    event: Event
    task: Task | None = None


@transaction.atomic
def log_note(*, party: Party, text: str, by: User | None, promise: Promise | None = None) -> Logged:
    """Write a note about ``party`` onto the timeline; what was promised becomes a task in the same act.

    Raises:
        UserError: there is no text.
    """
    if not text.strip():
        raise UserError(_("Please write something first."))
    event = record(kind="channels.note_written", customer=party, by=by, department=_department(by), text=text.strip())
    return Logged(event, _keep(party, promise, by))


@transaction.atomic
def log_contact(
    *,
    party: Party,
    channel: str,
    by: User | None,
    text: str = "",
    direction: str = "out",
    outcome: str = "",
    minutes: int | None = None,
    occurred_at: datetime | None = None,
    promise: Promise | None = None,
    person: Party | None = None,
) -> Logged:
    """Put a contact that took place onto the timeline; what was promised becomes a task in the same act.

    A call that reached nobody is kept as an attempt and does not count as contact.

    Args:
        channel: a key of ``KIND_OF_CHANNEL``.
        direction: "in" when the customer began, "out" when we did.
        outcome: a key of ``OUTCOMES``, or empty.
        minutes: how long it took.
        person: with whom, when ``party`` is a company or a household.

    Raises:
        UserError: the channel, outcome or duration makes no sense, or the moment lies in the future.
    """
    _check(channel, outcome, minutes, occurred_at)
    facts: dict[str, Any] = {"direction": "in" if direction == "in" else "out"}
    facts |= {"outcome": outcome} if outcome else {}
    facts |= {"minutes": minutes} if minutes else {}
    facts |= {"promise": promise.title} if promise else {}
    event = record(
        kind=ATTEMPT if channel == Channel.PHONE and outcome in NOT_REACHED else KIND_OF_CHANNEL[channel],
        customer=party,
        party=person,
        by=by,
        occurred_at=occurred_at,
        channel=channel,
        department=_department(by),
        payload=facts,
        text=text.strip(),
    )
    return Logged(event, _keep(party, promise, by))


def _check(channel: str, outcome: str, minutes: int | None, occurred_at: datetime | None) -> None:
    if channel not in KIND_OF_CHANNEL:
        raise UserError(_("A contact cannot be logged for this channel."))
    if outcome and outcome not in OUTCOMES:
        raise UserError(_("There is no such outcome."))
    if minutes is not None and not 0 <= minutes <= LONGEST_MINUTES:
        raise UserError(_("Please give the duration in minutes, a day at most."))
    if occurred_at is not None and occurred_at > clock.now():
        raise UserError(_("This lies in the future: add a task instead."))


def _keep(party: Party, promise: Promise | None, by: User | None) -> Task | None:
    if promise is None:
        return None
    return customers.add_task(party=party, title=promise.title, by=by, kind=TaskKind.PROMISE, due_at=promise.due_at)


@transaction.atomic
def take_back(*, by: User, event: Event | None = None, task: Task | None = None, snooze: Snooze | None = None) -> None:
    """Undo an act of logging by whoever did it: entries are retracted, a task not done yet is withdrawn.

    Raises:
        UserError: somebody else did it, or it is taken back already.
    """
    party_id = next(one.customer_id if isinstance(one, Event) else one.party_id for one in (event, task, snooze) if one)
    if event is not None and (event.actor_id != by.pk or event.retracted_in is not None):
        raise UserError(_("This can no longer be undone here."))
    now = clock.now()
    batch = Batch.objects.create(kind=BatchKind.EDIT, made_by=by, undone_at=now, undone_by=by)
    entries = Event.objects.filter(pk=event.pk) if event else Event.objects.none()
    if task is not None:
        Task.objects.open().filter(pk=task.pk, created_by=by).update(done_at=now, done_by=by, outcome=_("Withdrawn"))
        entries |= Event.objects.filter(object_type="task", object_id=task.pk, actor=by)
    if snooze is not None:
        Snooze.objects.filter(pk=snooze.pk, made_by=by).update(until=now)
        entries |= Event.objects.filter(object_type="snooze", object_id=snooze.pk, actor=by)
    Event.objects.filter(pk__in=list(entries.values_list("pk", flat=True))).update(retracted_in=batch.pk)
    customers.rebuild_activity(party_ids=[party_id] if party_id else [])


def _department(user: User | None) -> str:
    return (user.team.department[:24] if user and user.team else "") or ""
