"""What hangs on customers is seen by whoever sees them, asked of each row, in an order that an index gives."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from regulars.commerce.models import Order
from regulars.commerce.queries import visible_orders
from regulars.customers.asset_list import assets_of
from regulars.customers.contract_list import contracts_of
from regulars.customers.models import Asset, Contract, DuplicatePair, Party, Task
from regulars.customers.queries.pairs import open_pairs
from regulars.customers.queries.seen import of_seen
from regulars.customers.task_list import open_tasks_of
from regulars.kit import clock
from regulars.staff.actions import create_territory
from regulars.staff.models import Team
from regulars.web.listing import keyset

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_user: Any) -> dict[str, Any]:
    north, south = create_territory(name="North"), create_territory(name="South")
    team, other = Team.objects.create(name="A"), Team.objects.create(name="B")
    people = {
        "owner": make_user(role="owner"),
        "seller": make_user(role="seller", team=team),
        "technician": make_user(role="technician", team=team),
        "dispatcher": make_user(role="dispatcher", team=other, territory=north),
    }
    parties = [
        Party.objects.create(name="sellers", owner=people["seller"]),
        Party.objects.create(name="teams", team=team),
        Party.objects.create(name="north", territory=north),
        Party.objects.create(name="south", territory=south),
        Party.objects.create(name="technicians", owner=people["technician"]),
        Party.objects.create(name="trashed", owner=people["seller"], trashed_at=clock.now()),
    ]
    for n, party in enumerate(parties):
        Contract.objects.create(party=party, title=party.name, starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1 + n))
        Asset.objects.create(party=party, name=party.name, warranty_until=date(2027, 1, 1 + n))
        Task.objects.create(party=party, title=party.name)
        Order.objects.create(customer=party, source="s", number=party.name, ordered_at=clock.now(), currency="TWD")
    DuplicatePair.objects.create(left=parties[0], right=parties[1], probability=0.9, weight=1)
    DuplicatePair.objects.create(left=parties[1], right=parties[2], probability=0.9, weight=1)
    return people


SEEN = {
    "owner": {"sellers", "teams", "north", "south", "technicians"},
    "seller": {"sellers", "teams"},
    "technician": {"technicians"},
    "dispatcher": {"north"},
}


@pytest.mark.parametrize(("who", "seen"), SEEN.items())
def test_what_hangs_on_live_customers_is_seen_with_them(world: dict[str, Any], who: str, seen: set[str]) -> None:
    user = world[who]
    for rows in (contracts_of(user), assets_of(user), open_tasks_of(user)):
        assert {one.party.name for one in rows} == seen, rows.model
    trashed = {"trashed"} if "sellers" in seen else set()
    assert {one.customer.name for one in visible_orders(user)} == seen | trashed


def test_pair_is_seen_by_whoever_sees_both(world: dict[str, Any]) -> None:
    assert {who: open_pairs(user).count() for who, user in world.items()} == {
        "owner": 2, "seller": 1, "technician": 0, "dispatcher": 0,
    }  # fmt: skip


def test_one_of_the_sides_alone_does_not_do(world: dict[str, Any]) -> None:
    rows = DuplicatePair.objects.all()
    assert of_seen(rows, world["seller"], "left").count() == 2
    assert of_seen(rows, world["seller"], "right").count() == 1


@pytest.mark.parametrize(
    ("rows_of", "path", "index"),
    [(contracts_of, "ends_on", "contract_by_end"), (assets_of, "warranty_until", "asset_by_end_of_warranty")],
)
def test_list_of_some_customers_walks_down_the_index_of_its_order(
    world: dict[str, Any], rows_of: Any, path: str, index: str
) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as it would with many rows
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
    (first, *_without) = keyset.after(rows_of(world["seller"]), keyset.Order(path, descending=True), dense=True)
    plan = first[:51].explain()
    assert index in plan, plan
    assert "TEMP B-TREE" not in plan
    assert "Sort Key" not in plan
    assert [one.party.name for one in first] == ["teams", "sellers"]
