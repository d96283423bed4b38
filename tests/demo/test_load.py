"""The loaded company: whole, tied out, in time, and in agreement with its truth."""

from collections import Counter
from datetime import timedelta
from itertools import takewhile

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils import timezone

from regulars.commerce.models import Order, OrderLine, Return, ReturnLine
from regulars.customers.actions import create_party
from regulars.customers.models import (
    ContactPoint,
    CustomerSummary,
    Event,
    EventBody,
    Identifier,
    Party,
    PartyRelation,
    PartyRole,
    Task,
)  # fmt: skip
from regulars.customers.timeline import kinds
from regulars.demo.actions import PASSWORD
from regulars.demo.truth import LETTERS
from regulars.kit import clock
from regulars.staff.models import Role, User
from tests.demo_fixture import Demo

pytestmark = pytest.mark.django_db


def test_orders_are_the_sum_of_their_lines(shared_demo: Demo) -> None:
    product = Q(lines__kind="product")
    summed = Order.objects.annotate(
        all_lines=Sum("lines__amount"),
        product_lines=Sum("lines__amount", filter=product),
        costs=Sum("lines__cost"),
        n=Count("lines"),
    )
    wrong = summed.exclude(amount=F("all_lines"), goods=F("product_lines"), cost=F("costs"), line_count=F("n"))
    assert Order.objects.count() > 1_000
    assert not wrong.exists()
    for line in OrderLine.objects.all()[:500]:
        assert line.amount == round(line.quantity * line.unit_price * 100 / 1_000_000)


def test_returns_are_the_sum_of_their_lines_and_undo_what_was_bought(shared_demo: Demo) -> None:
    assert Return.objects.exists()
    wrong = Return.objects.annotate(total=Sum("lines__amount")).exclude(amount=F("total"))
    assert not wrong.exists()
    for line in ReturnLine.objects.select_related("order_line__order", "entry"):
        assert line.order_line is not None
        assert line.entry.order_id == line.order_line.order_id
        assert line.product_id == line.order_line.product_id
        assert line.amount <= 0 <= line.order_line.amount + line.amount
        assert line.entry.customer_id == line.order_line.order.customer_id


def test_payments_of_the_past_add_up_to_their_orders(shared_demo: Demo) -> None:
    old = Order.objects.filter(state="placed", ordered_at__lt=clock.now() - timedelta(days=60))
    assert not old.annotate(paid=Sum("payments__amount")).exclude(amount=F("paid")).exists()
    assert Order.objects.annotate(parts=Count("payments")).filter(parts=2).exists()


def test_summaries_are_the_sum_of_the_record(shared_demo: Demo) -> None:
    placed = {
        row["customer"]: row
        for row in Order.objects.filter(state="placed").exclude(customer=None).values("customer")
        .annotate(n=Count("pk"), total=Sum("amount"), first=Min("ordered_at"), last=Max("ordered_at"))
    }  # fmt: skip
    back = dict(Return.objects.exclude(customer=None).values_list("customer").annotate(total=Sum("amount")))
    for summary in CustomerSummary.objects.all():
        facts = placed.get(summary.party_id, {"n": 0, "total": 0, "first": None, "last": None})
        assert summary.orders == facts["n"]
        assert summary.revenue == facts["total"] + back.get(summary.party_id, 0)
        assert (summary.first_order_at, summary.last_order_at) == (facts["first"], facts["last"])
    assert CustomerSummary.objects.count() == Party.objects.count()
    assert (
        CustomerSummary.objects.aggregate(n=Sum("open_promises"))["n"]
        == Task.objects.open().filter(kind="promise").count()
    )


def test_every_order_of_a_customer_is_on_the_timeline_once(shared_demo: Demo) -> None:
    shown = Counter(
        Event.objects.filter(kind="commerce.order_placed").values_list("object_id", "amount", "customer_id")
    )
    orders = Order.objects.filter(state="placed").exclude(customer=None)
    assert shown == Counter(orders.values_list("pk", "amount", "customer_id"))
    assert Order.objects.filter(customer=None).exists(), "some trade is anonymous"


def test_timeline_lies_in_the_past_in_order_and_in_known_kinds(shared_demo: Demo) -> None:
    known = {kind.key for kind in kinds()}
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = list(Event.objects.order_by("pk").values_list("occurred_at", "kind", "recorded_at", "payload"))
    assert {kind for _, kind, _, _ in rows} <= known
    assert all(at < today and at == recorded for at, _, recorded, _ in rows)
    acts = ("draws.", "fulfilment.", "channels.message_sent")  # done by the product itself afterwards
    drawn = list(takewhile(lambda row: not row[1].startswith(acts), rows))
    assert len(drawn) > len(rows) * 0.9
    assert [at for at, *_ in drawn] == sorted(at for at, *_ in drawn)
    assert all(isinstance(payload, dict) for *_, payload in rows)
    assert {
        "channels.note_written",
        "channels.call_logged",
        "channels.email_logged",
        "channels.line_logged",
        "channels.visit_logged",
        "channels.complaint_received",
    } <= {kind for _, kind, _, _ in rows}


def test_nothing_happens_before_the_customer_is_known(shared_demo: Demo) -> None:
    early = Event.objects.filter(occurred_at__lt=F("customer__created_at"))
    assert not early.exists()


def test_texts_vary(shared_demo: Demo) -> None:
    texts = Counter(EventBody.objects.values_list("text", flat=True))
    assert sum(texts.values()) > 500
    assert max(texts.values()) < 0.03 * sum(texts.values())
    assert not any("{" in text for text in texts)


