"""A further kind of relation: kin, as address books name them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Only the choices."""

    dependencies = [("customers", "0016_tasks_done")]

    operations = [
        migrations.AlterField(
            model_name="partyrelation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("employed_by", "works at"),
                    ("reports_to", "reports to"),
                    ("member_of", "member of household"),
                    ("referred_by", "referred by"),
                    ("buys_through", "buys through"),
                    ("subsidiary_of", "subsidiary of"),
                    ("partner_of", "partner of"),
                    ("related_to", "related to"),
                ],
                max_length=16,
                verbose_name="relation",
            ),
        ),
    ]
