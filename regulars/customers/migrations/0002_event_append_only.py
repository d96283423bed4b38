"""The database itself refuses to change or delete an entry of the timeline.

Allowed: re-pointing ``customer_id`` (merge) and setting ``retracted_in`` once (undo of a batch).
"""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

_FROZEN = (
    "id", "occurred_at", "recorded_at", "party_id", "kind", "channel", "department", "actor_id", "object_type", "object_id",
    "amount", "currency", "quantity", "payload", "source", "source_key", "supersedes_id", "batch_id",
)  # fmt: skip
_MESSAGE = "the timeline is append-only"

SQLITE = [
    f"""CREATE TRIGGER event_no_delete BEFORE DELETE ON customers_event
        BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
    f"""CREATE TRIGGER event_no_update BEFORE UPDATE ON customers_event
        WHEN {" OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _FROZEN)}
             OR (OLD.retracted_in IS NOT NULL AND OLD.retracted_in IS NOT NEW.retracted_in)
        BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
]
POSTGRESQL = [
    f"""CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE'
               OR ({", ".join(f"OLD.{name}" for name in _FROZEN)}) IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in _FROZEN)})
               OR (OLD.retracted_in IS NOT NULL AND OLD.retracted_in IS DISTINCT FROM NEW.retracted_in)
            THEN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON customers_event
       FOR EACH ROW EXECUTE FUNCTION event_append_only()""",
]
SQLITE_BACK = ["DROP TRIGGER event_no_delete", "DROP TRIGGER event_no_update"]
POSTGRESQL_BACK = ["DROP TRIGGER event_append_only ON customers_event", "DROP FUNCTION event_append_only()"]


class Migration(migrations.Migration):
    """Adds the guard."""

    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK))]
