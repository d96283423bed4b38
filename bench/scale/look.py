"""Where a slow page spends its time: `python -m bench.scale.look [ROLE...]` on a filled data folder.

Prints for each page the processor time of the application (on SQLite the database's too), how long its queries took, and
the slowest of them with its plan.
"""

from __future__ import annotations

import sys
import time
from typing import Any

SLOW_MS = 25.0


def look(role: str, known: dict[str, int]) -> None:
    """One role's pages."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.scale.paths import paths
    from regulars.staff.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.filter(role=role, is_active=True).order_by("pk")[0], "django.contrib.auth.backends.ModelBackend"
    )
    for name, (path, _limit) in paths(role, known).items():
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            began, cpu = time.perf_counter(), time.process_time()
            status = client.get(path).status_code
            cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        queries = sorted(asked.captured_queries, key=lambda one: -float(one["time"]))
        spent = sum(float(one["time"]) for one in queries)
        print(
            f"{role:<11}{name:<30}{status}  cpu {cpu * 1000:6.0f} ms  wall {wall * 1000:6.0f}  queries {len(queries):3} {spent * 1000:6.0f} ms",
            flush=True,
        )
        for one in queries[:3]:
            if float(one["time"]) * 1000 > SLOW_MS:
                print(f"    {float(one['time']) * 1000:.0f} ms: {one['sql'][:1500]}")
                for line in plan(connection, one["sql"]):
                    print(f"        {line}")


def plan(connection: Any, sql: str) -> list[str]:
    """How the database answers it."""
    if not sql.startswith("SELECT"):
        return []
    words = (
        "EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF) " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(words + sql)
            return [str(row[-1])[:160] for row in cursor.fetchall()]
    except Exception as error:  # noqa: BLE001 -- captured SQL is not always SQL that can be sent again
        return [f"no plan: {error}"[:100]]


def main() -> None:
    """The command."""
    import django

    django.setup()
    from bench.scale.paths import ROLES, customers

    known = customers()
    print(known)
    for role in sys.argv[1:] or ROLES:
        look(role, known)


if __name__ == "__main__":
    main()
