"""A small list of users to try the list engine on: ties, missing values, money, an edit, a bulk action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import F, Value
from django.db.models.functions import Length

from regulars.kit.errors import UserError
from regulars.staff.models import Role, User
from regulars.web import undo
from regulars.web.resources import BulkAction, BulkResult, Choice, Column, Edit, Filter, Preset, Resource, Rows


def visible(user: Any) -> Rows:
    """Everybody but those called hidden; worth 1.00 per letter of the name."""
    worth = Length("name") * Value(100)
    return User.objects.exclude(username__startswith="hidden").annotate(worth=worth, team_name=F("team__name"))


def rename(*, user: Any, obj: User, value: str) -> None:
    if value == "forbidden":
        raise UserError("That name is taken.")
    User.objects.filter(pk=obj.pk).update(name=value)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


def change_role(user: Any, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    before = dict(rows.values_list("pk", "role"))
    User.objects.filter(pk__in=list(before)).update(role=data["role"])
    return BulkResult(f"{len(before)} changed", undo=undo.offer("tests.role", before=before))


def restore_roles(user: Any, data: dict[str, Any]) -> str:
    for pk, role in data["before"].items():
        User.objects.filter(pk=pk).update(role=role)
    return "Roles are back"


def roles(user: Any) -> list[Choice]:
    return [Choice(value, label) for value, label in Role.choices]


PEOPLE = Resource(
    key="people",
    label="People",
    queryset=visible,
    rule="customers.view",
    columns=(
        Column(
            "name", "Name", sort="name", phone="primary", edit=Edit(apply=rename, rule="customers.edit", required=True)
        ),
        Column("role", "Role", "get_role_display", sort="role", phone="secondary"),
        Column("team", "Team", "team_name", sort="team_name"),
        Column("worth", "Worth", kind="money", sort="worth", total=True, phone="amount"),
        Column("joined", "Joined", "created_at", kind="date", sort="created_at"),
        Column("email", "E-mail", default=False),
    ),
    filters=(
        Filter("role", "Role", "multi", field="role", choices=roles),
        Filter("active", "Active", "flag", field="is_active", quick=True),
        Filter("joined", "Joined", "date_range", field="created_at"),
        Filter("worth", "Worth", "money_range", field="worth"),
        Filter("called", "Called", "text", field="name"),
    ),
    search=lambda rows, text: rows.filter(name__icontains=text),
    default_sort="name",
    full_url=lambda row: f"/full/{row.pk}/",
    bulk_actions=(
        BulkAction("role", "Change role", change_role, rule="customers.bulk", form=RoleForm),
        BulkAction(
            "close",
            "Close",
            lambda user, rows, data: BulkResult(f"{rows.update(is_active=False)} closed"),
            rule="staff.manage",
        ),
    ),
    presets=(Preset("sellers", "Sellers", "role=seller"),),
    export_rule="customers.export",
    chord="g p",
    order=5,
    page_size=10,
)
