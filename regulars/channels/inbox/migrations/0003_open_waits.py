"""Open is what waits for an answer, and nothing else."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the constraint."""

    dependencies = [("inbox", "0002_search_of_words")]
    operations = [
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(state="open", waiting_since__isnull=False)
                | models.Q(state__in=["waiting", "closed"], waiting_since=None),
                name="conversation_open_waits",
            ),
        ),
    ]
