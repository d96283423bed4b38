"""The search index: a row of words per party, the database's own index over them, and triggers that note whose words may have changed.

SQLite: an FTS5 table ``customers_search`` over ``customers_searchdocument.words``, kept by triggers on that table.
PostgreSQL: a generated column ``lexemes`` under a GIN index. On both, whatever writes names, addresses or numbers
leaves a row in ``customers_searchmark`` in its own transaction, whether or not it knows of the index. Parties that
are there already are marked, for the worker to index.
"""

# ruff: noqa: S608 -- names of our own tables
from __future__ import annotations

from django.db import migrations, models

from regulars.kit.migrating import statements

_NAMES = ("name", "other_name", "merged_into_id")
_POINT = ("party_id", "normalised", "ended_at")
_NUMBER = ("party_id", "external_id")
_WORDED = "reversed_digits = ''"  # numbers are found by indexes of their own table


def _sqlite_mark(which: str, when: str = "") -> str:
    condition = f" AND {when}" if when else ""
    return f"""INSERT INTO customers_searchmark (party_id) SELECT {which} WHERE {which} IS NOT NULL{condition}
               AND NOT EXISTS (SELECT 1 FROM customers_searchmark WHERE party_id = {which});"""


def _sqlite_changed(names: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)


SQLITE = [
    """CREATE VIRTUAL TABLE customers_search USING fts5(
           words, content='customers_searchdocument', content_rowid='party_id', detail=none, columnsize=0,
           tokenize="ascii tokenchars '#^_'")""",
    """CREATE TRIGGER search_document_added AFTER INSERT ON customers_searchdocument BEGIN
           INSERT INTO customers_search (rowid, words) VALUES (NEW.party_id, NEW.words); END""",
    """CREATE TRIGGER search_document_gone AFTER DELETE ON customers_searchdocument BEGIN
           INSERT INTO customers_search (customers_search, rowid, words) VALUES ('delete', OLD.party_id, OLD.words); END""",
    """CREATE TRIGGER search_document_changed AFTER UPDATE ON customers_searchdocument BEGIN
           INSERT INTO customers_search (customers_search, rowid, words) VALUES ('delete', OLD.party_id, OLD.words);
           INSERT INTO customers_search (rowid, words) VALUES (NEW.party_id, NEW.words); END""",
    f"CREATE TRIGGER search_party_added AFTER INSERT ON customers_party BEGIN {_sqlite_mark('NEW.id')} {_sqlite_mark('NEW.merged_into_id')} END",
    f"""CREATE TRIGGER search_party_changed AFTER UPDATE OF {", ".join(_NAMES)} ON customers_party WHEN {_sqlite_changed(_NAMES)}
        BEGIN {_sqlite_mark("NEW.id")} {_sqlite_mark("NEW.merged_into_id")} {_sqlite_mark("OLD.merged_into_id")} END""",
    f"""CREATE TRIGGER search_party_gone AFTER DELETE ON customers_party BEGIN
            DELETE FROM customers_searchdocument WHERE party_id = OLD.id;
            DELETE FROM customers_searchmark WHERE party_id = OLD.id; {_sqlite_mark("OLD.merged_into_id")} END""",
    f"""CREATE TRIGGER search_point_added AFTER INSERT ON customers_contactpoint WHEN NEW.{_WORDED}
        BEGIN {_sqlite_mark("NEW.party_id")} END""",
    f"""CREATE TRIGGER search_point_changed AFTER UPDATE OF {", ".join(_POINT)} ON customers_contactpoint
        WHEN NEW.{_WORDED} AND ({_sqlite_changed(_POINT)}) BEGIN {_sqlite_mark("NEW.party_id")} {_sqlite_mark("OLD.party_id")} END""",
    f"""CREATE TRIGGER search_point_gone AFTER DELETE ON customers_contactpoint WHEN OLD.{_WORDED}
        BEGIN {_sqlite_mark("OLD.party_id")} END""",
    f"CREATE TRIGGER search_number_added AFTER INSERT ON customers_identifier BEGIN {_sqlite_mark('NEW.party_id')} END",
    f"""CREATE TRIGGER search_number_changed AFTER UPDATE OF {", ".join(_NUMBER)} ON customers_identifier WHEN {_sqlite_changed(_NUMBER)}
        BEGIN {_sqlite_mark("NEW.party_id")} {_sqlite_mark("OLD.party_id")} END""",
    f"CREATE TRIGGER search_number_gone AFTER DELETE ON customers_identifier BEGIN {_sqlite_mark('OLD.party_id')} END",
]
SQLITE_BACK = [
    *(
        f"DROP TRIGGER search_{name}"
        for name in (
            "document_added", "document_gone", "document_changed", "party_added", "party_changed", "party_gone",
            "point_added", "point_changed", "point_gone", "number_added", "number_changed", "number_gone",
        )
    ),
    "DROP TABLE customers_search",
]  # fmt: skip


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"


