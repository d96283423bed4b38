"""Finds mails that are still kept as they came, oldest first."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("email", "0001_mail_in")]

    operations = [
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["received_at"], condition=~Q(file=""), name="mail_kept"),
        ),
    ]
