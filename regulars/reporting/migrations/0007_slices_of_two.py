import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0006_forecasts_and_slices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField("analysisslice", "dimension", models.CharField(max_length=40)),
        migrations.AlterField("analysisslice", "value", models.CharField(max_length=170)),
        migrations.AlterField("analysisslice", "label", models.CharField(blank=True, max_length=250)),
        migrations.CreateModel(
            name="AskedSlice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("dimension", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=170)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=24)),
                ("asked_at", models.DateTimeField(default=regulars.kit.clock.now)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("name", "dimension", "value"), name="asked_slice_once")
                ],
            },
        ),
    ]
