"""Indexes by which a narrowed list of a million customers comes in order: stage and class with revenue or money at stake."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Replaces two indexes by three that order as well, and adds one."""

    dependencies: ClassVar = [("customers", "0012_search_functions")]
    operations: ClassVar = [
        migrations.RemoveIndex("customersummary", name="summary_by_stage"),
        migrations.RemoveIndex("customersummary", name="summary_by_class"),
        migrations.AddIndex(
            "customersummary", models.Index(fields=["stage", "revenue_12m", "party"], name="summary_by_stage_revenue")
        ),
        migrations.AddIndex(
            "customersummary", models.Index(fields=["stage", "at_stake", "party"], name="summary_by_stage_stake")
        ),
        migrations.AddIndex(
            "customersummary", models.Index(fields=["value_class", "revenue_12m", "party"], name="summary_by_class_revenue")
        ),
        migrations.AddIndex("customersummary", models.Index(fields=["stage_since", "party"], name="summary_by_since")),
    ]
