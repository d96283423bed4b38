"""The start of a campaign under kills (-9) and jumps of the clock, by two workers; `./run chaos --what campaign` at scale."""

from pathlib import Path

import pytest
from django.db import connection

from tests.support.own_process import environment_that_sends
from tools import sink
from tools.chaos import campaign

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.process]


def test_killed_workers_decide_about_everybody_once_as_if_nobody_had_been_killed(tmp_path: Path) -> None:
    with sink.running(slowness=0.01) as kept:
        environment = environment_that_sends(tmp_path / "home", kept.url)
        (tmp_path / "home").mkdir(exist_ok=True)
        told = campaign.rage(
            environment, kept, customers=600, kills=3, seed=1, database=connection.vendor, restore=False
        )
    assert told.kept, told
    assert (told.customers, told.kills) == (600, 3)
    assert told.chosen > told.refused > told.control > told.held_out > 0
    assert told.arrived + told.uncertain >= told.chosen
