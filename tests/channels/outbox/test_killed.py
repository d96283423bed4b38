"""Senders killed with -9 while they send: marketing never twice, service messages never lost; `./run chaos` at scale."""

import os
from pathlib import Path

import pytest
from django.db import connection

from tests.support.own_process import environment_of_this_database
from tools import sink
from tools.chaos import senders
from tools.chaos.home import at_noon

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.process]


def test_killed_senders_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    with sink.running(slowness=0.05) as kept:
        environment = environment_of_this_database(tmp_path / "home") | {
            "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
            "REGULARS_TIME_ZONE": at_noon(),
            "REGULARS_SMTP_URL": kept.url,
            "REGULARS_MAIL_FROM": "Regulars <hello@example.com>",
            "PATH": os.environ["PATH"],
        }
        told = senders.rage(environment, kept, messages=600, kills=6, seed=1, database=connection.vendor)
    assert told.kept, told
    assert told.kills == 6
    assert told.arrived + told.uncertain >= 600
