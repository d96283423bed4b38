"""Logging by hand what was said with a customer, and what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.channels.timeline import KIND_OF_CHANNEL, OUTCOMES
from regulars.customers import actions as customers
from regulars.customers.models import Event, Party, Task, TaskKind
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
    due_at: datetime


@transaction.atomic
def log_note(*, party: Party, text: str, by: User | None, occurred_at: datetime | None = None) -> Event:
    """Write a note about ``party`` onto the timeline.

    Raises:
        UserError: there is no text.
    """
    if not text.strip():
        raise UserError(_("Please write something first."))
    return record(
        kind="channels.note_written",
        customer=party,
        by=by,
        occurred_at=_past(occurred_at),
        department=_department(by),
        text=text.strip(),
    )


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
) -> Event:
    """Put a contact that took place onto the timeline; what was promised becomes a task in the same act.

    Args:
        channel: a key of ``KIND_OF_CHANNEL``.
        direction: "in" when the customer began, "out" when we did.
        outcome: a key of ``OUTCOMES``, or empty.
        minutes: how long it took.
        person: with whom, when ``party`` is a company or a household.

    Raises:
        UserError: the channel, outcome or duration makes no sense, or the moment lies in the future.
    """
    facts: dict[str, Any] = {"direction": "in" if direction == "in" else "out"}
    if channel not in KIND_OF_CHANNEL:
        raise UserError(_("A contact cannot be logged for this channel."))
    if outcome and outcome not in OUTCOMES:
        raise UserError(_("There is no such outcome."))
    if minutes is not None and not 0 <= minutes <= LONGEST_MINUTES:
        raise UserError(_("Please give the duration in minutes, a day at most."))
    facts |= {"outcome": outcome} if outcome else {}
    facts |= {"minutes": minutes} if minutes else {}
    event = record(
        kind=KIND_OF_CHANNEL[channel],
        customer=party,
        party=person,
        by=by,
        occurred_at=_past(occurred_at),
        channel=channel,
        department=_department(by),
        payload=facts | ({"promise": promise.title} if promise else {}),
        text=text.strip(),
    )
    if promise is not None:
        keep_promise(party=party, promise=promise, by=by)
    return event


def keep_promise(*, party: Party, promise: Promise, by: User | None) -> Task:
    """Make the promise a task that falls due when it was promised for."""
    return customers.add_task(party=party, title=promise.title, by=by, kind=TaskKind.PROMISE, due_at=promise.due_at)


def _past(moment: datetime | None) -> datetime | None:
    if moment is not None and moment > clock.now():
        raise UserError(_("This lies in the future: add a task instead."))
    return moment


def _department(user: User | None) -> str:
    return (user.team.department[:24] if user and user.team else "") or ""
