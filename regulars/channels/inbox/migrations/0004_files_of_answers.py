"""Files wait with a draft and leave with an answer; an answer says what it quotes."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Adds the columns and the constraint."""

    dependencies = [("inbox", "0003_open_waits")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="draft",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="inbox.draft",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="quotes",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="quotes",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="inbox.entry",
            ),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="inbox.entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=Q(("draft", None), ("entry__isnull", False)) | Q(("draft__isnull", False), ("entry", None)),
                name="attachment_of_one",
            ),
        ),
    ]