def test_foreign_keys_hold(shared_demo: Demo) -> None:
    connection.check_constraints()


def test_tax_numbers_are_valid_by_todays_rule(shared_demo: Demo) -> None:
    numbers = list(Identifier.objects.filter(system="tax_id").values_list("external_id", flat=True))
    assert len(numbers) > 5
    for number in numbers:
        products = [int(digit) * weight for digit, weight in zip(number, (1, 2, 1, 2, 1, 2, 4, 1), strict=True)]
        assert sum(product // 10 + product % 10 for product in products) % 5 == 0


def test_addresses_belong_to_nobody(shared_demo: Demo) -> None:
    mails = ContactPoint.objects.filter(kind="email").values_list("normalised", flat=True)
    assert all(mail.endswith((".example", "@example.com", "@example.org", "@example.net")) for mail in mails)
    second_records = Party.objects.filter(identifiers__system="till")
    numbers = list(ContactPoint.objects.filter(kind="mobile").values_list("normalised", flat=True))
    firsts = ContactPoint.objects.filter(kind="mobile").exclude(party__in=second_records)
    assert firsts.values("normalised").distinct().count() == firsts.count() > 250
    assert all(number.startswith("+88699") and len(number) == 13 for number in numbers)


def test_contact_points_are_written_as_the_record_writes_them(shared_demo: Demo) -> None:
    from regulars.customers.actions.contact import normalise
    from regulars.kit.phone import digits

    for point in ContactPoint.objects.all()[:300]:
        assert normalise(point.kind, point.raw) == point.normalised
        assert point.reversed_digits in {"", digits(point.normalised)[::-1]}


def test_relations_households_companies_and_resellers_are_there(shared_demo: Demo) -> None:
    found = Counter(PartyRelation.objects.values_list("kind", flat=True))
    assert {"employed_by", "member_of", "referred_by", "buys_through"} <= set(found)
    assert PartyRole.objects.filter(role="reseller").count() == 2
    assert (
        Order.objects.filter(channel="partner").exclude(seller=None).count()
        == Order.objects.filter(channel="partner").count()
    )
    for member in PartyRelation.objects.filter(kind="member_of").select_related("party", "other"):
        assert member.party.address == member.other.address
    for colleague in PartyRelation.objects.filter(kind="employed_by").select_related("other"):
        assert colleague.other.kind == "organisation"
        assert colleague.title


def test_there_is_work_for_today(shared_demo: Demo) -> None:
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Task.objects.open()
    assert waiting.filter(due_at__lt=midnight, kind="promise").exists()
    assert waiting.filter(due_at__gte=midnight, due_at__lt=midnight + timedelta(days=1)).exists()
    assert waiting.filter(kind="complaint").count() >= 2
    assert Task.objects.filter(kind="complaint").exclude(done_at=None).exists()
    assert not Task.objects.filter(done_at__lt=F("created_at")).exists()
    assert CustomerSummary.objects.filter(first_order_at__gte=midnight - timedelta(days=60)).exists()


def test_one_login_per_role_and_each_sees_their_own(shared_demo: Demo) -> None:
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
    assert authenticate(username="seller", password=PASSWORD) == shared_demo.user("seller")
    everybody = Party.objects.count()
    assert Party.objects.visible_to(shared_demo.user("manager")).count() == everybody
    north = Party.objects.visible_to(shared_demo.user("seller")).count()
    south = Party.objects.visible_to(shared_demo.user("seller3")).count()
    assert 0 < south < north < everybody
    companies = Party.objects.filter(kind="organisation")
    assert not companies.filter(owner=None).exists()


def test_truth_agrees_with_the_record(shared_demo: Demo) -> None:
    truth = {row["party_id"]: row for row in shared_demo.truth()}
    assert len(truth) == shared_demo.facts["customers"]
    numbers = dict(Identifier.objects.filter(system="shop").values_list("party", "external_id"))
    zone = timezone.get_default_timezone()
    for summary in CustomerSummary.objects.filter(party__in=truth):
        row = truth[summary.party_id]
        assert numbers[summary.party_id] == row["external_id"]
        assert (row["stage"] == "recruit") == (summary.orders == 0)
        first = summary.first_order_at and summary.first_order_at.astimezone(zone).date()
        assert first == row["first_order"]
        if row["left_on"]:
            assert summary.last_order_at is not None
            assert summary.last_order_at.astimezone(zone).date() <= row["left_on"]
            assert row["rate"] == 0
        assert set(row["stages"]) <= set(LETTERS)
        assert row["stage_since"] is None or row["stage_since"] >= row["first_contact"]
    order = (
        "recruit",
        "welcome",
        "getting_to_know",
        "account_management",
        "intensify",
        "pre_divorce",
        "divorce",
        "recovery",
    )
    assert all(row["stages"][-1] == LETTERS[1 + order.index(row["stage"])] for row in truth.values())


def test_truth_is_not_in_the_record(shared_demo: Demo) -> None:
    assert not Party.objects.exclude(custom={}).exists()
    assert not Party.objects.filter(about__icontains="slipping").exists()


def test_record_goes_on_after_loading(shared_demo: Demo) -> None:
    party = create_party(by=shared_demo.user("agent"), name="新客人")
    assert party.pk == Party.objects.aggregate(newest=Max("pk"))["newest"]
    assert Event.objects.filter(customer=party, kind="customers.created").exists()
