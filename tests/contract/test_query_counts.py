"""A list costs the same number of queries whether it shows one row or three hundred."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.web import resources
from tests.support.company import MAKERS

pytestmark = pytest.mark.django_db
MANY = 300


def repeated(statements: list[str]) -> str:
    """The statement asked most often, whatever its numbers, with how often: the one that goes with each row."""
    shapes = Counter(re.sub(r"\d+", "…", statement) for statement in statements)
    return "{1} times: {0}".format(*shapes.most_common(1)[0])


def queries(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("resource", list(resources.all()), ids=lambda resource: resource.key)
def test_list_asks_as_often_for_one_row_as_for_three_hundred(resource: Any, make_user: Callable[..., Any]) -> None:
    user = make_user(role="owner")
    assert resource.key in MAKERS, f"tests/support/company.py: say how to make rows for the list {resource.key}"
    client = Client()
    client.force_login(user)
    MAKERS[resource.key](1, user)
    client.get(resource.url())  # fills what is cached once per process
    one = queries(client, resource.url())
    MAKERS[resource.key](MANY - 1, user)
    many = queries(client, resource.url())
    assert resource.queryset(user).count() >= MANY
    # a page that is not full also asks for the rows without a value in the column of the order
    assert len(many) in {len(one), len(one) - 1}, repeated(many)
    assert len(one) <= 25
