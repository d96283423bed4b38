"""Asking the database's own index: one expression over words, said to FTS5 or to tsquery."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the index, or every word that begins so."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """All of these."""

    parts: Sequence[Expression]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these."""

    parts: Sequence[Expression]


Expression = Word | Every | Some


_FTS: Final = "SELECT rowid FROM customers_search WHERE customers_search MATCH %s"


def matching(wanted: Expression, limit: int) -> list[int]:
    """Ids of at most ``limit`` parties whose words fulfil the expression, in no order that means anything."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT search_matching(%s::tsquery, %s)", [_tsquery(wanted), limit])
        else:
            cursor.execute(f"{_FTS} LIMIT %s", [_fts(wanted), limit])
        return [pk for (pk,) in cursor.fetchall()]


def known(words: Sequence[str]) -> list[str]:
    """Those of many ``words`` that are worth asking for: on PostgreSQL those that exist; SQLite asks for all as fast."""
    if not words or connection.vendor != "postgresql":
        return list(words)
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_known(%s::text[])", [list(words)])
        return [word for (word,) in cursor.fetchall()]


def of_these(wanted: Expression, ids: Sequence[int]) -> list[int]:
    """Those of a few thousand parties whose words fulfil the expression, however many others' do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT search_of_these(%s::tsquery, %s::bigint[])", [_tsquery(wanted), list(ids)])
        else:
            told = [json.dumps(list(ids)), _fts(wanted)]
            cursor.execute(f"SELECT value FROM json_each(%s) WHERE value IN ({_FTS})", told)  # noqa: S608 -- our own statement
        return [pk for (pk,) in cursor.fetchall()]


def among(wanted: Expression) -> RawSQL:
    """The same as a subquery of ids, for ``pk__in``."""
    return RawSQL(*_statement(wanted))  # noqa: S611 -- the statement is one of two, the words are a parameter


def _statement(wanted: Expression) -> tuple[str, list[Any]]:
    if connection.vendor == "postgresql":
        return "SELECT party_id FROM customers_searchdocument WHERE lexemes @@ %s::tsquery", [_tsquery(wanted)]
    return _FTS, [_fts(wanted)]


def _fts(wanted: Expression) -> str:
    match wanted:
        case Word(text, begins):
            return f'"{text}"*' if begins else f'"{text}"'
        case Every(parts):
            return "(" + " AND ".join(_fts(one) for one in parts) + ")"
        case Some(parts):
            return "(" + " OR ".join(_fts(one) for one in parts) + ")"


def _tsquery(wanted: Expression) -> str:
    match wanted:
        case Word(text, begins):
            return f"'{text}':*" if begins else f"'{text}'"
        case Every(parts):
            return "(" + " & ".join(_tsquery(one) for one in parts) + ")"
        case Some(parts):
            return "(" + " | ".join(_tsquery(one) for one in parts) + ")"


def holds(words: Collection[str], wanted: Expression) -> bool:
    """Whether these words fulfil the expression: what the index would say of a party with them."""
    match wanted:
        case Word(text, begins):
            return any(one.startswith(text) for one in words) if begins else text in words
        case Every(parts):
            return all(holds(words, one) for one in parts)
        case Some(parts):
            return any(holds(words, one) for one in parts)


def begins(field: str, start: str) -> Q:
    """``field`` begins with ``start``. SQLite answers a range from its index, and LIKE only by reading everything."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": start, f"{field}__lt": start + "\U0010ffff"})
    return Q(**{f"{field}__startswith": start})
