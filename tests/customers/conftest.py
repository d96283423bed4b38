"""Customers of two teams: what one of them must never see of the other, and what both see of their own."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.commerce.models import Order, OrderLine
from regulars.customers import actions, timeline
from regulars.customers.models import Asset, Contract, CustomerSummary, Party, Stage
from regulars.kit import clock
from regulars.staff.models import Team

HIDDEN = "祕密客戶"


def needing(party: Party, stake: int = 100_000, action: str = "call", **facts: Any) -> Party:
    """Give the analysis something to say about `party`."""
    told = {"stage": Stage.PRE_DIVORCE, "next_action": action, "at_stake": stake, "orders": 3, "as_of": clock.now()}
    CustomerSummary.objects.filter(party=party).update(**(told | facts))
    party.refresh_from_db()
    return party


@dataclass
class World:
    seller: Any
    mine: Party
    hidden: Party
    client: Client


@pytest.fixture
def world(make_user) -> World:
    """A seller of team A with a customer, and a customer of team B about whom everything is known."""
    team, other = Team.objects.create(name="A", department="sales"), Team.objects.create(name="B")
    seller, rival = make_user(role="seller", team=team), make_user(role="seller", team=other)
    mine = needing(
        actions.create_party(
            by=seller, name="王小明", owner=seller, team=team, contact_points=[("mobile", "0912345678")]
        )
    )
    hidden = actions.create_party(
        by=rival, name=HIDDEN, owner=rival, team=other, identifiers=[("erp", "SECRET-77")],
        contact_points=[("mobile", "0955000111"), ("email", "secret@hidden.example")],
    )  # fmt: skip
    needing(hidden, 900_000)
    now = clock.now()
    actions.add_task(
        party=hidden, title="隱藏的承諾", by=seller, kind="promise", due_at=now - timedelta(days=1), assignee=seller
    )
    actions.add_relation(party=mine, other=hidden, kind="referred_by", by=None)
    timeline.record(kind="channels.note_written", customer=hidden, by=rival, text="不能外洩的內容")
    today = now.date()
    Contract.objects.create(
        party=hidden, title="密約", starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=5)
    )
    Asset.objects.create(party=hidden, name="密機", warranty_until=today + timedelta(days=5))
    order = Order.objects.create(
        source="shop", number="HID-1", customer=hidden, ordered_at=now, currency="TWD", amount=500
    )
    OrderLine.objects.create(order=order, line_key="1", quantity=1, unit_price=5, amount=500)
    client = Client()
    client.force_login(seller)
    return World(seller, mine, hidden, client)
