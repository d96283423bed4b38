"""Defining custom fields. A definition never destroys values: a retired field keeps them and can be brought back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from regulars.customers import fields
from regulars.customers.models import FieldDefinition, FieldKind, Kind, Party
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST_FIELDS: Final = 200
MOST_OPTIONS: Final = 200
CHANGEABLE: Final = frozenset(
    {"label", "label_zh", "help", "options", "applies_to", "required", "filterable", "personal"}
)
_AT_ONCE: Final = 2_000


@transaction.atomic
def define_field(
    *, by: User | None, kind: str, label: str = "", label_zh: str = "", key: str = "", options: Iterable[Mapping[str, str]] = (),
    adopt: str = "", **facts: Any,
) -> FieldDefinition:  # fmt: skip
    """Make a custom field.

    Args:
        key: by default made from the English name.
        options: for the kinds of choice, each with ``label`` and/or ``label_zh`` (and ``value``, if it has one already).
        adopt: the name under which an import kept such values: those that fit move into the field.
        facts: any other of ``CHANGEABLE``.

    Raises:
        UserError: something does not fit, with a sentence that says what.
    """
    if FieldDefinition.objects.count() >= MOST_FIELDS:
        raise UserError(_("There are %(n)s fields already, which is the most there can be.") % {"n": MOST_FIELDS})
    position = (FieldDefinition.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    made = FieldDefinition(
        kind=kind, label=text.clean(label), label_zh=text.clean(label_zh), position=position, created_by=by
    )
    made.key = key.strip() or _free_key(label or label_zh)
    made.options = _settled_options(kind, options)
    for name, value in facts.items():
        _assign(made, name, value)
    _validate(made)
    made.save()
    ensure_index(made)
    if adopt:
        _adopt(made, adopt)
    fields.forget()
    audit.record("customers.field_defined", by=by, object_type="field", object_id=made.pk, key=made.key, kind=kind)
    return made


@transaction.atomic
def change_field(*, field: FieldDefinition, changes: Mapping[str, Any], by: User | None) -> FieldDefinition:
    """Change anything but key and kind.

    Raises:
        UserError: a change does not fit; an option that customers still have cannot be taken away.
    """
    current = FieldDefinition.objects.select_for_update().get(pk=field.pk)
    for name, value in changes.items():
        if name == "options":
            current.options = _settled_options(current.kind, value, current.options)
            _keep_used_options(field, current)
        else:
            _assign(current, name, value)
    _validate(current)
    current.save()
    if current.filterable != field.filterable:
        ensure_index(current)
    fields.forget()
    audit.record(
        "customers.field_changed",
        by=by,
        object_type="field",
        object_id=current.pk,
        key=current.key,
        fields=sorted(changes),
    )
    return current


@transaction.atomic
def retire_field(*, field: FieldDefinition, by: User | None) -> None:
    """Show the field no more; its values stay and come back with it."""
    FieldDefinition.objects.filter(pk=field.pk, retired_at=None).update(retired_at=clock.now())
    fields.forget()
    audit.record("customers.field_retired", by=by, object_type="field", object_id=field.pk, key=field.key)


@transaction.atomic
def revive_field(*, field: FieldDefinition, by: User | None) -> None:
    """Show a retired field again."""
    FieldDefinition.objects.filter(pk=field.pk).update(retired_at=None)
    fields.forget()
    audit.record("customers.field_revived", by=by, object_type="field", object_id=field.pk, key=field.key)


@transaction.atomic
def move_field(*, field: FieldDefinition, places: int, by: User | None) -> None:
    """Move the field up (negative) or down in the order of the form."""
    order = list(FieldDefinition.objects.active())
    here = next((n for n, one in enumerate(order) if one.pk == field.pk), None)
    if here is None:
        return
    order.insert(max(0, min(len(order) - 1, here + places)), order.pop(here))
    for position, one in enumerate(order, 1):
        one.position = position
    FieldDefinition.objects.bulk_update(order, ["position"])
    fields.forget()


def ensure_index(field: FieldDefinition) -> None:
    """Make the index that filters and sorting use, or drop it where the field is no longer filtered by."""
    name = f"party_own_{field.pk}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # no index is made over rows whose checks are still to come
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if not field.filterable or field.kind == FieldKind.CHOICES:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            return
        value = fields.value_sql(connection.vendor, field.key, field.kind)
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON customers_party ({value}, id) WHERE {value} IS NOT NULL")


def ensure_indexes() -> None:
    """Make every field's index anew where a migration or a restore has left it out."""
    for field in FieldDefinition.objects.all():
        ensure_index(field)


