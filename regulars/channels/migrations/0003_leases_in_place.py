"""A lease changes no column of an index: PostgreSQL then writes it beside the row, where the page has room, and touches no index.

What a dead sender left behind is found by the few messages that are on the wire, not by all that are leased. The second index of
keys, which Django makes for LIKE, was read by nobody.
"""

from __future__ import annotations

from django.db import migrations, models

from regulars.kit.migrating import statements

FORWARDS = [
    "ALTER TABLE channels_message SET (fillfactor = 50)",
    "DROP INDEX IF EXISTS channels_message_key_6bc99625_like",
]
BACKWARDS = [
    "CREATE INDEX channels_message_key_6bc99625_like ON channels_message (key varchar_pattern_ops)",
    "ALTER TABLE channels_message RESET (fillfactor)",
]


class Migration(migrations.Migration):
    """Replaces an index, drops another, leaves room."""

    dependencies = [("channels", "0002_arms_and_counting")]
    operations = [
        migrations.RemoveIndex(model_name="message", name="message_leased"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["attempted_at"],
                name="message_on_the_wire",
                condition=models.Q(("done_at", None), ("state", "attempting")),
            ),
        ),
        migrations.RunPython(statements(postgresql=FORWARDS), statements(postgresql=BACKWARDS)),
    ]
