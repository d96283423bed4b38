"""Numbers of other systems, of contracts and of assets are found by how they begin, whatever system they belong to."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds three indexes."""

    dependencies = [("customers", "0007_search_index")]
    operations = [
        migrations.AddIndex(
            "identifier",
            models.Index(fields=["external_id"], opclasses=["varchar_pattern_ops"], name="identifier_by_number"),
        ),
        migrations.AddIndex(
            "contract", models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="contract_by_number")
        ),
        migrations.AddIndex(
            "asset", models.Index(fields=["serial"], opclasses=["varchar_pattern_ops"], name="asset_by_begin_of_serial")
        ),
    ]
