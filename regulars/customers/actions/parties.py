"""Creating, changing, trashing and restoring parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers import fields, search, timeline
from regulars.customers.actions.contact import add_contact_point
from regulars.customers.actions.revisions import revise
from regulars.customers.models import (
    Batch,
    BatchKind,
    CustomerSummary,
    FieldDefinition,
    Identifier,
    Kind,
    Party,
    PartyRole,
    Revision,
    RoleKind,
    Stage,
)
from regulars.customers.models.relation import BUYING
from regulars.kit import clock, text
from regulars.kit.errors import Conflict, UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

EDITABLE: Final = frozenset(
    {
        "kind", "name", "family_name", "given_name", "other_name", "salutation", "birth_date", "language", "preferred_channel",
        "preferred_time", "address", "city", "region", "postcode", "country", "industry", "about", "owner", "team", "territory",
        "source",
    }
)  # fmt: skip
_NAME_PARTS = {"kind", "name", "family_name", "given_name"}
SEARCHED: Final = frozenset({"name", "other_name"})


@transaction.atomic
def create_party(
    *,
    by: User | None,
    kind: str = Kind.PERSON,
    name: str = "",
    role: str = RoleKind.PROSPECT,
    contact_points: Iterable[tuple[str, str]] = (),
    identifiers: Iterable[tuple[str, str]] = (),
    custom: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Party:
    """Create a party with its summary, its role from today (none for an empty one), and an entry on the timeline.

    Args:
        name: display name; for a person it may be left out when ``family_name`` or ``given_name`` is given.
        contact_points: pairs of kind and address as given.
        identifiers: pairs of system and number there.
        custom: values of custom fields by key; those that are required must be there.
        facts: any of ``EDITABLE``.

    Raises:
        UserError: there is no name, or a value does not fit its field.
    """
    party = Party(kind=kind, name=name, created_by=by, custom=_custom(kind, custom), **facts)
    _settle_name(party)
    _validate(party)
    party.save()
    stage = Stage.RECRUIT if role in BUYING else ""
    CustomerSummary.objects.create(party=party, currency=settings.CURRENCY, stage=stage)
    if role:
        PartyRole.objects.create(party=party, role=role, valid_from=timezone.localdate(clock.now()))
    for system, number in identifiers:
        Identifier.objects.create(party=party, system=system, external_id=number)
    for point_kind, raw in contact_points:
        add_contact_point(party=party, kind=point_kind, raw=raw, by=by)
    timeline.record(
        kind="customers.created", customer=party, by=by, source="regulars", payload={"source": party.source}
    )
    search.reindex([party.pk])
    return party


def _custom(kind: str, told: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values of custom fields of a new party; None leaves them open, as a feed that knows none of them does.

    Raises:
        UserError: a value does not fit, a required one is missing, or there is no such field.
    """
    if told is None:
        return {}
    active = {one.key: one for one in fields.active(kind)}
    if unknown := set(told) - set(active):
        raise UserError(_("There is no field “%(name)s”.") % {"name": ", ".join(sorted(unknown))})
    values = {key: fields.clean(one, told.get(key)) for key, one in active.items()}
    return {key: value for key, value in values.items() if value is not None}


@transaction.atomic
def change_party(
    *, party: Party, changes: Mapping[str, Any], by: User | None, version: int | None = None, batch: Batch | None = None
) -> Revision | None:
    """Change fields of ``party`` and keep what they were.

    Args:
        changes: new values by field name (``EDITABLE``, or ``custom.<key>``).
        version: the version the editor saw; None overwrites whatever is there.

    Returns:
        The revision, None when nothing differs.

    Raises:
        Conflict: somebody changed the same field since ``version``.
        UserError: a field is unknown or a value does not fit.
    """
    current = Party.objects.select_for_update().get(pk=party.pk)
    before = {name: _value(current, name) for name in _all_fields(changes)}
    if version is not None and version != current.version:
        _refuse_overwriting(current, changes, version)
    for name, value in _understood(changes).items():
        _assign(current, name, value)
    if _NAME_PARTS & set(changes):
        _settle_name(current, prefer_parts=not {"name"} & set(changes))
    _validate(current)
    after = {name: _value(current, name) for name in before}
    revision = revise(record=current, before=before, after=after, by=by, party_id=current.pk, batch=batch)
    if revision is not None:
        current.version += 1
        current.updated_at = clock.now()
        current.save()
        if SEARCHED & set(revision.after):
            search.reindex([current.pk])
    for name in {field.attname for field in Party._meta.concrete_fields}:
        setattr(party, name, getattr(current, name))
    return revision


