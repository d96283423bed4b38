"""What a role may do can be set by the company; until now only how far it sees."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_access")]

    operations = [
        migrations.RemoveConstraint("rolesetting", "role_setting_reach_known"),
        migrations.AlterField("rolesetting", "reach", models.CharField(blank=True, max_length=10, verbose_name="sees")),
        migrations.AddField("rolesetting", "rights", models.JSONField(default=dict)),
        migrations.AddField("user", "rights", models.JSONField(default=dict, editable=False)),
        migrations.AddConstraint(
            "rolesetting",
            models.CheckConstraint(
                condition=models.Q(reach__in=["", "own", "team", "territory", "all"]), name="role_setting_reach_known"
            ),
        ),
    ]
