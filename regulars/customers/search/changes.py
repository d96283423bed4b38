"""Parties that changed since they were indexed: they are judged by the record itself, so that search is never behind."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from regulars.customers.search.documents import documents_of
from regulars.customers.search.engine import Expression, holds
from regulars.customers.search.index import MOST_MARKED, marked

Changed: TypeAlias = Mapping[int, AbstractSet[str] | None]
"""The words of each changed party as of now; None for one that is merged or gone."""


def changed_since() -> Changed:
    """The parties that are marked, ``MOST_MARKED`` at most. One query where nothing is."""
    ids = marked(MOST_MARKED)
    if not ids:
        return {}
    now = documents_of(ids)
    return {pk: set(now[pk].split()) if pk in now else None for pk in ids}


def corrected(ids: list[int], wanted: Expression, changed: Changed) -> list[int]:
    """What the index found, put right for those that changed."""
    if not changed:
        return ids
    now = [pk for pk, words in changed.items() if words is not None and holds(words, wanted)]
    return [pk for pk in ids if pk not in changed] + sorted(now)
