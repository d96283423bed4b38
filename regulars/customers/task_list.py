"""The lists of tasks, open and done: what was promised and planned, over all customers one may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.customers import actions, choices
from regulars.customers.models import Task, TaskKind
from regulars.customers.queries.seen import of_live, of_seen
from regulars.kit import clock, text
from regulars.web import undo
from regulars.web.access import User
from regulars.web.resources import (
    Badge,
    BulkAction,
    BulkResult,
    Column,
    Edit,
    Empty,
    Filter,
    Link,
    Preset,
    Resource,
    Rows,
    register,
)  # fmt: skip

WORKDAY_ENDS = time(18, 0)
_MOST_UNDONE = 200
_TONES: dict[str, Any] = {TaskKind.PROMISE: "accent", TaskKind.COMPLAINT: "stake"}


def open_tasks_of(user: User) -> Rows:
    """The open tasks of the customers whom ``user`` sees."""
    return of_seen(of_live(Task.objects.open()), user).select_related("party", "assignee")


def done_tasks_of(user: User) -> Rows:
    """What was done for the customers whom ``user`` sees."""
    return of_seen(of_live(Task.objects.done()), user).select_related("party", "done_by")


def _find(rows: Rows, typed: str) -> Rows:
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(Q(title__icontains=word) | Q(party__fold__contains=word))
    return rows


def _overdue(rows: Rows, wanted: bool) -> Rows:
    now = clock.now()
    return rows.filter(due_at__lt=now) if wanted else rows.filter(Q(due_at__gte=now) | Q(due_at=None))


def _move(*, user: User, obj: Task, value: Any) -> BulkResult:
    due = timezone.make_aware(datetime.combine(value, WORKDAY_ENDS)) if value else None
    before = obj.due_at
    actions.move_task(task=obj, due_at=due, by=user)
    token = undo.offer("customers.task_moved", task=obj.pk, due=before.isoformat() if before else "")
    return BulkResult(_("Moved"), token)


def _hand_over(*, user: User, obj: Task, value: Any) -> BulkResult:
    before, to = obj.assignee_id, get_user_model().objects.filter(pk=value, is_active=True).first() if value else None
    actions.assign_task(task=obj, assignee=to, by=user)
    message = _("Handed over to %(name)s") % {"name": to} if to else _("Nobody in particular sees to it now")
    return BulkResult(message, undo.offer("customers.task_assigned", tasks=[[obj.pk, before]]))


class HandOverForm(forms.Form):
    """Who sees to it from now on."""

    assignee = forms.ModelChoiceField(
        get_user_model().objects.filter(is_active=True).order_by("name"), label=pgettext_lazy("task", "To")
    )


def _hand_over_many(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    before = [[task.pk, task.assignee_id] for task in found]
    with transaction.atomic():
        for task in found:
            actions.assign_task(task=task, assignee=data["assignee"], by=user)
    words = ngettext("%(n)s task handed over to %(name)s", "%(n)s tasks handed over to %(name)s", len(found))
    message = words % {"n": len(found), "name": data["assignee"]}
    return BulkResult(
        message, undo.offer("customers.task_assigned", tasks=before) if len(before) <= _MOST_UNDONE else ""
    )


class DueForm(forms.Form):
    """The new day."""

    due = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}))


class DoneForm(forms.Form):
    """How they ended."""

    outcome = forms.CharField(max_length=255, required=False, label=_("Outcome"))


def _move_many(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    for task in found:
        _move(user=user, obj=task, value=data["due"])
    return BulkResult(ngettext("%(n)s task moved", "%(n)s tasks moved", len(found)) % {"n": len(found)})


def _complete_many(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    for task in found:
        actions.complete_task(task=task, by=user, outcome=data.get("outcome", ""))
    message = ngettext("%(n)s task done", "%(n)s tasks done", len(found)) % {"n": len(found)}
    return BulkResult(message, undo.offer("customers.task_done", tasks=[task.pk for task in found][:200]))


TASKS = register(
    Resource(
        key="tasks",
        label=_("Tasks"),
        one=pgettext_lazy("count", "task"),
        many=pgettext_lazy("count", "tasks"),
        icon="task",
        path="tasks/",
        rule="customers.view",
        order=15,
        chord="g a",
        queryset=open_tasks_of,
        columns=(
            Column("title", _("What"), "title", phone="primary", width="xl"),
            Column("due", _("Due"), "due_at", "date", sort="due_at", phone="amount", edit=Edit(
                _move, "date", raw=lambda task: timezone.localtime(task.due_at).date() if task.due_at else None, rule="customers.log"
            )),
            Column("customer", _("Customer"), lambda task: Link(task.party.name, task.party.get_absolute_url()), "link", sort="party__fold", width="l", phone="secondary"),
            Column("kind", _("Kind"), lambda task: Badge(task.get_kind_display(), _TONES.get(task.kind, "neutral")), "badge", sort="kind"),
            Column("assignee", _("Who"), "assignee", "person", sort="assignee__name", edit=Edit(
                _hand_over, "choice", choices=choices.owners, raw=lambda task: task.assignee_id, rule="customers.log"
            )),
            Column("created", _("Created"), "created_at", "ago", sort="created_at"),
        ),
        filters=(
            Filter("assignee", _("Who"), "person", field="assignee", choices=choices.people),
            Filter("kind", _("Kind"), "multi", field="kind", choices=choices.task_kinds),
            Filter("overdue", _("Overdue"), "flag", apply=_overdue, quick=True),
            Filter("due", _("Due"), "date_range", field="due_at"),
        ),
        default_sort="due",
        search=_find,
        in_palette=False,
        full_url=lambda task: task.party.get_absolute_url(),
        bulk_actions=(
            BulkAction("done", _("Done"), _complete_many, rule="customers.log", icon="check", form=DoneForm),
            BulkAction("hand-over", _("Hand over"), _hand_over_many, rule="customers.log", icon="person", form=HandOverForm),
            BulkAction("move", _("Move to another day"), _move_many, rule="customers.log", icon="calendar", form=DueForm),
        ),
        export_rule="customers.export",
        presets=(
            Preset("mine", _("Mine"), "assignee=me"),
            Preset("promises", _("Promises"), "kind=promise"),
            Preset("complaints", _("Complaints"), "kind=complaint"),
            Preset("done", _("Done"), list="done-tasks"),
        ),
        empty=Empty(_("Nothing is open. What is promised in a call or a note shows here."), icon="task"),
    )
)  # fmt: skip


def _open_again(user: User, rows: Rows, _data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    for task in found:
        actions.reopen_task(task=task, by=user)
    return BulkResult(
        ngettext("%(n)s task is open again", "%(n)s tasks are open again", len(found)) % {"n": len(found)}
    )


DONE_TASKS = register(
    Resource(
        key="done-tasks",
        label=_("Tasks done"),
        one=pgettext_lazy("count", "task"),
        many=pgettext_lazy("count", "tasks"),
        icon="check",
        path="tasks/done/",
        rule="customers.view",
        queryset=done_tasks_of,
        columns=(
            Column("title", _("What"), "title", phone="primary", width="xl"),
            Column("done", _("Done"), "done_at", "ago", sort="done_at", phone="amount"),
            Column("by", _("By"), "done_by", "person", sort="done_by__name"),
            Column("outcome", _("Outcome"), "outcome", width="l"),
            Column("customer", _("Customer"), lambda task: Link(task.party.name, task.party.get_absolute_url()), "link", sort="party__fold", width="l", phone="secondary"),
            Column("kind", _("Kind"), lambda task: Badge(task.get_kind_display(), _TONES.get(task.kind, "neutral")), "badge", sort="kind"),
            Column("due", _("Due"), "due_at", "date", sort="due_at", default=False),
        ),
        filters=(
            Filter("by", _("By"), "person", field="done_by", choices=choices.people),
            Filter("kind", _("Kind"), "multi", field="kind", choices=choices.task_kinds),
            Filter("done", _("Done"), "date_range", field="done_at"),
        ),
        default_sort="-done",
        search=_find,
        in_palette=False,
        full_url=lambda task: task.party.get_absolute_url(),
        bulk_actions=(BulkAction("reopen", _("Open again"), _open_again, rule="customers.log", icon="undo"),),
        export_rule="customers.export",
        presets=(
            Preset("mine", _("Mine"), "by=me"),
            Preset("promises", _("Promises"), "kind=promise"),
            Preset("complaints", _("Complaints"), "kind=complaint"),
            Preset("open", _("Still open"), list="tasks"),
        ),
        empty=Empty(_("Nothing is done yet. What is ticked off among the open tasks stays here, with its outcome."), icon="check"),
    )
)  # fmt: skip


@undo.handles("customers.task_assigned")
def _hand_back(user: User, data: dict[str, Any]) -> str:
    before = dict(data["tasks"])
    people = get_user_model().objects.in_bulk([pk for pk in before.values() if pk])
    for task in open_tasks_of(user).filter(pk__in=before):
        actions.assign_task(task=task, assignee=people.get(before[task.pk]), by=user)
    return str(_("Undone: the task is with whom it was before"))


@undo.handles("customers.task_moved")
def _move_back(user: User, data: dict[str, Any]) -> str:
    task = open_tasks_of(user).get(pk=data["task"])
    actions.move_task(task=task, due_at=datetime.fromisoformat(data["due"]) if data["due"] else None, by=user)
    return str(_("Undone: the task is due as before"))


@undo.handles("customers.task_done")
def _reopen(user: User, data: dict[str, Any]) -> str:
    ids = data.get("tasks") or [data["task"]]
    for task in of_seen(Task.objects.filter(pk__in=ids, done_by=user), user).select_related("party"):
        actions.reopen_task(task=task, by=user)
    return str(_("Undone: open again"))
