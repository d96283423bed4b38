"""Tasks, promises and "not now"."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.revisions import revise
from regulars.customers.actions.summaries import rebuild_activity
from regulars.customers.models import Party, Snooze, Task, TaskKind
from regulars.kit import clock, text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User


@transaction.atomic
def add_task(
    *,
    party: Party,
    title: str,
    by: User | None,
    kind: str = TaskKind.TODO,
    due_at: datetime | None = None,
    assignee: User | None = None,
) -> Task:
    """Plan something to be done for ``party``; it falls to ``assignee``, by default to whoever adds it.

    Raises:
        UserError: nothing is said about what is to be done.
    """
    title = text.clean(title)
    if not title:
        raise UserError(_("Please say what is to be done."))
    task = Task.objects.create(
        party=party, kind=kind, title=title[:255], due_at=due_at, assignee=assignee or by, created_by=by
    )
    payload = {"title": task.title, "kind": kind, "due_at": due_at.isoformat() if due_at else None}
    timeline.record(
        kind="customers.task_added", customer=party, by=by, object_type="task", object_id=task.pk, payload=payload
    )
    rebuild_activity(party_ids=[party.pk])
    return task


@transaction.atomic
def complete_task(*, task: Task, by: User | None, outcome: str = "") -> Task:
    """Mark a task done with its outcome; done twice is done once."""
    done = Task.objects.open().filter(pk=task.pk).update(done_at=clock.now(), done_by=by, outcome=outcome[:255])
    task.refresh_from_db()
    if done:
        payload = {"title": task.title, "kind": task.kind, "outcome": task.outcome}
        timeline.record(
            kind="customers.task_done",
            customer=task.party,
            by=by,
            object_type="task",
            object_id=task.pk,
            payload=payload,
        )
        rebuild_activity(party_ids=[task.party_id])
    return task


@transaction.atomic
def reopen_task(*, task: Task, by: User | None) -> Task:
    """Take back that a task was done."""
    revise(record=task, before={"done_at": task.done_at}, after={"done_at": None}, by=by, party_id=task.party_id)
    Task.objects.filter(pk=task.pk).update(done_at=None, done_by=None, outcome="")
    task.refresh_from_db()
    rebuild_activity(party_ids=[task.party_id])
    return task


@transaction.atomic
def move_task(*, task: Task, due_at: datetime | None, by: User | None) -> Task:
    """Give a task another due time."""
    revise(record=task, before={"due_at": task.due_at}, after={"due_at": due_at}, by=by, party_id=task.party_id)
    Task.objects.filter(pk=task.pk).update(due_at=due_at)
    task.refresh_from_db()
    rebuild_activity(party_ids=[task.party_id])
    return task


@transaction.atomic
def assign_task(*, task: Task, assignee: User | None, by: User | None) -> Task:
    """Hand a task over to ``assignee`` (None: to nobody in particular).

    Raises:
        UserError: ``assignee`` does not see the customer.
    """
    if assignee is not None and not Party.objects.visible_to(assignee).filter(pk=task.party_id).exists():
        raise UserError(_("%(name)s does not see this customer.") % {"name": assignee})
    revise(record=task, before={"assignee": task.assignee}, after={"assignee": assignee}, by=by, party_id=task.party_id)
    Task.objects.filter(pk=task.pk).update(assignee=assignee)
    task.refresh_from_db()
    return task


@transaction.atomic
def snooze(*, party: Party, until: datetime, by: User | None, reason: str = "") -> Snooze:
    """Keep ``party`` off Today until a moment in the future.

    Raises:
        UserError: the moment has passed.
    """
    if until <= clock.now():
        raise UserError(_("Please choose a day in the future."))
    entry = Snooze.objects.create(party=party, until=until, reason=reason[:255], made_by=by)
    payload = {"until": until.isoformat(), "reason": reason}
    timeline.record(
        kind="customers.snoozed", customer=party, by=by, object_type="snooze", object_id=entry.pk, payload=payload
    )
    return entry
