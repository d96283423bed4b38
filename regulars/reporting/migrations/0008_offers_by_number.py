"""Forecasts tell their offers by number, in a sixth of the room, and have two marks. The next refresh foretells everybody anew.

On PostgreSQL half of each page is left free: on a Monday the offers of all differ, and the new row finds its place beside
the old one (a heap-only tuple), so that no index is written.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from regulars.kit.migrating import statements

FORWARDS = ["ALTER TABLE reporting_customerforecast SET (fillfactor = 50)"]


class Migration(migrations.Migration):
    """Makes the table anew: every row of it would have to be written again."""

    dependencies = [("customers", "0014_search_of_these"), ("reporting", "0007_slices_of_two")]
    operations = [
        migrations.DeleteModel("CustomerForecast"),
        migrations.CreateModel(
            name="CustomerForecast",
            fields=[
                ("party", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="forecast", serialize=False, to="customers.party")),
                ("as_of", models.DateTimeField()),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("alive", models.FloatField(blank=True, null=True, verbose_name="still a customer")),
                ("churn", models.FloatField(blank=True, null=True, verbose_name="about to leave")),
                ("orders", models.FloatField(blank=True, null=True, verbose_name="orders expected")),
                ("orders_low", models.FloatField(blank=True, null=True)),
                ("orders_high", models.FloatField(blank=True, null=True)),
                ("money", models.BigIntegerField(blank=True, null=True, verbose_name="money expected")),
                ("money_low", models.BigIntegerField(blank=True, null=True)),
                ("money_high", models.BigIntegerField(blank=True, null=True)),
                ("again", models.TextField(default="[]", verbose_name="will buy again")),
                ("new", models.TextField(default="[]", verbose_name="will buy new")),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                ("mark", models.BigIntegerField(default=0)),
                ("offers_mark", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "forecast of a customer",
                "indexes": [
                    models.Index(fields=["alive", "party"], name="forecast_by_alive"),
                    models.Index(fields=["churn", "party"], name="forecast_by_churn"),
                    models.Index(fields=["orders", "party"], name="forecast_by_orders"),
                    models.Index(fields=["money", "party"], name="forecast_by_money"),
                ],
            },
        ),
        migrations.RunPython(statements(postgresql=FORWARDS), migrations.RunPython.noop),
    ]  # fmt: skip
