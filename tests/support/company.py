"""Rows for the contract tests: so many for each list, made by the product's own actions."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from regulars.channels.email.models import Mail, MailKind
from regulars.channels.outbox.actions import NewMessage, put
from regulars.channels.outbox.models import Message
from regulars.commerce.models import Order, OrderLine
from regulars.customers.actions.assets import add_asset
from regulars.customers.actions.contracts import add_contract
from regulars.customers.actions.parties import create_party, trash_parties
from regulars.customers.actions.tasks import add_task, complete_task
from regulars.customers.models import DuplicatePair, FieldDefinition, Party
from regulars.kit import clock
from regulars.marketing.campaigns.actions import make_campaign
from regulars.marketing.campaigns.models import Campaign
from regulars.marketing.campaigns.plan import Plan
from regulars.marketing.content.actions import make_content, publish
from regulars.marketing.content.designs import draft
from regulars.marketing.content.models import Content
from regulars.marketing.effect.actions import declare, tell
from regulars.marketing.effect.models import Experiment
from regulars.marketing.segments.actions import make_segment
from regulars.marketing.segments.models import Segment
from regulars.staff import audit
from regulars.staff.models import Factor, Team, User
from tests.support import outreach


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


def make_done_tasks(count: int, by: Any) -> None:
    """`count` tasks done, each of another customer."""
    for party in make_customers(count, by):
        complete_task(task=add_task(party=party, title="Call back", by=by), by=by)


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


def make_contracts(count: int, by: Any) -> None:
    """`count` service contracts with visits, each of another customer and for an asset of theirs."""
    today = timezone.localdate(clock.now())
    for number, party in enumerate(make_customers(count, by)):
        asset = add_asset(party=party, name=f"Machine {number}", by=by, installed_on=today - timedelta(days=400))
        add_contract(
            party=party, title=f"Service {number}", starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=10 + number),
            amount=100_000, visits_included=4, asset=asset, kind="service", by=by,
        )  # fmt: skip


def make_assets(count: int, by: Any) -> None:
    """`count` assets, each of another customer, with a warranty that ends soon."""
    today = timezone.localdate(clock.now())
    for number, party in enumerate(make_customers(count, by)):
        add_asset(party=party, name=f"Machine {number}", by=by, warranty_until=today + timedelta(days=number + 5))


def make_fields(count: int, by: Any) -> None:
    """`count` custom fields."""
    before = FieldDefinition.objects.count()
    FieldDefinition.objects.bulk_create(
        FieldDefinition(key=f"field_{number}", label=f"Field {number}", position=number, created_by=by)
        for number in range(before, before + count)
    )


def make_duplicates(count: int, by: Any) -> None:
    """`count` pairs that may be one customer, waiting for a decision."""
    first, *others = make_customers(count + 1, by)
    evidence = [{"field": "phone", "level": "exact", "weight": 12.5, "left": "0912345678", "right": "0912345678"}]
    DuplicatePair.objects.bulk_create(
        DuplicatePair(left=first, right=other, probability=0.9, weight=3.2, evidence=evidence) for other in others
    )


def make_users(count: int, by: Any) -> None:
    """`count` salespeople, each in a team of their own with a second factor."""
    first = User.objects.count()
    for number in range(first, first + count):
        team = Team.objects.create(name=f"Team {number}")
        user = User.objects.create(username=f"user-{number}", name=f"User {number}", role="seller", team=team)
        Factor.objects.create(user=user, kind="totp", secret="sealed")


def make_entries_of_the_audit_log(count: int, by: Any) -> None:
    """`count` entries about as many customers."""
    for number in range(count):
        audit.record("customers.erased", by=by, object_type="party", object_id=number + 1, rows=number)


def make_contents(count: int, by: Any) -> None:
    """`count` contents, every other of them published."""
    first = Content.objects.count()
    for number in range(first, first + count):
        content = make_content(name=f"Content {number}", draft=draft("letter"), by=by)
        if number % 2:
            publish(content, by=by)


def make_segments(count: int, by: Any) -> None:
    """`count` segments."""
    first = Segment.objects.count()
    for number in range(first, first + count):
        make_segment(
            name=f"Segment {number:04}", rule={"match": "all", "parts": [{"is": "is_orders", "value": "1.."}]}, by=by
        )


def make_campaigns(count: int, by: Any) -> None:
    """`count` drafts of campaigns, each to one customer."""
    first = Campaign.objects.count()
    (party,) = make_customers(1, by)
    for number in range(first, first + count):
        told = Plan(name=f"Campaign {number:04}")
        make_campaign(told=told, by=by, customers=Party.objects.filter(pk=party.pk), list_words="One")


def make_experiments(count: int, by: Any) -> None:
    """`count` experiments, each with its report."""
    first = Experiment.objects.count()
    for number in range(first, first + count):
        made = declare(
            origin=f"test:{number}",
            name=f"Experiment {number:04}",
            measure="orders",
            days=14,
            expected_units=100,
            by=by,
        )
        tell(made)


def make_messages(count: int, by: Any) -> None:
    """`count` messages that wait, each to another customer."""
    put(
        NewMessage(
            channel="email", party_id=party.pk, address=f"c{party.pk}@example.com", origin="test:1", subject="Hello"
        )
        for party in make_customers(count, by)
    )


def make_mails(count: int, by: Any) -> None:
    """`count` mails that came, each from another customer and answering a message."""
    make_messages(count, by)
    messages = Message.objects.order_by("-pk")[:count]
    Mail.objects.bulk_create(
        Mail(key=secrets.token_hex(32), kind=MailKind.SPAM, reason="filter", from_address=one.address, party_id=one.party_id,
             message=one, released_by=by)
        for one in messages
    )  # fmt: skip


MAKERS: dict[str, Callable[[int, Any], object]] = {
    **outreach.MAKERS,
    "assets": make_assets,
    "audit": make_entries_of_the_audit_log,
    "campaigns": make_campaigns,
    "contracts": make_contracts,
    "customers": make_customers,
    "duplicates": make_duplicates,
    "effect": make_experiments,
    "fields": make_fields,
    "mails": make_mails,
    "orders": make_orders,
    "outbox": make_messages,
    "contents": make_contents,
    "segments": make_segments,
    "tasks": make_tasks,
    "done-tasks": make_done_tasks,
    "trash": make_trash,
    "users": make_users,
}
