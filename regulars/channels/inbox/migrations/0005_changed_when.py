"""When anything about a conversation changed last, so that open lists hear of it."""

from __future__ import annotations

from django.db import migrations, models

import regulars.kit.clock


class Migration(migrations.Migration):
    """Adds the column and its index."""

    dependencies = [("inbox", "0004_files_of_answers")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="changed_at",
            field=models.DateTimeField(default=regulars.kit.clock.now),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["-changed_at", "-id"], name="conversation_changed"),
        ),
    ]
