"""The same task for many parties as one act, and taking that act back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.summaries import rebuild_activity
from regulars.customers.models import Batch, BatchKind, Event, Party, Task, TaskKind
from regulars.kit import clock, text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User


@transaction.atomic
def add_tasks(
    *,
    parties: Sequence[Party],
    title: str,
    by: User | None,
    kind: str = TaskKind.TODO,
    due_at: datetime | None = None,
    assignee: User | None = None,
) -> Batch:
    """Plan the same thing for each of ``parties``; it falls to ``assignee``, else to the owner of each, else to ``by``.

    Cost: a handful of statements per 900 parties.

    Raises:
        UserError: nothing is said about what is to be done.
    """
    title = text.clean(title)[:255]
    if not title:
        raise UserError(_("Please say what is to be done."))
    batch, now, due = Batch.objects.create(kind=BatchKind.EDIT, made_by=by, title=title), clock.now(), due_at
    shared = {"kind": kind, "title": title, "due_at": due, "created_by": by, "created_at": now, "batch_id": batch.pk}
    author = by.pk if by else None
    tasks = [
        Task(party=party, assignee_id=assignee.pk if assignee else party.owner_id or author, **shared)
        for party in parties
    ]
    Task.objects.bulk_create(tasks, batch_size=900)
    payload = {"title": title, "kind": kind, "due_at": due.isoformat() if due else None}
    timeline.record_many(
        timeline.NewEvent(
            kind="customers.task_added", customer_id=task.party_id, occurred_at=now, actor_id=author, batch_id=batch.pk,
            object_type="task", object_id=task.pk, payload=payload,
        )
        for task in tasks
    )  # fmt: skip
    rebuild_activity(party_ids=[task.party_id for task in tasks])
    return batch


@transaction.atomic
def withdraw_tasks(*, batch: Batch, by: User | None) -> int:
    """Take back the tasks of ``batch`` that nobody has done yet; returns how many.

    Raises:
        UserError: it is undone already.
    """
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.undone_at is not None:
        raise UserError(_("This has been undone already."))
    now = clock.now()
    taken = list(Task.objects.open().filter(batch_id=batch.pk).values_list("pk", "party"))
    for start in range(0, len(taken), 900):
        ids = [task for task, _party in taken[start : start + 900]]
        Task.objects.filter(pk__in=ids).update(done_at=now, done_by=by, outcome=_("Withdrawn"))
        Event.objects.filter(object_type="task", object_id__in=ids, batch_id=batch.pk).update(retracted_in=batch.pk)
    rebuild_activity(party_ids=[party for _task, party in taken])
    locked.undone_at, locked.undone_by = now, by
    locked.save(update_fields=["undone_at", "undone_by"])
    return len(taken)
