"""Rows that a merge re-points together are remembered together; indexes that most entries never use leave them out.

Few entries supersede another and few belong to a batch, but each that was written or re-pointed paid for both indexes.
SQLite keeps its index of ``supersedes``: it is part of the table.
"""

from __future__ import annotations

from django.db import migrations, models

from regulars.kit.migrating import statements

_BATCH = "customers_event_batch_id_7f9869f2"
_SUPERSEDES = "customers_event_supersedes_id_key"
_OF_BATCH = [
    f"DROP INDEX IF EXISTS {_BATCH}",
    "CREATE INDEX event_of_batch ON customers_event (batch_id) WHERE batch_id IS NOT NULL",
]
_OF_BATCH_BACK = ["DROP INDEX event_of_batch", f"CREATE INDEX {_BATCH} ON customers_event (batch_id)"]
_ONCE = [
    f"ALTER TABLE customers_event DROP CONSTRAINT IF EXISTS {_SUPERSEDES}",
    f"CREATE UNIQUE INDEX {_SUPERSEDES} ON customers_event (supersedes_id) WHERE supersedes_id IS NOT NULL",
]
_ONCE_BACK = [
    f"DROP INDEX {_SUPERSEDES}",
    f"ALTER TABLE customers_event ADD CONSTRAINT {_SUPERSEDES} UNIQUE (supersedes_id)",
]


class Migration(migrations.Migration):
    """Changes the log of merges, and the indexes."""

    dependencies = [("customers", "0014_search_of_these")]
    operations = [
        migrations.AddField("mergemove", "object_ids", models.JSONField(default=list)),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(
                    statements(sqlite=_OF_BATCH, postgresql=[*_OF_BATCH, *_ONCE]),
                    statements(sqlite=_OF_BATCH_BACK, postgresql=[*_OF_BATCH_BACK, *_ONCE_BACK]),
                )
            ],
            state_operations=[
                migrations.AlterField(
                    "event",
                    "batch_id",
                    models.BigIntegerField(blank=True, null=True),
                ),
                migrations.AddIndex(
                    "event",
                    models.Index(
                        fields=["batch_id"], name="event_of_batch", condition=models.Q(batch_id__isnull=False)
                    ),
                ),
            ],
        ),
    ]
