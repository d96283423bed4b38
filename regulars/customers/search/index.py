"""Keeping the index true: in the transaction that changes a party, in bulk, and from nothing.

Triggers mark every party whose words may have changed (``SearchMark``), so that nothing is missed whoever writes. The
actions call ``reindex`` before they end; what was left marked by others is found by search all the same (it reads a
bounded number of marked parties from the record itself) and is indexed by the worker (``catch_up``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Min

from regulars.customers.models import Party, SearchDocument, SearchMark
from regulars.customers.search.documents import documents_between, documents_of
from regulars.kit.parts import in_parts

_SLICE: Final = 800
_STRETCH: Final = 20_000
MOST_MARKED: Final = 300
"""So many marked parties are read from the record by each search; more would make it slow."""


@transaction.atomic
def reindex(party_ids: Iterable[int]) -> int:
    """Bring the words of these parties up to date; returns how many had changed.

    Call it in the transaction that wrote names, addresses, numbers or merges past the actions.
    """
    changed = 0
    for ids in in_parts(sorted(set(party_ids)), _SLICE):
        changed += _reindex(ids)
    return changed


def _reindex(ids: list[int]) -> int:
    marks = list(SearchMark.objects.filter(party_id__in=ids).values_list("pk", flat=True))
    ids = sorted({*ids, *_winners(ids)})
    kept = dict(_locked(ids))
    changed = _write(ids, kept, documents_of(ids))
    for some in in_parts(marks, _SLICE):
        SearchMark.objects.filter(pk__in=some).delete()
    return changed


def _winners(ids: Sequence[int]) -> set[int]:
    """The parties into which some of ``ids`` were merged, through merges of merges."""
    found: set[int] = set()
    wanted = list(ids)
    while wanted:
        rows = Party.objects.filter(pk__in=wanted, merged_into__isnull=False).values_list("merged_into", flat=True)
        wanted = [pk for pk in rows if pk is not None and pk not in found]
        found.update(wanted)
    return found


def _locked(ids: Sequence[int]) -> list[tuple[int, str]]:
    """The words as they stand. Where writers overlap (PostgreSQL), whoever else reindexes these parties waits, then reads what we wrote."""
    rows = SearchDocument.objects.filter(pk__in=ids).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return list(rows.values_list("pk", "words"))


def _write(ids: Iterable[int], kept: Mapping[int, str], wanted: Mapping[int, str]) -> int:
    gone = [pk for pk in ids if pk in kept and pk not in wanted]
    new = [(pk, words) for pk, words in wanted.items() if kept.get(pk) != words]
    for some in in_parts(gone, _SLICE):
        SearchDocument.objects.filter(pk__in=some).delete()
    if new and connection.vendor == "sqlite":
        # one statement: a trigger that runs in many makes FTS5 write to the disk after each
        _execute(
            _INSERT.format("json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(%s)"),
            json.dumps(new),
        )
    elif new:
        parties, texts = zip(*new, strict=True)
        _execute(_INSERT.format("* FROM unnest(%s::bigint[], %s::text[]) one"), list(parties), list(texts))
    return len(gone) + len(new)


_INSERT: Final = """INSERT INTO customers_searchdocument (party_id, words) SELECT {} WHERE true
                    ON CONFLICT (party_id) DO UPDATE SET words = excluded.words"""


def _execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def catch_up(limit: int | None = 20_000) -> int:
    """Index the parties that are marked, about ``limit`` at most, in short transactions; returns how many had changed.

    Inside a transaction this is the short way to index everything that was just written, whoever wrote it.
    """
    changed = looked_at = 0
    while limit is None or looked_at < limit:
        if not (ids := marked(_SLICE)):
            break
        changed += reindex(ids)
        looked_at += len(ids)
    return changed


def marked(limit: int) -> list[int]:
    """Parties whose words may have changed since they were indexed, ``limit`` at most."""
    return list(SearchMark.objects.order_by("pk").values_list("party_id", flat=True)[:limit])


def rebuild(progress: Callable[[int, int], None] | None = None, *, afresh: bool = False) -> int:
    """Write the whole index anew from the record, a stretch of ids at a time, and return the number of parties in it.

    Each stretch is a transaction of its own: others may write meanwhile, what they change is marked or indexed by them.

    Args:
        afresh: empty the database's own index first, whatever state it is in; until the end, less is found.
    """
    if afresh or not SearchDocument.objects.exists():
        _empty()
    bounds = Party.objects.aggregate(first=Min("pk"), last=Max("pk"))
    SearchDocument.objects.exclude(party_id__gte=bounds["first"] or 0, party_id__lte=bounds["last"] or 0).delete()
    if bounds["first"] is None:
        return 0
    total = 0
    for first in range(bounds["first"], bounds["last"] + 1, _STRETCH):
        total += _rebuild_stretch(first, min(first + _STRETCH - 1, bounds["last"]))
        if progress:
            progress(
                min(first + _STRETCH - bounds["first"], bounds["last"] - bounds["first"] + 1),
                bounds["last"] - bounds["first"] + 1,
            )
    settle()
    return total


@transaction.atomic
def _empty() -> None:
    """Begin from nothing; on PostgreSQL without the index, which ``settle`` makes when all words are there: ten times faster."""
    if connection.vendor == "sqlite":
        _execute("INSERT INTO customers_search (customers_search) VALUES ('rebuild')")
    else:
        _execute("DROP INDEX IF EXISTS search_by_lexeme")
    SearchDocument.objects.all().delete()


@transaction.atomic
def _rebuild_stretch(first: int, last: int) -> int:
    within = {"party_id__gte": first, "party_id__lte": last}
    newest = SearchMark.objects.filter(**within).aggregate(newest=Max("pk"))["newest"] or 0
    rows = SearchDocument.objects.filter(**within).order_by("pk")
    kept = dict(
        (rows.select_for_update() if connection.features.has_select_for_update else rows).values_list("pk", "words")
    )
    wanted = documents_between(first, last)
    _write(list(kept), kept, wanted)
    SearchMark.objects.filter(**within, pk__lte=newest).delete()
    return len(wanted)


def settle() -> None:
    """After much was written: merge the index into few parts, and let the planner of PostgreSQL know what is there."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO customers_search (customers_search) VALUES ('optimize')")
        else:
            cursor.execute(
                "CREATE INDEX IF NOT EXISTS search_by_lexeme ON customers_searchdocument USING gin (lexemes)"
            )
            cursor.execute("SELECT gin_clean_pending_list('search_by_lexeme'::regclass)")
            cursor.execute("ANALYZE customers_searchdocument")


@dataclass(frozen=True, slots=True)
class Health:
    """How many parties the index holds, how many should be in it, how many wait to be indexed, whether its parts agree."""

    indexed: int
    expected: int
    waiting: int
    whole: bool

    @property
    def well(self) -> bool:
        """Whether search finds everybody: what waits is found too, as long as it is little."""
        return self.whole and self.waiting <= MOST_MARKED and abs(self.indexed - self.expected) <= self.waiting


def health() -> Health:
    """Look the index over. Counts, so it takes a second at a million parties."""
    return Health(
        indexed=SearchDocument.objects.count(),
        expected=Party.objects.filter(merged_into=None).count(),
        waiting=SearchMark.objects.values("party_id").distinct().count(),
        whole=_is_whole(),
    )


def _is_whole() -> bool:
    """Whether SQLite's index agrees with the words it is made of; whether PostgreSQL's is there."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT to_regclass('search_by_lexeme') IS NOT NULL")
            return bool(cursor.fetchone()[0])
        try:
            cursor.execute("INSERT INTO customers_search (customers_search, rank) VALUES ('integrity-check', 1)")
        except DatabaseError:
            return False
    return True
