"""Erasing a person: facts and sums stay, who it was goes, for good."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.customers import search, timeline
from regulars.customers.models import (
    ErasedMark,
    Erasing,
    Erasure,
    FieldDefinition,
    Kind,
    Party,
)
from regulars.customers.privacy import marks, registry
from regulars.customers.privacy.traces import PERSONAL, erased_name
from regulars.customers.queries.privacy import family
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

LEDGER: Final = "erasures.jsonl"
"""Beside the data, not in it: what was erased, so that a backup from before is made to forget it again."""
_STEPS: Final = 5_000


@transaction.atomic
def erase_person(*, party: Party, by: User | None, reason: str = "", request: HttpRequest | None = None) -> Erasure:
    """Let the person go. Orders, sums, dates and codes stay on a record that is called by a number. Cannot be undone.

    Records merged into it go too; nobody can be taken apart from them any more.

    Raises:
        UserError: it is not a person, was merged into another record, or is erased already.
    """
    if party.kind != Kind.PERSON:
        raise UserError(_("Only a person can be erased. Of a company, erase the people who work there."))
    return erase_record(party=party, by=by, reason=reason, request=request)


@transaction.atomic
def erase_record(*, party: Party, by: User | None, reason: str = "", request: HttpRequest | None = None) -> Erasure:
    """As ``erase_person``, of whatever kind the record is (what lay in the trash for long).

    Raises:
        UserError: it was merged into another record, or is erased already.
    """
    held = Party.objects.select_for_update().get(pk=party.pk)
    if held.merged_into_id is not None:
        raise UserError(_("This record was merged into another. Erase that one."))
    if Erasure.objects.filter(party=held).exists():
        raise UserError(_("This person has been erased already."))
    _zero_what_is_deleted()
    ids = family(held.pk)
    words, digests = marks.words_of(ids), marks.digests_of(ids)
    Erasing.objects.bulk_create([Erasing(party_id=pk) for pk in ids], ignore_conflicts=True)
    counts = registry.carry_out(ids, words)
    for pk in ids:
        _empty(Party.objects.get(pk=pk))
    search.reindex(ids)
    Erasing.objects.filter(pk__in=ids).delete()
    erasure = Erasure.objects.create(party=held, made_by=by, reason=reason[:255], counts=counts)
    ErasedMark.objects.bulk_create([ErasedMark(digest=one, erasure=erasure) for one in digests], ignore_conflicts=True)
    timeline.record(kind="customers.erased", customer=held, by=by, source="regulars")
    audit.record(
        "customers.erased", by=by, object_type="party", object_id=held.pk, request=request, rows=sum(counts.values())
    )
    transaction.on_commit(lambda: _remember_outside(ids, erasure))
    party.refresh_from_db()
    return erasure


def _empty(party: Party) -> None:
    for name in PERSONAL:
        setattr(party, name, "")
    party.name = erased_name(party.pk)
    party.fold = text.fold(party.name)[:200]
    party.birth_date = None
    impersonal = set(FieldDefinition.objects.filter(personal=False).values_list("key", flat=True))
    party.custom = {key: value for key, value in party.custom.items() if key in impersonal}
    party.version += 1
    party.updated_at = clock.now()
    party.save()


def _zero_what_is_deleted() -> None:
    """SQLite leaves deleted text in free space unless it is told not to."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def sweep_free_space() -> None:
    """Drop what is deleted but still lies in the search index and in the write-ahead log: the worker, soon after an erasure.

    The index is merged in small steps, each a transaction of its own, so that nobody waits for it.
    """
    if connection.vendor != "sqlite":
        return
    _zero_what_is_deleted()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_search (customers_search, rank) VALUES ('merge', -64)")
        for _step in range(_STEPS):
            before = _changes(cursor)
            cursor.execute("INSERT INTO customers_search (customers_search, rank) VALUES ('merge', 64)")
            if _changes(cursor) - before < 2:  # SQLite's own sign that nothing is left to merge
                break
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _changes(cursor: Any) -> int:
    cursor.execute("SELECT total_changes()")
    return int(cursor.fetchone()[0])


def _ledger() -> Path:
    return Path(settings.HOME) / LEDGER


def _remember_outside(ids: list[int], erasure: Erasure) -> None:
    line = {"parties": ids, "at": erasure.made_at.isoformat(), "reason": erasure.reason}
    with _ledger().open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def reapply_erasures() -> int:
    """After a backup was restored: erase again whom the ledger beside the data says, where the backup still knew them.

    Returns:
        Number of people erased again.
    """
    if not _ledger().exists():
        return 0
    again = 0
    for line in _ledger().read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        at = datetime.fromisoformat(told["at"])
        winner = Party.objects.filter(pk=told["parties"][0], created_at__lt=at, erasure=None).first()
        if winner is not None and winner.merged_into_id is None:
            erase_record(party=winner, by=None, reason=told.get("reason", ""))
            again += 1
    return again


@transaction.atomic
def allow_again(*, kind: str, value: str, by: User | None, request: HttpRequest | None = None) -> bool:
    """They consented anew: the address may be taken again. False when it is not on the list.

    Args:
        kind: a kind of contact point, or ``"number"`` with ``value`` as ``system number``.
    """
    lifted = ErasedMark.objects.filter(digest__in=marks.digests_for(kind, value), lifted_at=None).update(
        lifted_at=clock.now()
    )
    if lifted:
        audit.record("customers.erased_address_allowed", by=by, request=request, kind=kind)
    return bool(lifted)
