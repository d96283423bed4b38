"""Permission: suppressed addresses, texts of consent, double opt-in, counters of messages, the company's rules of contact.

The guard of consent learns of the new column; a text of consent is guarded like it.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kit.clock
from regulars.kit.migrating import statements

_BEFORE = ("id", "channel", "purpose", "state", "given_at", "recorded_at", "recorded_by_id", "batch_id")
_SAID = (*_BEFORE, "text_id")
_CONSENT = "consent is append-only"
_TEXT = "a text of consent is written once"
_OWNER_ERASED = "EXISTS (SELECT 1 FROM customers_erasing WHERE party_id = OLD.party_id)"


def _sqlite_guard(names: tuple[str, ...]) -> str:
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)
    return f"""CREATE TRIGGER consent_no_update BEFORE UPDATE ON customers_consent
        WHEN {differs}
             OR ((OLD.evidence IS NOT NEW.evidence OR OLD.source IS NOT NEW.source)
                 AND NOT (NEW.evidence = '' AND NEW.source = '' AND {_OWNER_ERASED}))
        BEGIN SELECT RAISE(ABORT, '{_CONSENT}'); END"""


def _postgresql_guard(names: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return f"""CREATE OR REPLACE FUNCTION consent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.batch_id IS NULL THEN RAISE EXCEPTION '{_CONSENT}' USING ERRCODE = 'restrict_violation'; END IF;
                RETURN OLD;
            END IF;
            IF ({old}) IS DISTINCT FROM ({new})
               OR ((OLD.evidence, OLD.source) IS DISTINCT FROM (NEW.evidence, NEW.source)
                   AND NOT (NEW.evidence = '' AND NEW.source = '' AND {_OWNER_ERASED}))
            THEN RAISE EXCEPTION '{_CONSENT}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$"""


_NO_DELETE = f"""CREATE TRIGGER consent_no_delete BEFORE DELETE ON customers_consent WHEN OLD.batch_id IS NULL
        BEGIN SELECT RAISE(ABORT, '{_CONSENT}'); END"""
OPEN = ["DROP TRIGGER consent_no_update"]
OPEN_BACK = ["DROP TRIGGER IF EXISTS consent_no_delete", _sqlite_guard(_BEFORE), _NO_DELETE]
"""Backwards the table is made anew, and its triggers go with the old one."""
SQLITE = [
    _sqlite_guard(_SAID),
    f"""CREATE TRIGGER consent_text_no_update BEFORE UPDATE ON customers_consenttext
        BEGIN SELECT RAISE(ABORT, '{_TEXT}'); END""",
    f"""CREATE TRIGGER consent_text_no_delete BEFORE DELETE ON customers_consenttext
        BEGIN SELECT RAISE(ABORT, '{_TEXT}'); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER consent_text_no_delete",
    "DROP TRIGGER consent_text_no_update",
    "DROP TRIGGER consent_no_update",
]
POSTGRESQL = [
    _postgresql_guard(_SAID),
    f"""CREATE FUNCTION consent_text_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_TEXT}' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER consent_text_once BEFORE UPDATE OR DELETE ON customers_consenttext
       FOR EACH ROW EXECUTE FUNCTION consent_text_once()""",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER consent_text_once ON customers_consenttext",
    "DROP FUNCTION consent_text_once()",
    _postgresql_guard(_BEFORE),
]


class Migration(migrations.Migration):
    """Tables of permission, then the guards."""

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("customers", "0020_room_for_scores")]
    operations = [
        migrations.RunPython(statements(sqlite=OPEN), statements(sqlite=OPEN_BACK)),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=regulars.kit.clock.now, editable=False)),
            ],
            options={
                "verbose_name": "text of consent",
                "constraints": [
                    models.UniqueConstraint(fields=("key", "language", "version"), name="consent_text_version_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="text",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.consenttext"),
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=16, verbose_name="channel")),
                ("digest", models.CharField(max_length=64)),
                ("scope", models.CharField(
                    choices=[("marketing", "Marketing"), ("all", "Everything")], max_length=10, verbose_name="scope")),
                ("reason", models.CharField(
                    choices=[
                        ("unsubscribe", "Unsubscribed"), ("manual", "Set by hand"), ("hard_bounce", "Address does not exist"),
                        ("complaint", "Reported as spam"), ("legal", "Legal reasons"),
                    ],
                    max_length=12, verbose_name="reason")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="source")),
                ("at", models.DateTimeField(default=regulars.kit.clock.now, verbose_name="since")),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_by", models.ForeignKey(
                    blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                    to=settings.AUTH_USER_MODEL)),
                ("party", models.ForeignKey(
                    blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="suppressions",
                    to="customers.party")),
                ("recorded_by", models.ForeignKey(
                    blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                    to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "suppression",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)), fields=("channel", "digest", "scope"), name="suppression_once"),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["marketing", "all"])), name="suppression_scope_known"),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["unsubscribe", "manual", "hard_bounce", "complaint", "legal"])),
                        name="suppression_reason_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("channel", models.CharField(max_length=16, verbose_name="channel")),
                ("purpose", models.CharField(default="marketing", max_length=24, verbose_name="purpose")),
                ("asked_at", models.DateTimeField(default=regulars.kit.clock.now, verbose_name="asked")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed")),
                ("consent", models.ForeignKey(
                    blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="customers.consent")),
                ("contact_point", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="confirmations", to="customers.contactpoint")),
                ("party", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="confirmations", to="customers.party")),
                ("text", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.consenttext")),
            ],
            options={
                "verbose_name": "confirmation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("asked_at"))), name="confirmation_expires_later"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pressure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=16, verbose_name="channel")),
                ("day", models.DateField(verbose_name="day")),
                ("n", models.PositiveIntegerField(default=0)),
                ("party", models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="pressure", to="customers.party")),
            ],
            options={
                "verbose_name": "messages of a day",
                "constraints": [
                    models.UniqueConstraint(fields=("party", "day", "channel"), name="pressure_once_a_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactRules",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("quiet_from", models.PositiveSmallIntegerField(default=1260, verbose_name="quiet from")),
                ("quiet_until", models.PositiveSmallIntegerField(default=540, verbose_name="quiet until")),
                ("caps", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField(default=regulars.kit.clock.now)),
                ("changed_by", models.ForeignKey(
                    blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                    to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "rules of contact",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="contact_rules_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quiet_from__lt", 1440), ("quiet_until__lt", 1440)), name="contact_rules_in_a_day"),
                ],
            },
        ),
        migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK)),
    ]
