"""Files wait with a draft and leave with an answer; an answer says what it quotes."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import CASCADE, SET_NULL, ForeignKey, Q


class Migration(migrations.Migration):
    """Adds the columns and the constraint."""

    dependencies = [("inbox", "0003_open_waits")]

    operations = [
        migrations.AddField("attachment", "draft", ForeignKey("inbox.draft", CASCADE, blank=True, null=True, related_name="attachments")),
        migrations.AddField("draft", "quotes", models.BooleanField(db_default=True, default=True)),
        migrations.AddField("entry", "quotes", ForeignKey("inbox.entry", SET_NULL, blank=True, null=True, related_name="+")),
        migrations.AlterField("attachment", "entry", ForeignKey("inbox.entry", CASCADE, blank=True, null=True, related_name="attachments")),
        migrations.AddConstraint(
            "attachment",
            models.CheckConstraint(
                condition=Q(("draft", None), ("entry__isnull", False)) | Q(("draft__isnull", False), ("entry", None)), name="attachment_of_one",
            ),
        ),
    ]  # fmt: skip