def _postgresql_changed(names: tuple[str, ...]) -> str:
    return f"(OLD.{', OLD.'.join(names)}) IS DISTINCT FROM (NEW.{', NEW.'.join(names)})"


def _new_rows(table: str, column: str, where: str = "") -> str:
    return f"INSERT INTO customers_searchmark (party_id) SELECT DISTINCT {column} FROM added WHERE {column} IS NOT NULL{where};"


def _of_statement(name: str, table: str) -> str:
    return f"""CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
               FOR EACH STATEMENT EXECUTE FUNCTION {name}()"""


def _marks(column: str, *rows: str) -> str:
    values = " UNION ".join(f"SELECT {row}.{column} AS id" for row in rows)
    return f"INSERT INTO customers_searchmark (party_id) SELECT id FROM ({values}) one WHERE id IS NOT NULL;"


POSTGRESQL = [
    """ALTER TABLE customers_searchdocument ADD COLUMN lexemes tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED""",
    "CREATE INDEX search_by_lexeme ON customers_searchdocument USING gin (lexemes)",
    _function(
        "search_party_added", _new_rows("customers_party", "id") + _new_rows("customers_party", "merged_into_id")
    ),
    _of_statement("search_party_added", "customers_party"),
    _function("search_party_changed", _marks("id", "NEW") + _marks("merged_into_id", "NEW", "OLD")),
    f"""CREATE TRIGGER search_party_changed AFTER UPDATE OF {", ".join(_NAMES)} ON customers_party FOR EACH ROW
        WHEN ({_postgresql_changed(_NAMES)}) EXECUTE FUNCTION search_party_changed()""",
    _function(
        "search_party_gone",
        "DELETE FROM customers_searchdocument WHERE party_id = OLD.id; DELETE FROM customers_searchmark WHERE party_id = OLD.id;"
        + _marks("merged_into_id", "OLD"),
    ),
    "CREATE TRIGGER search_party_gone AFTER DELETE ON customers_party FOR EACH ROW EXECUTE FUNCTION search_party_gone()",
    _function("search_point_added", _new_rows("customers_contactpoint", "party_id", f" AND {_WORDED}")),
    _of_statement("search_point_added", "customers_contactpoint"),
    _function("search_number_added", _new_rows("customers_identifier", "party_id")),
    _of_statement("search_number_added", "customers_identifier"),
    _function("search_owned_changed", _marks("party_id", "NEW", "OLD")),
    _function("search_owned_gone", _marks("party_id", "OLD")),
    f"""CREATE TRIGGER search_point_changed AFTER UPDATE OF {", ".join(_POINT)} ON customers_contactpoint FOR EACH ROW
        WHEN (NEW.{_WORDED} AND {_postgresql_changed(_POINT)}) EXECUTE FUNCTION search_owned_changed()""",
    f"""CREATE TRIGGER search_point_gone AFTER DELETE ON customers_contactpoint FOR EACH ROW
        WHEN (OLD.{_WORDED}) EXECUTE FUNCTION search_owned_gone()""",
    f"""CREATE TRIGGER search_number_changed AFTER UPDATE OF {", ".join(_NUMBER)} ON customers_identifier FOR EACH ROW
        WHEN ({_postgresql_changed(_NUMBER)}) EXECUTE FUNCTION search_owned_changed()""",
    "CREATE TRIGGER search_number_gone AFTER DELETE ON customers_identifier FOR EACH ROW EXECUTE FUNCTION search_owned_gone()",
]
POSTGRESQL_BACK = [
    *(
        f"DROP TRIGGER search_{name} ON customers_{table}"
        for name, table in (
            ("party_added", "party"), ("party_changed", "party"), ("party_gone", "party"), ("point_added", "contactpoint"),
            ("point_changed", "contactpoint"), ("point_gone", "contactpoint"), ("number_added", "identifier"),
            ("number_changed", "identifier"), ("number_gone", "identifier"),
        )
    ),
    *(
        f"DROP FUNCTION search_{name}()"
        for name in ("party_added", "party_changed", "party_gone", "point_added", "number_added", "owned_changed", "owned_gone")
    ),
    "DROP INDEX search_by_lexeme",
    "ALTER TABLE customers_searchdocument DROP COLUMN lexemes",
]  # fmt: skip


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("customers", "0006_merge_batch_and_counts")]
    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("party_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={"verbose_name": "search document"},
        ),
        migrations.CreateModel(
            name="SearchMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party_id", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "search mark",
                "indexes": [models.Index(fields=["party_id"], name="search_mark_of_party")],
            },
        ),
        migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK)),
        migrations.RunSQL(
            "INSERT INTO customers_searchmark (party_id) SELECT id FROM customers_party", migrations.RunSQL.noop
        ),
    ]
