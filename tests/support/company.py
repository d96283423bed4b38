"""Rows for the contract tests: so many of each kind of record, made by the product's own actions."""

from collections.abc import Callable
from typing import Any

from regulars.customers.actions.parties import create_party
from regulars.customers.actions.tasks import add_task
from regulars.customers.models import Party, Task

Maker = Callable[[int, Any], None]


def make_customers(count: int, by: Any) -> None:
    """`count` persons with a telephone, owned by `by`."""
    for number in range(Party.objects.count(), Party.objects.count() + count):
        create_party(by=by, name=f"陳{number:04}", owner=by, contact_points=[("phone", f"09{number:08}")])


def make_tasks(count: int, by: Any) -> None:
    """`count` open tasks, each of another customer."""
    make_customers(count, by)
    for party in Party.objects.order_by("-pk")[:count]:
        add_task(party=party, title="Call back", by=by)


MAKERS: dict[type[Any], Maker] = {Party: make_customers, Task: make_tasks}
