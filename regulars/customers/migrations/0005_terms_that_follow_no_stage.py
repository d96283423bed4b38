import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A contract's term may continue another's, its end may be put off or seen to; a party may be in no stage."""

    dependencies = [("customers", "0004_merging_fields_privacy_contracts")]

    operations = [
        migrations.AlterModelOptions(name="partyrelation", options={"verbose_name": "relation"}),
        migrations.AlterModelOptions(name="partyrole", options={"verbose_name": "role"}),
        migrations.AddField(
            "asset",
            "quiet_until",
            models.DateField(blank=True, editable=False, null=True, verbose_name="not now until"),
        ),
        migrations.AddField(
            "asset",
            "seen_to_on",
            models.DateField(blank=True, editable=False, null=True, verbose_name="end seen to on"),
        ),
        migrations.AddField(
            "contract",
            "follows",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="followed_by",
                to="customers.contract",
                verbose_name="continues",
            ),
        ),
        migrations.AddField(
            "contract",
            "quiet_until",
            models.DateField(blank=True, editable=False, null=True, verbose_name="not now until"),
        ),
        migrations.AddField(
            "contract",
            "seen_to_on",
            models.DateField(blank=True, editable=False, null=True, verbose_name="end seen to on"),
        ),
        migrations.AlterField(
            "customersummary",
            "stage",
            models.CharField(
                blank=True,
                choices=[
                    ("recruit", "Recruit"), ("welcome", "Welcome"), ("getting_to_know", "Getting to know"),
                    ("account_management", "Account management"), ("intensify", "Intensify"), ("pre_divorce", "Pre-divorce"),
                    ("divorce", "Divorce"), ("recovery", "Recovery"),
                ],
                default="recruit",
                max_length=20,
                verbose_name="stage",
            ),
        ),
    ]  # fmt: skip
