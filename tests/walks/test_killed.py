"""Killed with -9 at random moments: refresh, merge, backup. The system comes up right and the work can be done again."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from regulars.customers import actions, search
from regulars.customers.models import CustomerSummary, Event, Merge, MergeMove, Party
from regulars.reporting.models import AnalysisRun, RunState
from tests.support.own_process import environment_of_this_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.process]
MOMENTS = [round(random.Random(3).uniform(0.8, 3.0), 2) for _ in range(3)]
ROOT = Path(__file__).resolve().parents[2]


def start(env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    connection.close()
    return subprocess.Popen(
        [sys.executable, *words], env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def killed_after(process: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


@pytest.mark.usefixtures("small_demo")
def test_refresh_killed_anywhere_is_done_again_and_comes_to_the_same(tmp_path: Path) -> None:
    env = environment_of_this_database(tmp_path / "home")
    for moment in MOMENTS:
        killed_after(start(env, "-m", "regulars.config.cli", "refresh", "--json"), moment)
    done = start(env, "-m", "regulars.config.cli", "refresh", "--json")
    told = json.loads(done.communicate(timeout=240)[0])
    assert told["customers"] > 200
    assert not AnalysisRun.objects.filter(state=RunState.RUNNING).exists()
    keys = list(
        Event.objects.filter(kind="customers.stage_changed", retracted_in=None).values_list("source_key", flat=True)
    )
    assert len(keys) == len(set(keys))
    first = _scores()
    again = json.loads(start(env, "-m", "regulars.config.cli", "refresh", "--json").communicate(timeout=240)[0])
    assert again["moves"] == 0
    assert _scores() == first


def _scores() -> dict[int, tuple[object, ...]]:
    rows = CustomerSummary.objects.values_list(
        "party", "stage", "stage_since", "value_class", "revenue_12m", "risk", "at_stake"
    )
    return {row[0]: row[1:] for row in rows}


MERGING = """
import django, itertools
django.setup()
from regulars.customers import actions
from regulars.customers.models import Party
print("ready", flush=True)
for _ in itertools.count():
    ids = list(Party.objects.filter(name__startswith="合併", merged_into=None).order_by("pk").values_list("pk", flat=True))
    one, other = Party.objects.get(pk=ids[0]), Party.objects.get(pk=ids[1])
    merge = actions.merge_parties(winner=one, loser=other, by=None)
    actions.unmerge(merge=merge, by=None)
"""


@pytest.mark.parametrize("moment", MOMENTS)
def test_merge_killed_anywhere_is_whole_or_not_at_all(tmp_path: Path, moment: float) -> None:
    env = environment_of_this_database(tmp_path / "home") | {"DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
    parties = [
        actions.create_party(
            by=None, name=f"合併{n}", contact_points=[("mobile", f"091200000{n}"), ("email", f"a{n}@example.com")]
        )
        for n in range(2)
    ]
    for party in parties:
        for n in range(200):
            Event.objects.create(
                kind="channels.note_written",
                customer=party,
                party=party,
                occurred_at=party.created_at,
                source="t",
                source_key=f"{party.pk}:{n}",
            )
    process = start(env, "-c", MERGING)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    killed_after(process, moment / 2)

    standing = list(Merge.objects.filter(undone_at=None))
    merged = list(Party.objects.filter(merged_into__isnull=False).values_list("pk", flat=True))
    assert merged == [merge.loser_id for merge in standing]
    for merge in standing:
        assert MergeMove.objects.filter(merge=merge).exists()
        assert not Event.objects.filter(customer=merge.loser_id).exists()
        actions.unmerge(merge=merge, by=None)
    for party in parties:
        assert Event.objects.filter(customer=party, source="t").count() == 200
        assert party.contact_points.count() == 2
    assert search.health().well
