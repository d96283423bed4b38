"""The database itself refuses to change or delete an entry of the audit log."""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

_MESSAGE = "the audit log is append-only"

SQLITE = [
    f"""CREATE TRIGGER audit_no_delete BEFORE DELETE ON staff_auditentry BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
    f"""CREATE TRIGGER audit_no_update BEFORE UPDATE ON staff_auditentry BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
]
POSTGRESQL = [
    f"""CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON staff_auditentry
       FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
]
SQLITE_BACK = ["DROP TRIGGER audit_no_delete", "DROP TRIGGER audit_no_update"]
POSTGRESQL_BACK = ["DROP TRIGGER audit_append_only ON staff_auditentry", "DROP FUNCTION audit_append_only()"]


class Migration(migrations.Migration):
    """Adds the guard."""

    dependencies = [("staff", "0002_audit_log")]
    operations = [migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK))]
