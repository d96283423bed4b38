"""The guard of the timeline looks only where a guarded column is written: re-pointing fifty thousand entries in a merge
need not ask it fifty thousand times. What it refuses stays the same.
"""

from __future__ import annotations

from django.db import migrations

_GUARDED = (
    "id", "occurred_at", "recorded_at", "party_id", "kind", "channel", "department", "actor_id", "object_type", "object_id",
    "amount", "currency", "quantity", "payload", "source", "source_key", "supersedes_id", "batch_id", "retracted_in",
)  # fmt: skip
_EVERY = "BEFORE UPDATE ON customers_event"
_SOME = f"BEFORE UPDATE OF {', '.join(_GUARDED)} ON customers_event"


def _sqlite(schema_editor, old: str, new: str) -> None:  # type: ignore[no-untyped-def]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'event_no_update'")
        (statement,) = cursor.fetchone()
    schema_editor.execute("DROP TRIGGER event_no_update")
    schema_editor.execute(statement.replace(old, new, 1))


def _postgresql(schema_editor, when: str) -> None:  # type: ignore[no-untyped-def]
    schema_editor.execute("DROP TRIGGER event_append_only ON customers_event")
    schema_editor.execute(
        f"CREATE TRIGGER event_append_only BEFORE {when} OR DELETE ON customers_event "
        "FOR EACH ROW EXECUTE FUNCTION event_append_only()"
    )


def _narrow(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    if schema_editor.connection.vendor == "sqlite":
        _sqlite(schema_editor, _EVERY, _SOME)
    else:
        _postgresql(schema_editor, f"UPDATE OF {', '.join(_GUARDED)}")


def _widen(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    if schema_editor.connection.vendor == "sqlite":
        _sqlite(schema_editor, _SOME, _EVERY)
    else:
        _postgresql(schema_editor, "UPDATE")


class Migration(migrations.Migration):
    """Changes when the guard is asked."""

    dependencies = [("customers", "0010_privacy_guards")]
    operations = [migrations.RunPython(_narrow, _widen)]
