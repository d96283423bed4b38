"""Of one origin several lists may go out one after the other; one at most waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fulfilment", "0001_fulfilment"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="fulfilmentlist",
            name="fulfilment_list_once_per_origin",
        ),
        migrations.AddConstraint(
            model_name="fulfilmentlist",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("origin", ""), _negated=True), ("sent_at", None)),
                fields=("origin",),
                name="fulfilment_list_waits_once_per_origin",
            ),
        ),
    ]
