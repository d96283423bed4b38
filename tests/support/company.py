"""Rows for the contract tests: so many for each list, made by the product's own actions."""

from collections.abc import Callable
from typing import Any

from regulars.commerce.models import Order, OrderLine
from regulars.customers.actions.parties import create_party, trash_parties
from regulars.customers.actions.tasks import add_task
from regulars.customers.models import Party
from regulars.kit import clock


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


def make_orders(count: int, by: Any) -> None:
    """`count` orders of as many customers, each with a line."""
    for party in make_customers(count, by):
        number = f"A{party.pk}"
        order = Order.objects.create(
            source="shop",
            number=number,
            customer=party,
            ordered_at=clock.now(),
            currency="TWD",
            amount=120_000,
            goods=120_000,
        )
        OrderLine.objects.create(
            order=order, line_key="1", description="Tea", quantity=1, unit_price=1_200, amount=120_000
        )


MAKERS: dict[str, Callable[[int, Any], object]] = {
    "customers": make_customers,
    "orders": make_orders,
    "tasks": make_tasks,
    "trash": make_trash,
}
