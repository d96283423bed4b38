"""The index over the words of entries. SQLite: an FTS5 table kept by triggers; PostgreSQL: a generated column under a GIN index."""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

SQLITE = [
    """CREATE VIRTUAL TABLE inbox_search USING fts5(
           words, content='inbox_entrywords', content_rowid='entry_id', detail=none, columnsize=0, tokenize="ascii")""",
    """CREATE TRIGGER inbox_words_added AFTER INSERT ON inbox_entrywords BEGIN
           INSERT INTO inbox_search (rowid, words) VALUES (NEW.entry_id, NEW.words); END""",
    """CREATE TRIGGER inbox_words_gone AFTER DELETE ON inbox_entrywords BEGIN
           INSERT INTO inbox_search (inbox_search, rowid, words) VALUES ('delete', OLD.entry_id, OLD.words); END""",
    """CREATE TRIGGER inbox_words_changed AFTER UPDATE ON inbox_entrywords BEGIN
           INSERT INTO inbox_search (inbox_search, rowid, words) VALUES ('delete', OLD.entry_id, OLD.words);
           INSERT INTO inbox_search (rowid, words) VALUES (NEW.entry_id, NEW.words); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER inbox_words_added", "DROP TRIGGER inbox_words_gone", "DROP TRIGGER inbox_words_changed", "DROP TABLE inbox_search",
]  # fmt: skip
POSTGRESQL = [
    """ALTER TABLE inbox_entrywords ADD COLUMN lexemes tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED""",
    "CREATE INDEX inbox_by_lexeme ON inbox_entrywords USING gin (lexemes)",
]
POSTGRESQL_BACK = ["DROP INDEX inbox_by_lexeme", "ALTER TABLE inbox_entrywords DROP COLUMN lexemes"]


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("inbox", "0001_conversations")]
    operations = [
        migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK)),
    ]
