"""Assets and contracts in the order of their end, whether or not they still count: the lists walk down it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Widens the two indexes."""

    dependencies: ClassVar = [("customers", "0018_lists_by_index")]

    operations: ClassVar = [
        migrations.RemoveIndex("asset", "asset_by_end_of_warranty"),
        migrations.RemoveIndex("contract", "contract_by_end"),
        migrations.AddIndex("asset", models.Index(fields=["warranty_until", "id"], name="asset_by_end_of_warranty")),
        migrations.AddIndex("contract", models.Index(fields=["ends_on", "id"], name="contract_by_end")),
    ]
