"""The list of what was done is read by when it was done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_moves_together")]

    operations = [
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["done_at", "id"], condition=models.Q(done_at__isnull=False), name="task_done_by_time"
            ),
        ),
    ]
