"""A merge knows with which others it was made in one act, and how much it moved."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_terms_that_follow_no_stage")]

    operations = [
        migrations.AddField(model_name="merge", name="counts", field=models.JSONField(default=dict)),
        migrations.AddField(
            model_name="merge",
            name="batch_id",
            field=models.BigIntegerField(blank=True, db_index=True, editable=False, null=True),
        ),
    ]
