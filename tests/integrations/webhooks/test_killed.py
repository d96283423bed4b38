"""A worker killed with -9 in the middle of sending: every message arrives at least once, and none is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.actions.parties import create_party
from regulars.customers.timeline import record
from regulars.integrations.webhooks.models import Delivery, DeliveryState, OutboxEntry
from tests.integrations.webhooks.conftest import Receiver, Subscribe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.process]
ROOT = Path(__file__).resolve().parent.parent.parent.parent
EVENTS, KILLS = 120, 6
WORK = """
import django; django.setup()
import sys
from datetime import timedelta
from django.db import connections
from regulars.integrations.webhooks import actions, tasks
connections.databases["default"]["NAME"] = sys.argv[1]
actions.LEASE = timedelta(seconds=1)
actions.RETRY_AFTER = (timedelta(seconds=1),) * 11
tasks.work_forever()
"""


def worker() -> subprocess.Popen[bytes]:
    from django.db import connection

    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_WEBHOOKS_TO_PRIVATE_ADDRESSES": "1",
    }
    name = str(connection.settings_dict["NAME"])
    return subprocess.Popen([sys.executable, "-c", WORK, name], cwd=ROOT, env=environment)


def settled(count: int) -> bool:
    done = Delivery.objects.filter(state=DeliveryState.DELIVERED).count()
    return not OutboxEntry.objects.exists() and done >= count


def test_killed_worker_loses_no_message(subscribe: Subscribe, receiver: Receiver, tmp_path: Path) -> None:
    subscribe("channels.note_written")
    party = create_party(by=None, name="王小明")
    running: Any = worker()
    try:
        for number in range(EVENTS):
            record(kind="channels.note_written", customer=party, text=str(number))
            if number % (EVENTS // KILLS) == EVENTS // KILLS - 1:
                deadline, before = time.monotonic() + 20, len(receiver.received)
                while len(receiver.received) < before + 3 and time.monotonic() < deadline:
                    time.sleep(0.02)
                os.kill(running.pid, signal.SIGKILL)
                running.wait()
                running = worker()
        deadline = time.monotonic() + 60
        while not settled(EVENTS) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        running.kill()
        running.wait()
    told = [one["entry"] for one in receiver.told]
    assert len(set(told)) == EVENTS
    assert Delivery.objects.filter(state=DeliveryState.DELIVERED).count() == EVENTS
    repeats = {headers["Regulars-Message"] for headers, _body in receiver.received}
    assert len(repeats) == EVENTS
