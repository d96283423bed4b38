"""PostgreSQL: room on each page of the summaries, so that a score that no index knows is told without touching one.

A nightly run tells a fifth of a large record something new. Of most of these rows only ranks and reasons change; with free
space on their page the new row stays there (a heap-only tuple), and none of the indexes is written.
"""

from __future__ import annotations

from django.db import migrations

from regulars.kit.migrating import statements

FORWARDS = ["ALTER TABLE customers_customersummary SET (fillfactor = 70)"]
BACKWARDS = ["ALTER TABLE customers_customersummary RESET (fillfactor)"]


class Migration(migrations.Migration):
    """Leaves room."""

    dependencies = [("customers", "0019_agreements_by_end")]
    operations = [migrations.RunPython(statements(postgresql=FORWARDS), statements(postgresql=BACKWARDS))]
