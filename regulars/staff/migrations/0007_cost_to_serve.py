"""What it costs to serve a customer can be set on screen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0006_company")]

    operations = [
        migrations.AlterField("companysetting", "name", models.CharField(blank=True, max_length=80, verbose_name="name")),
        migrations.AddField(
            "companysetting", "cost_per_order",
            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="cost of an order"),
        ),
        migrations.AddField(
            "companysetting", "cost_per_contact",
            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="cost of a contact"),
        ),
        migrations.AddField(
            "companysetting", "cost_currency", models.CharField(blank=True, default="", max_length=3), preserve_default=False
        ),
    ]  # fmt: skip
