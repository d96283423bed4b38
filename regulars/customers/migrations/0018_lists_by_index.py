"""Indexes by which lists of a million come in order or narrowed: the next order expected, source and kind, open matters."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds them."""

    dependencies: ClassVar = [("customers", "0017_relation_of_kin")]
    operations: ClassVar = [
        migrations.AddIndex("party", models.Index(fields=["source", "id"], name="party_by_source")),
        migrations.AddIndex("party", models.Index(fields=["kind", "id"], name="party_by_kind")),
        migrations.AddIndex(
            "customersummary", models.Index(fields=["expected_order_at", "party"], name="summary_by_expected")
        ),
        migrations.AddIndex(
            "customersummary",
            models.Index(fields=["party"], condition=models.Q(open_complaints__gt=0), name="summary_with_complaints"),
        ),
        migrations.AddIndex(
            "customersummary",
            models.Index(fields=["party"], condition=models.Q(open_promises__gt=0), name="summary_with_promises"),
        ),
    ]