def _understood(changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes`` with the values of custom fields cleaned; a key that no field defines takes what it is given."""
    keys = [name.removeprefix("custom.") for name in changes if name.startswith("custom.")]
    known = {one.key: one for one in FieldDefinition.objects.filter(key__in=keys)} if keys else {}
    told = dict(changes)
    for key in keys:
        if key in known:
            told[f"custom.{key}"] = fields.clean(known[key], changes[f"custom.{key}"])
    return told


def _all_fields(changes: Mapping[str, Any]) -> list[str]:
    names = {"custom" if name.startswith("custom.") else name for name in changes}
    if unknown := names - EDITABLE - {"custom"}:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": ", ".join(sorted(unknown))})
    return sorted(names | (_NAME_PARTS if names & _NAME_PARTS else set()))


def attname(name: str) -> str:
    """The column behind a field of Party: ``owner`` → ``owner_id``."""
    return str(getattr(Party._meta.get_field(name), "attname"))  # noqa: B009 -- the type stubs know fields without columns


def _value(party: Party, name: str) -> Any:
    value = getattr(party, attname(name))
    return dict(value) if name == "custom" else value


def _assign(party: Party, name: str, value: Any) -> None:
    if name.startswith("custom."):
        key = name.removeprefix("custom.")
        kept = {held: old for held, old in party.custom.items() if held != key}
        party.custom = kept if value is None else {**kept, key: value}
    elif isinstance(value, str):
        setattr(party, name, value.strip() if name == "about" else text.clean(value))
    elif Party._meta.get_field(name).is_relation and not hasattr(value, "pk"):
        setattr(party, f"{name}_id", value)
    else:
        setattr(party, name, value)


def _refuse_overwriting(current: Party, changes: Mapping[str, Any], version: int) -> None:
    since = Revision.objects.filter(table=Party._meta.label_lower, object_id=current.pk).order_by("-id")[
        : max(current.version - version, 0)
    ]
    touched = {name for revision in since for name in revision.after}
    for name, offered in changes.items():
        if name in touched:
            message = _("Somebody else changed this in the meantime.")
            raise Conflict(message, current=_value(current, name.partition(".")[0]), offered=offered)


def _settle_name(party: Party, *, prefer_parts: bool = True) -> None:
    if party.kind == Kind.PERSON and prefer_parts and (party.family_name or party.given_name):
        party.name = text.person_name(party.family_name, party.given_name)
    party.name = text.clean(party.name)
    party.fold = text.fold(party.name)[:200]


def _validate(party: Party) -> None:
    if not party.name:
        raise UserError(_("Please give a name."))
    if isinstance(party.birth_date, date) and party.birth_date > timezone.localdate(clock.now()):
        raise UserError(_("The birthday lies in the future."))
    try:
        party.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        label = Party._meta.get_field(field).verbose_name if field != "__all__" else ""  # type: ignore[union-attr]
        raise UserError(f"{label}: {messages[0]}") from error


@transaction.atomic
def trash_parties(*, party_ids: Iterable[int], by: User | None) -> Batch:
    """Move parties to the trash as one act that can be undone. Their history stays."""
    batch = Batch.objects.create(kind=BatchKind.TRASH, made_by=by)
    _stamp(party_ids, batch, by, trashed=True)
    return batch


@transaction.atomic
def restore_parties(*, party_ids: Iterable[int], by: User | None) -> Batch:
    """Take parties out of the trash as one act."""
    batch = Batch.objects.create(kind=BatchKind.TRASH, made_by=by)
    _stamp(party_ids, batch, by, trashed=False)
    return batch


def _stamp(party_ids: Iterable[int], batch: Batch, by: User | None, *, trashed: bool) -> None:
    ids, now = list(party_ids), clock.now()
    for start in range(0, len(ids), 900):
        found = list(
            Party.objects.filter(pk__in=ids[start : start + 900], trashed_at__isnull=trashed, merged_into=None)
        )
        Revision.objects.bulk_create(
            Revision(
                table=Party._meta.label_lower,
                object_id=party.pk,
                party_id=party.pk,
                before={"trashed_at": party.trashed_at.isoformat() if party.trashed_at else None},
                after={"trashed_at": now.isoformat() if trashed else None},
                made_by=by,
                batch=batch,
            )
            for party in found
        )
        Party.objects.filter(pk__in=[party.pk for party in found]).update(
            trashed_at=now if trashed else None,
            trashed_by=by if trashed else None,
            version=F("version") + 1,
            updated_at=now,
        )
