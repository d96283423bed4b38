"""PostgreSQL: which of a few thousand parties have certain words, looked up one by one, however common the words are."""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

FORWARDS = """CREATE FUNCTION search_of_these(wanted tsquery, ids bigint[]) RETURNS SETOF bigint
              LANGUAGE sql STABLE SET enable_seqscan = off SET enable_bitmapscan = off
              AS $$ SELECT party_id FROM customers_searchdocument WHERE party_id = ANY(ids) AND lexemes @@ wanted $$"""
BACKWARDS = "DROP FUNCTION search_of_these(tsquery, bigint[])"


class Migration(migrations.Migration):
    """Adds the function."""

    dependencies = [("customers", "0013_summary_orders")]
    operations = [migrations.RunPython(statements(postgresql=[FORWARDS]), statements(postgresql=[BACKWARDS]))]
