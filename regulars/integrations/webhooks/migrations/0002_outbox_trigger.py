"""Each entry of the timeline that somebody subscribes to leaves a row in the outbox, in its own transaction.

Entries of a batch (imports) are left out: their end is told in one message. Without a subscription nothing is written.
"""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

_SOMEBODY = "EXISTS (SELECT 1 FROM webhooks_subscription WHERE removed_at IS NULL AND paused_at IS NULL)"
SQLITE = [
    f"""CREATE TRIGGER webhooks_event_told AFTER INSERT ON customers_event
        WHEN NEW.batch_id IS NULL AND {_SOMEBODY}
        BEGIN INSERT INTO webhooks_outbox (event_id) VALUES (NEW.id); END""",  # noqa: S608 -- our own words
]
POSTGRESQL = [
    f"""CREATE FUNCTION webhooks_event_told() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_SOMEBODY} THEN INSERT INTO webhooks_outbox (event_id) VALUES (NEW.id); END IF;
            RETURN NULL;
        END $$""",  # noqa: S608 -- our own words
    """CREATE TRIGGER webhooks_event_told AFTER INSERT ON customers_event
       FOR EACH ROW WHEN (NEW.batch_id IS NULL) EXECUTE FUNCTION webhooks_event_told()""",
]
SQLITE_BACK = ["DROP TRIGGER webhooks_event_told"]
POSTGRESQL_BACK = ["DROP TRIGGER webhooks_event_told ON customers_event", "DROP FUNCTION webhooks_event_told()"]


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("webhooks", "0001_subscriptions"), ("customers", "0001_initial")]
    operations = [migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK))]
