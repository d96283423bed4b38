"""The log hears of lines, products and contracts too: per row on SQLite, once a statement on PostgreSQL, which knows how."""

from django.db import migrations

from regulars.kit.migrating import statements

LINES = "SELECT 'lines', {row}.order_id, CAST(NULL AS bigint) {rows}"
RETURNED = "SELECT 'return_lines', {row}.entry_id, CAST(NULL AS bigint) {rows}"
CAME_BACK = """SELECT 'lines', (SELECT l.order_id FROM commerce_orderline l WHERE l.id = {row}.order_line_id), CAST(NULL AS bigint)
    {rows} WHERE {row}.order_line_id IS NOT NULL"""
PRODUCTS = "SELECT 'products', {row}.id, CAST(NULL AS bigint) {rows}"
CONTRACTS = "SELECT 'contracts', {row}.id, {row}.party_id {rows}"
WATCHED = {
    "commerce_orderline": (LINES,),
    "commerce_returnline": (RETURNED, CAME_BACK),
    "catalogue_product": (PRODUCTS,),
    "customers_contract": (CONTRACTS,),
}
"""What is noted of a row (fact, row, party) of a table. The lines of an order are noted by the order."""
EVENTS = {"insert": ("NEW",), "update": ("NEW", "OLD"), "delete": ("OLD",)}
_LOG = "INSERT INTO reporting_factchange (fact, row, party)"


def sqlite() -> list[str]:
    """One trigger per table and event; what a row was before an update counts too: it may have belonged elsewhere."""
    made = []
    for table, noted in WATCHED.items():
        for event, rows in EVENTS.items():
            told = " UNION ".join(one.format(row=row, rows="") for one in noted for row in rows)
            made.append(
                f"CREATE TRIGGER {table}_log_{event} AFTER {event.upper()} ON {table} FOR EACH ROW BEGIN {_LOG} {told}; END"
            )
    return made


def postgresql() -> list[str]:
    """One function and one trigger per table and event, over all rows of a statement."""
    made = []
    for table, noted in WATCHED.items():
        for event, rows in EVENTS.items():
            name = f"{table}_log_{event}"
            before_and_after = " UNION ALL ".join(f"SELECT * FROM {row}_rows" for row in rows)  # noqa: S608 -- our own names
            told = " UNION ".join(one.format(row="r", rows=f"FROM ({before_and_after}) r") for one in noted)
            made.append(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_LOG} {told}; RETURN NULL; END $$"
            )
            tables = " ".join(f"{row} TABLE AS {row}_rows" for row in rows)
            made.append(
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
    return made


def _back(dropped: str) -> list[str]:
    return [dropped.format(f"{table}_log_{event}") for table in WATCHED for event in EVENTS]


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [
        ("reporting", "0003_search_for_duplicates"),
        ("customers", "0004_merging_fields_privacy_contracts"),
        ("commerce", "0001_initial"),
        ("catalogue", "0001_initial"),
    ]
    operations = [
        migrations.RunPython(
            statements(sqlite=sqlite(), postgresql=postgresql()),
            statements(sqlite=_back("DROP TRIGGER {}"), postgresql=_back("DROP FUNCTION {}() CASCADE")),
        ),
    ]
