"""Rows for the contract tests: so many for each list, made by the product's own actions."""

from collections.abc import Callable
from typing import Any

from regulars.customers.actions.parties import create_party, trash_parties
from regulars.customers.actions.tasks import add_task
from regulars.customers.models import Party


def make_customers(count: int, by: Any) -> list[Party]:
    """`count` persons with a telephone number, owned by `by`."""
    first = Party.objects.count()
    return [
        create_party(by=by, name=f"陳{number:04}", owner=by, contact_points=[("phone", f"09{number:08}")])
        for number in range(first, first + count)
    ]


def make_trash(count: int, by: Any) -> None:
    """`count` customers in the trash."""
    trash_parties(party_ids=[party.pk for party in make_customers(count, by)], by=by)


def make_tasks(count: int, by: Any) -> None:
    """`count` open tasks, each of another customer."""
    for party in make_customers(count, by):
        add_task(party=party, title="Call back", by=by)


MAKERS: dict[str, Callable[[int, Any], object]] = {
    "customers": make_customers,
    "tasks": make_tasks,
    "trash": make_trash,
}
