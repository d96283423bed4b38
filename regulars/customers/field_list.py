"""Custom fields in the list of customers: a column and a filter for each, with editing in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from regulars.customers import actions, fields
from regulars.customers.models import FieldDefinition, FieldKind, Kind, Party
from regulars.kit.money import to_decimal
from regulars.web import undo
from regulars.web.access import User
from regulars.web.resources import (
    Badge,
    BulkResult,
    Choice,
    Column,
    ColumnKind,
    Edit,
    EditKind,
    Empty,
    Filter,
    FilterKind,
    Link,
    Resource,
    Rows,
    register,
)  # fmt: skip

PREFIX: Final = "own_"
_COLUMN: Final[dict[str, ColumnKind]] = {
    FieldKind.NUMBER: "number", FieldKind.MONEY: "money", FieldKind.DATE: "date", FieldKind.YES_NO: "flag", FieldKind.LINK: "link",
}  # fmt: skip
_FILTER: Final[dict[str, FilterKind]] = {
    FieldKind.TEXT: "text", FieldKind.LINK: "text", FieldKind.NUMBER: "range", FieldKind.MONEY: "money_range",
    FieldKind.DATE: "date_range", FieldKind.YES_NO: "flag", FieldKind.CHOICE: "multi", FieldKind.CHOICES: "multi",
}  # fmt: skip
_EDIT: Final[dict[str, EditKind]] = {
    FieldKind.NUMBER: "number", FieldKind.MONEY: "money", FieldKind.DATE: "date", FieldKind.YES_NO: "choice", FieldKind.CHOICE: "choice",
}  # fmt: skip


def with_fields(rows: Rows) -> Rows:
    """``rows`` with every filterable field as ``own_<key>``, to compare, sort and sum by; nothing is read for it."""
    values = {PREFIX + one.key: fields.OwnValue(one) for one in fields.active() if one.filterable}
    narrowed: Rows = rows.alias(**values) if values else rows
    return narrowed


def extension() -> tuple[tuple[Column, ...], tuple[Filter, ...]]:
    """The columns and filters of the fields in use."""
    active = fields.active()
    return tuple(column(one) for one in active), tuple(narrowing(one) for one in active if one.filterable)


def column(definition: FieldDefinition) -> Column:
    """The field as a column."""
    sortable = definition.filterable and definition.kind != FieldKind.CHOICES
    return Column(
        PREFIX + definition.key,
        fields.label(definition),
        _value(definition),
        _COLUMN.get(definition.kind, "text"),
        sort=PREFIX + definition.key if sortable else None,
        default=False,
        total=sortable and definition.kind in {FieldKind.NUMBER, FieldKind.MONEY},
        edit=Edit(_change(definition), _EDIT.get(definition.kind, "text"), _choices(definition), _raw(definition), "customers.edit", definition.required),
        hint=definition.help,
    )  # fmt: skip


def narrowing(definition: FieldDefinition) -> Filter:
    """The field as a filter."""
    chosen = definition.kind in {FieldKind.CHOICE, FieldKind.CHOICES}
    return Filter(
        PREFIX + definition.key,
        fields.label(definition),
        _FILTER[FieldKind(definition.kind)],
        field=PREFIX + definition.key,
        choices=_options(definition) if chosen else None,
        apply=_any_of(definition) if definition.kind == FieldKind.CHOICES else _yes(definition),
        hint=definition.help,
    )


def _value(definition: FieldDefinition) -> Callable[[Party], Any]:
    def of(party: Party) -> Any:
        value = party.custom.get(definition.key)
        if value is None:
            return None
        match definition.kind:
            case FieldKind.DATE:
                return date.fromisoformat(value)
            case FieldKind.LINK:
                return Link(value, value)
            case FieldKind.CHOICE | FieldKind.CHOICES:
                return fields.shown(definition, value)
            case _:
                return value

    return of


def _raw(definition: FieldDefinition) -> Callable[[Party], Any]:
    def of(party: Party) -> Any:
        value = party.custom.get(definition.key)
        match definition.kind:
            case FieldKind.DATE if value:
                return date.fromisoformat(value)
            case FieldKind.CHOICES if value:
                return fields.shown(definition, value)
            case FieldKind.YES_NO if value is not None:
                return "yes" if value else "no"
            case _:
                return value

    return of


def _change(definition: FieldDefinition) -> Callable[..., BulkResult | None]:
    def apply(*, user: User, obj: Party, value: Any) -> BulkResult | None:
        if definition.kind == FieldKind.MONEY and value is not None:
            value = to_decimal(value, settings.CURRENCY)
        revision = actions.change_party(party=obj, changes={f"custom.{definition.key}": value}, by=user)
        if revision is None:
            return None
        message = _said("%(field)s of %(name)s changed") % {"field": fields.label(definition), "name": obj.name}
        return BulkResult(message, undo.offer("customers.revision", revision=revision.pk))

    return apply


def _options(definition: FieldDefinition) -> Callable[[User], list[Choice]]:
    return lambda _user: [
        Choice(one["value"], fields.option_label(definition, one["value"])) for one in definition.options
    ]


def _choices(definition: FieldDefinition) -> Callable[[User], list[Choice]] | None:
    if definition.kind == FieldKind.YES_NO:
        return lambda _user: [Choice("yes", _said("Yes")), Choice("no", _said("No"))]
    return _options(definition) if definition.kind == FieldKind.CHOICE else None


def _any_of(definition: FieldDefinition) -> Callable[[Rows, Any], Rows]:
    def narrow(rows: Rows, chosen: list[str]) -> Rows:
        wanted = Q()
        for value in chosen:
            wanted |= Q(**{f"{PREFIX}{definition.key}__contains": f'"{value}"'})
        return rows.filter(wanted)

    return narrow


def _yes(definition: FieldDefinition) -> Callable[[Rows, Any], Rows] | None:
    if definition.kind != FieldKind.YES_NO:
        return None

    def narrow(rows: Rows, wanted: bool) -> Rows:
        told = {f"{PREFIX}{definition.key}": True}
        return rows.filter(**told) if wanted else rows.exclude(**told)

    return narrow


def _tone(definition: FieldDefinition) -> Badge | None:
    return Badge(_said("Shown no more"), "warn") if definition.retired_at else None


def _for(definition: FieldDefinition) -> str:
    return pgettext("list", ", ").join(str(Kind(one).label) for one in definition.applies_to or Kind.values)


register(
    Resource(
        key="fields",
        label=_("Custom fields"),
        icon="columns",
        path="settings/fields/",
        rule="settings.manage",
        order=92,
        in_palette=False,
        queryset=lambda _user: FieldDefinition.objects.all(),
        columns=(
            Column("name", _("Name"), fields.label, phone="primary", width="l"),
            Column("kind", _("Holds"), lambda one: one.get_kind_display(), sort="kind", phone="secondary"),
            Column("key", _("Key"), "key", sort="key", hint=_("Its name in files and for other systems; it never changes")),
            Column("for", _("For"), _for),
            Column("required", _("Required"), "required", "flag", sort="required"),
            Column("filterable", _("Filter"), "filterable", "flag", sort="filterable"),
            Column("personal", _("Personal"), "personal", "flag", sort="personal"),
            Column("state", _("State"), _tone, "badge", sort="retired_at"),
            Column("position", _("Place"), "position", "number", sort="position", default=False),
        ),
        default_sort="position",
        full_url=lambda one: reverse("customers:change-field", args=[one.pk]),
        create_url=lambda: reverse("customers:new-field"),
        create_label=_("New field"),
        create_rule="settings.manage",
        empty=Empty(
            _("What your company alone needs to know of a customer gets a field of its own."),
            _("New field"),
            lambda: reverse("customers:new-field"),
            "columns",
            "settings.manage",
        ),
    )
)  # fmt: skip
