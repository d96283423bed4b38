"""Merging while others work: the same pair at once, and under a running import."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from regulars.commerce.models import Order
from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Event, Identifier, Merge, Party
from regulars.kit.errors import UserError
from tests.customers.merging.support import differences, dump

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do these things at the same moment, each on a connection of its own; what they raised."""
    barrier, raised = threading.Barrier(len(acts)), []

    def do(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
        except Exception as error:  # noqa: BLE001 -- judged by the test
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


@pytest.fixture
def two():
    return [
        actions.create_party(by=None, name=name, contact_points=[("mobile", "0912345678")]) for name in ("甲", "乙")
    ]


def fresh(party):
    return Party.objects.get(pk=party.pk)


def test_two_who_merge_the_same_pair_at_once_merge_it_once(two):
    one, other = two
    raised = at_once(
        lambda: actions.merge_parties(winner=fresh(one), loser=fresh(other), by=None),
        lambda: actions.merge_parties(winner=fresh(one), loser=fresh(other), by=None),
    )
    assert [type(error) for error in raised] == [UserError]
    assert Merge.objects.count() == 1


def test_two_who_merge_each_into_the_other_leave_one(two):
    one, other = two
    raised = at_once(
        lambda: actions.merge_parties(winner=fresh(one), loser=fresh(other), by=None),
        lambda: actions.merge_parties(winner=fresh(other), loser=fresh(one), by=None),
    )
    assert [type(error) for error in raised] == [UserError]
    assert Party.objects.live().count() == 1


def test_two_who_take_apart_the_same_merge_do_it_once(two):
    before = dump()
    merge = actions.merge_parties(winner=two[0], loser=two[1], by=None)
    raised = at_once(
        lambda: actions.unmerge(merge=Merge.objects.get(pk=merge.pk), by=None),
        lambda: actions.unmerge(merge=Merge.objects.get(pk=merge.pk), by=None),
    )
    assert [type(error) for error in raised] == [UserError]
    assert differences(before, dump()) == []


def test_a_merge_that_fails_in_the_middle_leaves_nothing(two, monkeypatch):
    before = dump()
    monkeypatch.setattr("regulars.customers.merging.registry._rebuilds", [lambda ids: 1 / 0])
    with pytest.raises(ZeroDivisionError):
        actions.merge_parties(winner=two[0], loser=two[1], by=None)
    assert differences(before, dump()) == []
    assert not Merge.objects.exists()


HEADER = "order,date,customer,amount\n"


def test_a_merge_under_a_running_import_loses_no_order(two, tmp_path, monkeypatch):
    """The import knows both customers from its first chunk; then they become one; its last chunks still name the loser."""
    from regulars.integrations.imports import commands
    from regulars.integrations.imports.engine import run

    one, other = two
    for party, number in ((one, "C1"), (other, "C2")):
        Identifier.objects.create(party=party, system="shop", external_id=number)
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "".join(f"N{n},2026-01-{n % 28 + 1:02},C{n % 2 + 1},100\n" for n in range(60)))
    monkeypatch.setattr(run, "CHUNK", 10, raising=False)
    written: list[int] = []

    def meanwhile(*_args: object, **_kwargs: object) -> None:
        if not written and (count := Order.objects.count()):
            written.append(count)
            actions.merge_parties(winner=fresh(one), loser=fresh(other), by=None)

    mapping = {"number": "order", "ordered_at": "date", "customer": "customer", "amount": "amount"}
    commands.import_file(file, kind="orders", source="shop", mapping=mapping, progress=meanwhile)
    assert written
    assert written[0] < 60
    assert set(Order.objects.values_list("customer", flat=True)) == {one.pk}
    assert {CustomerSummary.objects.get(party=party).orders for party in two} == {0, 60}
    assert Event.objects.filter(customer=one, kind="commerce.order_placed").count() == 60
    merge = actions.unmerge(merge=Merge.objects.get(), by=None)
    assert Order.objects.filter(customer=merge.loser).count() == 30
