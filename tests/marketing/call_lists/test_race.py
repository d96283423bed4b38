"""Agents who ask at the same moment, from two lists of the same customers, never get the same one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from regulars.marketing.call_lists import actions, calling
from tests.marketing.call_lists.conftest import callable_customer

AGENTS = 6


@pytest.mark.django_db(transaction=True)
def test_agents_at_the_same_moment_never_have_the_same_customer(make_user: Callable[..., Any]) -> None:
    ids = [callable_customer(f"客人{number}", f"09120001{number:02}").pk for number in range(AGENTS)]
    lists = [
        actions.make(origin="", name=name, script=None, party_ids=ids, not_after=None, by=None) for name in ("A", "B")
    ]
    agents = [make_user(role="agent") for _one in range(AGENTS)]
    start = Barrier(AGENTS)

    def ask(number: int) -> int:
        try:
            start.wait(timeout=60)
            call = calling.next_call(call_list=lists[number % 2], by=agents[number])
            assert call is not None
            return call.party_id
        finally:
            connection.close()

    with ThreadPoolExecutor(AGENTS) as pool:
        given = list(pool.map(ask, range(AGENTS)))
    assert sorted(given) == sorted(ids)
