"""Changing many parties as one act, and taking acts back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from regulars.customers import search
from regulars.customers.actions.parties import EDITABLE, SEARCHED, attname
from regulars.customers.actions.revisions import plain, revise
from regulars.customers.models import Batch, BatchKind, Party, Revision
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from regulars.staff.models import User

undo_by_kind: Final[dict[str, Callable[[Batch, User | None], None]]] = {}
"""What else an undo has to do for batches of a kind; imports register here."""


@transaction.atomic
def bulk_change(*, party_ids: Iterable[int], changes: Mapping[str, Any], by: User | None, title: str = "") -> Batch:
    """Set the same fields on many parties as one act that can be undone.

    Cost: three statements per 500 parties.

    Raises:
        UserError: a field cannot be changed.
    """
    if unknown := set(changes) - EDITABLE:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": ", ".join(sorted(unknown))})
    batch = Batch.objects.create(kind=BatchKind.BULK_EDIT, made_by=by, title=title)
    ids, now = sorted(set(party_ids)), clock.now()
    after = {attname(name): plain(value) for name, value in changes.items()}
    for start in range(0, len(ids), 500):
        found = list(Party.objects.live().filter(pk__in=ids[start : start + 500]))
        touched = [
            party for party in found if any(plain(getattr(party, name)) != value for name, value in after.items())
        ]
        Revision.objects.bulk_create(
            Revision(
                table=Party._meta.label_lower,
                object_id=party.pk,
                party_id=party.pk,
                before={_bare(name): plain(getattr(party, name)) for name in after},
                after={_bare(name): value for name, value in after.items()},
                made_by=by,
                batch=batch,
            )
            for party in touched
        )
        Party.objects.filter(pk__in=[party.pk for party in touched]).update(
            **after, version=models.F("version") + 1, updated_at=now
        )
    if SEARCHED & set(changes):
        search.reindex(ids)
    return batch


def _bare(column: str) -> str:
    return column.removesuffix("_id")


@transaction.atomic
def undo_batch(*, batch: Batch, by: User | None) -> int:
    """Take back everything a batch did where nobody changed it since; returns the number of records restored.

    Raises:
        UserError: it is undone already.
    """
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.undone_at is not None:
        raise UserError(_("This has been undone already."))
    restored = sum(_restore(revision, by) for revision in locked.revisions.order_by("-id").iterator(chunk_size=2_000))
    if extra := undo_by_kind.get(locked.kind):
        extra(locked, by)
    search.catch_up(limit=None)
    locked.undone_at, locked.undone_by = clock.now(), by
    locked.save(update_fields=["undone_at", "undone_by"])
    batch.undone_at, batch.undone_by = locked.undone_at, by
    audit.record(
        "customers.act_undone", by=by, object_type="batch", object_id=batch.pk, kind=batch.kind, restored=restored
    )
    return restored


@transaction.atomic
def undo_revision(*, revision: Revision, by: User | None) -> bool:
    """Give the fields of one revision their values from before, where they still are what it made them."""
    done = bool(_restore(revision, by))
    if revision.party_id is not None:
        search.reindex([revision.party_id])
    return done


def _restore(revision: Revision, by: User | None) -> int:
    model = apps.get_model(revision.table)
    record = model._base_manager.filter(pk=revision.object_id).first()
    if record is None or _made_by(record, revision.batch_id):
        return 0  # what an act made goes whole, with the rest of the act
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, old in revision.before.items():
        field = model._meta.get_field(name)
        now = getattr(record, field.attname)
        if not _same(field, now, revision.after.get(name)):
            continue
        before[name], after[name] = now, field.to_python(old) if not field.is_relation else old
        setattr(record, field.attname, after[name])
    if not after:
        return 0
    revise(record=record, before=before, after=after, by=by, party_id=revision.party_id)
    names = list(after)
    if isinstance(record, Party):
        record.fold = text.fold(record.name)[:200]
        record.version += 1
        record.updated_at = clock.now()
        names += ["fold", "version", "updated_at"]
    record.save(update_fields=names)
    return 1


def _made_by(record: models.Model, batch: int | None) -> bool:
    return batch is not None and getattr(record, "batch_id", None) == batch


def _same(field: Any, now: Any, then: Any) -> bool:
    return plain(now) == then or (not field.is_relation and now == field.to_python(then))
