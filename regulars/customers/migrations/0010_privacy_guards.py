"""Erasure of a person, and the guards around it: consent is append-only in the database too; the words of an entry of the
timeline may go, its facts never, and only while its party is being erased.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from regulars.kit.migrating import statements

_FACTS = (
    "id", "occurred_at", "recorded_at", "party_id", "kind", "channel", "department", "actor_id", "object_type", "object_id",
    "amount", "currency", "quantity", "source", "source_key", "supersedes_id", "batch_id",
)  # fmt: skip
_SAID = ("id", "channel", "purpose", "state", "given_at", "recorded_at", "recorded_by_id", "batch_id")
_TIMELINE = "the timeline is append-only"
_CONSENT = "consent is append-only"
_BEING_ERASED = "EXISTS (SELECT 1 FROM customers_erasing WHERE party_id IN (OLD.customer_id, OLD.party_id))"
_OWNER_ERASED = "EXISTS (SELECT 1 FROM customers_erasing WHERE party_id = OLD.party_id)"


def _differs(names: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)


def _distinct(names: tuple[str, ...]) -> str:
    return f"({', '.join(f'OLD.{name}' for name in names)}) IS DISTINCT FROM ({', '.join(f'NEW.{name}' for name in names)})"


SQLITE = [
    "DROP TRIGGER event_no_update",
    f"""CREATE TRIGGER event_no_update BEFORE UPDATE ON customers_event
        WHEN {_differs(_FACTS)}
             OR (OLD.retracted_in IS NOT NULL AND OLD.retracted_in IS NOT NEW.retracted_in)
             OR (OLD.payload IS NOT NEW.payload AND NOT {_BEING_ERASED})
        BEGIN SELECT RAISE(ABORT, '{_TIMELINE}'); END""",
    f"""CREATE TRIGGER consent_no_update BEFORE UPDATE ON customers_consent
        WHEN {_differs(_SAID)}
             OR ((OLD.evidence IS NOT NEW.evidence OR OLD.source IS NOT NEW.source)
                 AND NOT (NEW.evidence = '' AND NEW.source = '' AND {_OWNER_ERASED}))
        BEGIN SELECT RAISE(ABORT, '{_CONSENT}'); END""",
    f"""CREATE TRIGGER consent_no_delete BEFORE DELETE ON customers_consent WHEN OLD.batch_id IS NULL
        BEGIN SELECT RAISE(ABORT, '{_CONSENT}'); END""",
]
POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' OR {_distinct(_FACTS)}
               OR (OLD.retracted_in IS NOT NULL AND OLD.retracted_in IS DISTINCT FROM NEW.retracted_in)
               OR (OLD.payload IS DISTINCT FROM NEW.payload AND NOT {_BEING_ERASED})
            THEN RAISE EXCEPTION '{_TIMELINE}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$""",
    f"""CREATE FUNCTION consent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.batch_id IS NULL THEN RAISE EXCEPTION '{_CONSENT}' USING ERRCODE = 'restrict_violation'; END IF;
                RETURN OLD;
            END IF;
            IF {_distinct(_SAID)}
               OR ((OLD.evidence, OLD.source) IS DISTINCT FROM (NEW.evidence, NEW.source)
                   AND NOT (NEW.evidence = '' AND NEW.source = '' AND {_OWNER_ERASED}))
            THEN RAISE EXCEPTION '{_CONSENT}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON customers_consent
       FOR EACH ROW EXECUTE FUNCTION consent_append_only()""",
]
SQLITE_BACK = [
    "DROP TRIGGER consent_no_delete",
    "DROP TRIGGER consent_no_update",
    "DROP TRIGGER event_no_update",
    f"""CREATE TRIGGER event_no_update BEFORE UPDATE ON customers_event
        WHEN {_differs((*_FACTS, "payload"))} OR (OLD.retracted_in IS NOT NULL AND OLD.retracted_in IS NOT NEW.retracted_in)
        BEGIN SELECT RAISE(ABORT, '{_TIMELINE}'); END""",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER consent_append_only ON customers_consent",
    "DROP FUNCTION consent_append_only()",
    f"""CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' OR {_distinct((*_FACTS, "payload"))}
               OR (OLD.retracted_in IS NOT NULL AND OLD.retracted_in IS DISTINCT FROM NEW.retracted_in)
            THEN RAISE EXCEPTION '{_TIMELINE}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$""",
]


class Migration(migrations.Migration):
    """Tables of erasure, then the guards."""

    dependencies = [("customers", "0009_linkage_weights")]
    operations = [
        migrations.CreateModel(
            name="ErasedMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("erasure", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="customers.erasure")),
            ],
        ),
        migrations.CreateModel(
            name="Erasing",
            fields=[("party_id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"verbose_name": "erasing"},
        ),
        migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK)),
    ]