def _free_key(name: str) -> str:
    base = slugify(name).replace("-", "_")[:32]
    base = base if fields.KEY.fullmatch(base) else f"field_{base}".rstrip("_")
    taken = set(FieldDefinition.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(one for one in (base, *(f"{base}_{n}" for n in range(2, MOST_FIELDS + 3))) if one not in taken)


def _assign(field: FieldDefinition, name: str, value: Any) -> None:
    if name not in CHANGEABLE:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": name})
    setattr(field, name, text.clean(value) if isinstance(value, str) else value)


def _settled_options(
    kind: str, offered: Iterable[Mapping[str, str]], before: Iterable[Mapping[str, str]] = ()
) -> list[dict[str, str]]:
    """The options with their values: known by value or name they keep it, new ones get one."""
    if kind not in {FieldKind.CHOICE, FieldKind.CHOICES}:
        return []
    held = {
        text.fold(one.get(name, "")): one["value"] for one in before for name in ("label", "label_zh") if one.get(name)
    }
    settled: dict[str, dict[str, str]] = {}
    for option in offered:
        english, chinese = text.clean(option.get("label", "")), text.clean(option.get("label_zh", ""))
        if not (english or chinese):
            continue
        value = option.get("value") or held.get(text.fold(english)) or held.get(text.fold(chinese)) or ""
        value = value or _free_value(english, {*settled, *(one["value"] for one in before)})
        settled[value] = {"value": value, "label": english, "label_zh": chinese}
    if not settled:
        raise UserError(_("Please give at least one choice, one on each line."))
    if len(settled) > MOST_OPTIONS:
        raise UserError(_("A list takes at most %(n)s choices.") % {"n": MOST_OPTIONS})
    return list(settled.values())


def _free_value(name: str, taken: set[str]) -> str:
    base = slugify(name)[:30] or "option"
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, MOST_OPTIONS * 2))) if one not in taken)


def _keep_used_options(before: FieldDefinition, after: FieldDefinition) -> None:
    gone = {one["value"] for one in before.options} - {one["value"] for one in after.options}
    for value in sorted(gone):
        used = Party.objects.alias(own=fields.OwnValue(before))
        used = used.filter(own__contains=f'"{value}"') if before.kind == FieldKind.CHOICES else used.filter(own=value)
        if count := used.count():
            name = fields.option_label(before, value)
            raise UserError(
                _("“%(name)s” cannot be taken away: %(n)s customers have it.") % {"name": name, "n": f"{count:,}"}
            )


def _validate(field: FieldDefinition) -> None:
    if not field.label and not field.label_zh:
        raise UserError(_("Please give the field a name."))
    if field.kind not in FieldKind.values:
        raise UserError(_("Please say what the field holds."))
    if not fields.KEY.fullmatch(field.key):
        raise UserError(_("The key may have small letters, digits and _ only, and begins with a letter."))
    if set(field.applies_to) - set(Kind.values):
        raise UserError(_("A field is for persons, organisations or households."))
    if FieldDefinition.objects.filter(key=field.key).exclude(pk=field.pk).exists():
        raise UserError(_("There is a field with the key “%(key)s” already.") % {"key": field.key})
    try:
        field.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise UserError(f"{FieldDefinition._meta.get_field(name).verbose_name}: {messages[0]}") from error  # type: ignore[union-attr]


def _adopt(field: FieldDefinition, name: str) -> None:
    """Move what an import kept under ``name`` into the field; a value that does not fit stays where it is."""
    rows = Party.objects.filter(custom__has_key=name).order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        last = found[-1].pk
        for party in found:
            try:
                value = fields.clean(field, party.custom[name])
            except UserError:
                continue
            kept = {key: old for key, old in party.custom.items() if key != name}
            party.custom = kept if value is None else {**kept, field.key: value}
        Party.objects.bulk_update(found, ["custom"], batch_size=500)
