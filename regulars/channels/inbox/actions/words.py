"""The index by which words are found in the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.db import connection

from regulars.channels.inbox.models import Entry, EntryWords
from regulars.kit.words import LONGEST_WORD, fold, parts

_LONGEST: Final = 20_000


def index(entries: Iterable[Entry]) -> None:
    """Write (anew) by which words entries are found: subject, sender and text, the first 20,000 characters of them."""
    EntryWords.objects.bulk_create(
        [EntryWords(entry=one, words=" ".join(dict.fromkeys(_words(one)))) for one in entries],
        update_conflicts=True, unique_fields=["entry"], update_fields=["words"],
    )  # fmt: skip


def rebuild() -> None:
    """Make the database's own index anew from the words that are kept (after a backup was restored)."""
    if connection.vendor == "sqlite":  # PostgreSQL's follows from the column
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO inbox_search (inbox_search) VALUES ('rebuild')")


def _words(entry: Entry) -> Iterator[str]:
    """Whole words; of a run in a script without blanks each character and each pair of neighbours."""
    told = f"{entry.subject} {entry.from_name} {entry.from_address} {entry.text}"[:_LONGEST]
    for is_run, found in parts(fold(told)):
        if is_run:
            yield from found
            yield from (found[at : at + 2] for at in range(len(found) - 1))
        else:
            yield found[:LONGEST_WORD]
