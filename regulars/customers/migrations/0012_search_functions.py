"""PostgreSQL: two questions to the search index that are always answered from the index.

Left to itself the planner takes a beginning of a word for common, or many alternatives for many rows, and reads the
whole table for what nobody is called. SQLite has no such choice.
"""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

FORWARDS = [
    """CREATE FUNCTION search_matching(wanted tsquery, most integer) RETURNS SETOF bigint
       LANGUAGE sql STABLE SET enable_seqscan = off
       AS $$ SELECT party_id FROM customers_searchdocument WHERE lexemes @@ wanted LIMIT most $$""",
    """CREATE FUNCTION search_known(words text[]) RETURNS SETOF text
       LANGUAGE sql STABLE SET enable_seqscan = off
       AS $$ SELECT word FROM unnest(words) word
             WHERE EXISTS (SELECT 1 FROM customers_searchdocument WHERE lexemes @@ quote_literal(word)::tsquery) $$""",
]
BACKWARDS = ["DROP FUNCTION search_matching(tsquery, integer)", "DROP FUNCTION search_known(text[])"]


class Migration(migrations.Migration):
    """Adds the functions."""

    dependencies = [("customers", "0011_guard_by_column")]
    operations = [migrations.RunPython(statements(postgresql=FORWARDS), statements(postgresql=BACKWARDS))]
