"""The company's name can be set on screen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kit.clock


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_rights_of_roles")]

    operations = [
        migrations.CreateModel(
            name="CompanySetting",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("changed_at", models.DateTimeField(default=regulars.kit.clock.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(id=1), name="company_setting_once")],
            },
        ),
    ]
