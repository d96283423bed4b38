"""Writers of several processes queue at the gate: nothing lost, nobody told that the database is locked."""

import os
import sqlite3
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process
WRITER = """
import django; django.setup()
from django.db import connection, transaction
for _ in range(60):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT n FROM counter")
        n = cursor.fetchone()[0]
        cursor.execute("UPDATE counter SET n = %s", [n + 1])
"""


@pytest.fixture
def home(tmp_path):
    with sqlite3.connect(tmp_path / "regulars.sqlite3") as database:
        database.execute("CREATE TABLE counter (n integer)")
        database.execute("INSERT INTO counter VALUES (0)")
    return tmp_path


def test_read_then_write_of_four_processes_loses_nothing(home):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGULARS_")}
    environment |= {"REGULARS_HOME": str(home), "DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER], env=environment, stderr=subprocess.PIPE) for _ in range(4)
    ]
    errors = [writer.communicate(timeout=90)[1] for writer in writers]
    assert errors == [b""] * 4
    with sqlite3.connect(home / "regulars.sqlite3") as database:
        assert database.execute("SELECT n FROM counter").fetchone() == (240,)
