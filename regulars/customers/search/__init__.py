"""Search: one index per database that finds any party, kept true in the transaction that changes it.

``find(rows, typed)`` gives hits in order, ``narrowed(rows, typed)`` a narrowed queryset for lists; ``reindex(party_ids)`` is
called by whoever writes names, addresses or numbers past the actions; ``rebuild()`` writes the index anew. docs/search.md
tells how it works and what it costs.
"""

from regulars.customers.search.index import catch_up, health, marked, rebuild, reindex
from regulars.customers.search.lookup import Hit, find, ids_of, narrowed
from regulars.customers.search.numbers import Quality, number_finder

__all__ = [
    "Hit",
    "Quality",
    "catch_up",
    "find",
    "health",
    "ids_of",
    "marked",
    "narrowed",
    "number_finder",
    "rebuild",
    "reindex",
]
