"""Doing one thing to many customers; each is one batch that is undone as one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from regulars.customers import actions
from regulars.customers.actions.task_batches import add_tasks, withdraw_tasks
from regulars.customers.kin_forms import HouseholdForm
from regulars.customers.models import Batch, Revision, TaskKind
from regulars.kit.errors import Forbidden, UserError
from regulars.staff.models import Team, Territory
from regulars.web import undo
from regulars.web.access import User, can
from regulars.web.resources import BulkAction, BulkResult, Rows

WORKDAY_ENDS = time(18, 0)
MOST_MEMBERS = 12


class OwnerForm(forms.Form):
    """Who looks after them from now on."""

    owner = forms.ModelChoiceField(
        queryset=get_user_model().objects.filter(is_active=True),
        label=_("Owner"),
        required=False,
        empty_label=_("Nobody"),
    )


class TeamForm(forms.Form):
    """Which team looks after them from now on."""

    team = forms.ModelChoiceField(queryset=Team.objects.all(), label=_("Team"), required=False, empty_label=_("None"))


class TerritoryForm(forms.Form):
    """Which territory they belong to from now on."""

    territory = forms.ModelChoiceField(
        queryset=Territory.objects.all(), label=_("Territory"), required=False, empty_label=_("None")
    )


class TaskForm(forms.Form):
    """The same task for each."""

    title = forms.CharField(label=_("What"), max_length=255)
    kind = forms.ChoiceField(label=_("Kind"), choices=TaskKind.choices, initial=TaskKind.CALL)
    due = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    assignee = forms.ModelChoiceField(
        queryset=get_user_model().objects.filter(is_active=True),
        label=_("Who"),
        required=False,
        empty_label=_("The owner of each customer"),
    )


def _set(field: str) -> Any:
    def apply(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
        ids = list(rows.order_by().values_list("pk", flat=True))
        batch = actions.bulk_change(party_ids=ids, changes={field: data[field]}, by=user)
        return BulkResult(_changed(batch.revisions.count()), undo.offer("customers.batch", batch=batch.pk))

    return apply


def _changed(count: int) -> str:
    return ngettext("%(n)s customer changed", "%(n)s customers changed", count) % {"n": count}


def _add_tasks(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    due = timezone.make_aware(datetime.combine(data["due"], WORKDAY_ENDS)) if data.get("due") else None
    parties = list(rows.order_by().only("pk", "owner_id").prefetch_related(None).select_related(None))
    batch = add_tasks(
        parties=parties, title=data["title"], by=user, kind=data["kind"], due_at=due, assignee=data.get("assignee")
    )
    message = ngettext("Task added for %(n)s customer", "Task added for %(n)s customers", len(parties))
    return BulkResult(message % {"n": len(parties)}, undo.offer("customers.tasks", batch=batch.pk))


def _trash(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    batch = actions.trash_parties(party_ids=rows.order_by().values_list("pk", flat=True), by=user)
    count = batch.revisions.count()
    message = ngettext("%(n)s customer moved to the trash", "%(n)s customers moved to the trash", count)
    return BulkResult(message % {"n": count}, undo.offer("customers.batch", batch=batch.pk))


def _restore(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    batch = actions.restore_parties(party_ids=rows.order_by().values_list("pk", flat=True), by=user)
    count = batch.revisions.count()
    message = ngettext("%(n)s customer restored", "%(n)s customers restored", count)
    return BulkResult(message % {"n": count}, undo.offer("customers.batch", batch=batch.pk))


@undo.handles("customers.batch")
def _undo_batch(user: User, data: dict[str, Any]) -> str:
    batch = _own(Batch.objects.get(pk=data["batch"]), user)
    count = actions.undo_batch(batch=batch, by=user)
    return ngettext("Undone: %(n)s customer is as before", "Undone: %(n)s customers are as before", count) % {
        "n": count
    }


@undo.handles("customers.act")
def _undo_act(user: User, data: dict[str, Any]) -> str:
    actions.take_back(batch=_own(Batch.objects.get(pk=data["batch"]), user), by=user)
    return gettext("Undone: everything is as before")


@undo.handles("customers.tasks")
def _undo_tasks(user: User, data: dict[str, Any]) -> str:
    count = withdraw_tasks(batch=_own(Batch.objects.get(pk=data["batch"]), user), by=user)
    return ngettext("Undone: %(n)s task taken back", "Undone: %(n)s tasks taken back", count) % {"n": count}


@undo.handles("customers.revision")
def _undo_revision(user: User, data: dict[str, Any]) -> str:
    revision = Revision.objects.select_related("batch").get(pk=data["revision"])
    if revision.made_by_id != user.pk:
        raise Forbidden(gettext("Only whoever did this can undo it here."))
    if not actions.undo_revision(revision=revision, by=user):
        raise UserError(gettext("Somebody changed this since, so it was left as it is."))
    return gettext("Undone: the record is as before")


def _own(batch: Batch, user: User) -> Batch:
    if batch.made_by_id != user.pk and not can(user, "customers.bulk"):
        raise Forbidden(gettext("Only whoever did this can undo it here."))
    return batch


def _make_household(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    with transaction.atomic():
        act = actions.new_act(by=user)
        people = list(rows.select_related(None).prefetch_related(None).order_by("fold", "pk")[: MOST_MEMBERS + 1])
        if len(people) > MOST_MEMBERS:
            raise UserError(gettext("A household has at most %(n)s members.") % {"n": MOST_MEMBERS})
        house = actions.make_household(members=people, by=user, name=data.get("name", ""), batch=act)
    return BulkResult(
        gettext("%(name)s is in the book") % {"name": house.name}, undo.offer("customers.act", batch=act.pk)
    )


BULK_ACTIONS = (
    BulkAction("owner", _("Owner"), _set("owner"), rule="customers.assign", icon="assign", form=OwnerForm),
    BulkAction("team", _("Team"), _set("team"), rule="customers.assign", icon="people", form=TeamForm),
    BulkAction(
        "territory", _("Territory"), _set("territory"), rule="customers.assign", icon="map-pin", form=TerritoryForm
    ),
    BulkAction("task", _("Add a task"), _add_tasks, rule="customers.bulk", icon="task", form=TaskForm),
    BulkAction(
        "household", _("Make a household"), _make_household, rule="customers.edit", icon="household", form=HouseholdForm
    ),
    BulkAction("trash", _("Move to trash"), _trash, rule="customers.trash", icon="trash", at_stake=True),
)
RESTORE = BulkAction("restore", _("Restore"), _restore, rule="customers.trash", icon="undo")
