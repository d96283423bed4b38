"""The log of changed facts, written by triggers of the database: nothing that changes a fact can forget to say so."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import migrations, models


@dataclass(frozen=True)
class Watched:
    """A table whose rows are facts: how they are called in the warehouse, their id and party, and which rows and columns matter."""

    table: str
    fact: str
    party: str
    row: str = "id"
    only: str = ""
    columns: str = ""


WATCHED = (
    Watched("commerce_order", "orders", "customer_id"),
    Watched("commerce_return", "returns", "customer_id"),
    Watched("customers_party", "parties", "id", columns="kind, city, created_at, trashed_at, merged_into_id"),
    Watched("customers_partyrole", "parties", "party_id", row="party_id"),
    Watched(
        "customers_event", "contacts", "customer_id",
        only="{0}.kind NOT LIKE 'customers.%' AND {0}.kind NOT LIKE 'commerce.%'", columns="customer_id, retracted_in",
    ),
    Watched("customers_task", "complaints", "party_id", only="{0}.kind = 'complaint'"),
)  # fmt: skip
_LOG = "INSERT INTO reporting_factchange (fact, row, party)"


def _events(one: Watched) -> list[tuple[str, str]]:
    """What happens to a row, and the name of the row that tells of it."""
    changed = f"UPDATE OF {one.columns}" if one.columns else "UPDATE"
    return [("INSERT", "NEW"), (changed, "NEW"), ("DELETE", "OLD")]


def sqlite() -> list[str]:
    """One trigger per table and event."""
    made = []
    for one in WATCHED:
        for event, told in _events(one):
            when = f"WHEN {one.only.format(told)}" if one.only else ""
            values = f"SELECT '{one.fact}', {told}.{one.row}, {told}.{one.party};"
            moved = f"{_LOG} SELECT '{one.fact}', OLD.{one.row}, OLD.{one.party} WHERE OLD.{one.party} IS NOT NEW.{one.party};"
            made.append(
                f"CREATE TRIGGER {one.table}_log_{event.split()[0].lower()} AFTER {event} ON {one.table} FOR EACH ROW {when} "
                f"BEGIN {_LOG} {values} {moved if event.startswith('UPDATE') else ''} END"
            )
    return made


def postgresql() -> list[str]:
    """One function per table and one trigger per event."""
    made = []
    for one in WATCHED:
        name = f"{one.table}_changed"
        tell = f"{_LOG} VALUES ('{one.fact}', {{0}}.{one.row}, {{0}}.{one.party});"
        made.append(
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    {tell.format("OLD")}
                    RETURN NULL;
                END IF;
                {tell.format("NEW")}
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.{one.party} IS DISTINCT FROM NEW.{one.party} THEN {tell.format("OLD")} END IF;
                END IF;
                RETURN NULL;
            END $$"""
        )
        for event, told in _events(one):
            when = f"WHEN ({one.only.format(told)})" if one.only else ""
            made.append(
                f"CREATE TRIGGER {one.table}_log_{event.split()[0].lower()} AFTER {event} ON {one.table} "
                f"FOR EACH ROW {when} EXECUTE FUNCTION {name}()"
            )
    return made


def _make(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    for statement in sqlite() if schema_editor.connection.vendor == "sqlite" else postgresql():
        schema_editor.execute(statement.replace("%", "%%") if "%" in statement else statement)


def _remove(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for one in WATCHED:
        if not is_sqlite:
            schema_editor.execute(f"DROP FUNCTION {one.table}_changed() CASCADE")
            continue
        for event, _told in _events(one):
            schema_editor.execute(f"DROP TRIGGER {one.table}_log_{event.split()[0].lower()}")


class Migration(migrations.Migration):
    """Adds the log, the mark of the warehouse, and the triggers."""

    dependencies = [
        ("reporting", "0001_initial"),
        ("customers", "0002_event_append_only"),
        ("commerce", "0001_initial"),
    ]
    operations = [
        migrations.CreateModel(
            name="FactChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.CharField(max_length=12)),
                ("row", models.BigIntegerField()),
                ("party", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WarehouseMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("intended", models.CharField(blank=True, max_length=16)),
                ("reached", models.CharField(blank=True, max_length=16)),
            ],
        ),
        migrations.RunPython(_make, _remove),
    ]
