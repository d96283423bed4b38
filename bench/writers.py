"""Eight writers at once for a minute: each creates, changes, logs, feeds, merges and unmerges as fast as it can.

On SQLite, and on PostgreSQL where REGULARS_DATABASE_URL names an empty database or a server can be started here. Every
error a user would have met is counted; what was written is counted again in the database.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import Context, Figure
from tools import postgres

WRITERS, SECONDS = 8, 60
COUNTED = """
import django; django.setup()
from regulars.customers import actions
from regulars.customers.models import Event, Party
import sys, json
if sys.argv[1] == "begin":
    actions.create_party(by=None, name="共同客戶")
else:
    fed = list(Event.objects.filter(source="feed").values_list("source_key", flat=True))
    print(json.dumps({"parties": Party.objects.count() - 1, "notes": Event.objects.filter(kind="channels.note_written", source="").count(),
                      "merged": Party.objects.filter(merged_into__isnull=False).count(), "doubled": len(fed) - len(set(fed))}))
"""


def asked(env: dict[str, str], word: str) -> str:
    """What the counting script says."""
    command = [sys.executable, "-c", COUNTED, word]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def measured(name: str, home: Path, **more: str) -> list[Figure]:
    """The figures on one database."""
    env = os.environ | {"REGULARS_HOME": str(home), "DJANGO_SETTINGS_MODULE": "regulars.config.settings"} | more
    subprocess.run([sys.executable, "-m", "regulars.config.cli", "init"], env=env, check=True, capture_output=True)
    asked(env, "begin")
    command = [sys.executable, "-m", "tests.support.writer"]
    writers = [
        subprocess.Popen([*command, str(n), str(SECONDS)], env=env, stdout=subprocess.PIPE, text=True)
        for n in range(WRITERS)
    ]
    told = [json.loads(writer.communicate()[0]) for writer in writers]
    found = json.loads(asked(env, "count"))
    done = sum((Counter(one["done"]) for one in told), Counter())
    lost = abs(found["parties"] - done["create"]) + abs(found["notes"] - done["log"])
    return [
        Figure(f"{name}: acts of eight writers", sum(done.values()) / SECONDS, "1/s", better="more"),
        Figure(f"{name}: errors met", sum(len(one["errors"]) for one in told), "errors", target=0),
        Figure(f"{name}: lost or doubled", lost + found["doubled"] + found["merged"], "rows", target=0),
    ]


@contextmanager
def server() -> Iterator[str | None]:
    """The address of a PostgreSQL to write to."""
    if given := os.environ.get("REGULARS_DATABASE_URL"):
        yield given
        return
    with postgres.private_server() as address:
        yield address


def run(context: Context) -> list[Figure]:
    """Both databases."""
    figures = measured("SQLite", context.home / "sqlite", REGULARS_DATABASE_URL="")
    with server() as address:
        if address:
            figures += measured("PostgreSQL", context.home / "postgresql", REGULARS_DATABASE_URL=address)
    return figures
