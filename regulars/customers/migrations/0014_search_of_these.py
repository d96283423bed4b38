"""PostgreSQL: which of a few thousand parties have certain words, looked up one by one, however common the words are."""

from __future__ import annotations

from typing import Any

from django.db import migrations

FORWARDS = """CREATE FUNCTION search_of_these(wanted tsquery, ids bigint[]) RETURNS SETOF bigint
              LANGUAGE sql STABLE SET enable_seqscan = off SET enable_bitmapscan = off
              AS $$ SELECT party_id FROM customers_searchdocument WHERE party_id = ANY(ids) AND lexemes @@ wanted $$"""
BACKWARDS = "DROP FUNCTION search_of_these(tsquery, bigint[])"


def _run(statement: str) -> Any:
    def execute(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    """Adds the function."""

    dependencies = [("customers", "0013_summary_orders")]
    operations = [migrations.RunPython(_run(FORWARDS), _run(BACKWARDS))]
