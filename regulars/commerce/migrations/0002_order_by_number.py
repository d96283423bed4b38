"""Orders are found by how their number begins, whatever system they come from."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("commerce", "0001_initial")]
    operations = [
        migrations.AddIndex(
            "order", models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="order_by_number")
        ),
    ]
