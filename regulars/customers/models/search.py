"""What the search index holds: one row of words per party, and the parties whose words may have changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SearchDocument(models.Model):
    """The words a party is found by (``kit.words.document``); merged parties have none, their names lead to the winner.

    Derived from the record alone. SQLite keeps an FTS5 table over ``words`` by triggers, PostgreSQL a generated tsvector
    under a GIN index (migration ``search_index``). No foreign key: a trigger takes the row away with its party.
    """

    party_id = models.BigIntegerField(primary_key=True)
    words = models.TextField()

    class Meta:
        verbose_name = "search document"


class SearchMark(models.Model):
    """Says that the words of a party may have changed; written by triggers, taken away by ``customers.search.reindex``."""

    party_id = models.BigIntegerField()

    class Meta:
        verbose_name = "search mark"
        indexes: ClassVar = [models.Index(fields=["party_id"], name="search_mark_of_party")]
