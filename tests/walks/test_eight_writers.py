"""Eight colleagues write at once: nothing lost, nothing doubled, and nobody is told that the database is locked."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from regulars.customers import actions, search
from regulars.customers.models import CustomerSummary, Event, Merge, Party, Revision
from tests.support.own_process import environment_of_this_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.process]
WRITERS = 8
SECONDS = 6  # `./run bench writers` lets them work for a minute
ROOT = Path(__file__).resolve().parents[2]


def test_eight_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    common = actions.create_party(by=None, name="共同客戶")
    env = environment_of_this_database(tmp_path / "home")
    connection.close()
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.writer", str(number), str(SECONDS)],
            env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for number in range(WRITERS)
    ]  # fmt: skip
    told = [json.loads(writer.communicate(timeout=240)[0]) for writer in writers]
    assert [error for one in told for error in one["errors"]] == []
    done = sum((Counter(one["done"]) for one in told), Counter())
    assert all(len(one["done"]) >= 2 for one in told)

    assert Party.objects.exclude(pk=common.pk).count() == done["create"]
    assert Revision.objects.filter(table="customers.party", object_id=common.pk).count() == done["change"]
    assert Event.objects.filter(kind="channels.note_written", source="").count() == done["log"]
    fed = list(Event.objects.filter(source="feed").values_list("source_key", flat=True))
    assert len(fed) == len(set(fed))
    assert Merge.objects.filter(undone_at=None).count() == 0
    assert Party.objects.filter(merged_into__isnull=False).count() == 0

    live = {one.pk: one.last_contact_at for one in CustomerSummary.objects.all()}
    actions.rebuild_activity()
    assert live == {one.pk: one.last_contact_at for one in CustomerSummary.objects.all()}
    assert search.health().well
