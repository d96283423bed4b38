"""Senders killed with -9 while they send: marketing never twice, service messages never lost; `./run chaos` at scale."""

from pathlib import Path

import pytest
from django.db import connection

from tests.support.own_process import environment_that_sends
from tools import sink
from tools.chaos import senders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.process]


def test_killed_senders_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    with sink.running(slowness=0.05) as kept:
        environment = environment_that_sends(tmp_path / "home", kept.url)
        told = senders.rage(environment, kept, messages=600, kills=6, seed=1, database=connection.vendor)
    assert told.kept, told
    assert told.kills == 6
    assert told.arrived + told.uncertain >= 600
