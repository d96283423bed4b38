"""Segments of who bought certain goods: they follow orders, cancellations and days that run out."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from regulars.catalogue.models import Product
from regulars.commerce.actions.orders import Line, cancel_order, place_order
from regulars.commerce.models import Order
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.marketing.segments import conditions, definition
from regulars.marketing.segments.conditions import Scope
from regulars.marketing.segments.models import Segment
from regulars.web import format as show

from .conftest import all_of, follow, names, none_of

People = dict[str, Party]
Make = Callable[..., Segment]
_numbers = count(1)


@pytest.fixture
def goods(db: None) -> None:
    for code, group in (("T1", "茶"), ("T2", "茶"), ("C1", "咖啡")):
        Product.objects.create(code=code, name=f"Goods {code}", group=group, currency="TWD")


def order(party: Party, *codes: str, amount: int = 50_000, days_ago: float = 0) -> Order:
    lines = [Line(amount, product=code) for code in codes]
    at = clock.now() - timedelta(days=days_ago)
    made, _new = place_order(
        source="shop", number=f"G{next(_numbers)}", customer=party, ordered_at=at, lines=lines, by=None
    )
    return made


def bought(measure: str = "at_least", *, group: str = "茶", **more: str) -> dict[str, Any]:
    return {"is": "bought", "what": "group", "of": group, "measure": measure, "times": "1", **more}


def test_orders_and_cancellations_move_their_customer(goods: None, people: People, make: Make) -> None:
    tea, often = make(all_of(bought()), "Tea"), make(all_of(bought(times="2")), "Tea twice")
    first = order(people["王小明"], "T1", "T2")
    order(people["陳大文"], "C1")
    follow()
    assert (names(tea), names(often)) == ({"王小明"}, set())  # two lines of one order are one purchase
    second = order(people["王小明"], "T2")
    follow()
    assert (names(tea), names(often)) == ({"王小明"}, {"王小明"})
    cancel_order(order=second, by=None)
    follow()
    assert (names(tea), names(often)) == ({"王小明"}, set())
    cancel_order(order=first, by=None)
    follow()
    assert names(tea) == set()


def test_whoever_did_not_buy_it_and_what_it_came_to(goods: None, people: People, make: Make) -> None:
    never = make(all_of(bought("never", group="咖啡")), "No coffee")
    much = make(all_of({**bought("sum_at_least", amount="900"), "what": "product", "code": "T1"}), "Much T1")
    spared = make({"match": "all", "parts": [none_of(bought())]}, "No tea")
    order(people["王小明"], "T1", "T1", "T2")
    order(people["陳大文"], "C1", "T1")
    follow()
    assert names(never) == {"王小明", "林美玉"}
    assert names(much) == {"王小明"}
    assert names(spared) == {"林美玉"}


def test_days_run_out_at_midnight(goods: None, people: People, make: Make) -> None:
    noon = timezone.make_aware(datetime.combine(show.local_day(clock.now()), time(12)))
    with clock.stopped_at(noon):
        segment = make(all_of(bought(days="30")))
        order(people["王小明"], "T1", days_ago=10)
        order(people["陳大文"], "T1", days_ago=31)
        follow()
        assert names(segment) == {"王小明"}
    for days, still in ((20.4, {"王小明"}), (20.6, set())):
        with clock.stopped_at(noon + timedelta(days=days)):
            follow()
            assert names(segment) == still, days


def test_one_customer_and_everybody_are_asked_alike(goods: None, people: People) -> None:
    order(people["王小明"], "T1")
    order(people["陳大文"], "C1", days_ago=40)
    for rule in (
        all_of(bought()),
        all_of(bought("fewer", times="2")),
        all_of(bought("never", group="咖啡", days="30")),
    ):
        everybody = set(definition.matching(rule, Scope(clock.now())).values_list("pk", flat=True))
        single = {
            pk
            for one in people.values()
            for pk in definition.matching(rule, Scope(clock.now(), [one.pk])).values_list("pk", flat=True)
        }
        assert single == everybody


@pytest.mark.parametrize("broken", [
    {"what": "group", "of": "nothing"}, {"what": "product", "code": "?"}, {"what": "goods"}, {"times": "0"}, {"days": "x"},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(goods: None, owner: Any, broken: dict[str, str]) -> None:
    with pytest.raises(UserError):
        conditions.get("bought").check({**bought(), **broken}, owner)


def test_a_rule_is_said_in_words(goods: None, owner: Any) -> None:
    told = {**bought(times="2", days="90")}
    assert conditions.get("bought").words(told, owner) == "Bought of 茶: at least 2 times in the last 90 days"
    product = {**bought("never"), "what": "product", "code": "C1"}
    assert conditions.get("bought").words(product, owner) == "Bought Goods C1: not at all"
    with translation.override("zh-hant"):
        assert conditions.get("bought").words(product, owner) == "購買「Goods C1」：完全沒有"


def test_editor_asks_for_group_or_product(goods: None, make_user: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(make_user(role="marketer"))
    line = {"line": "0", "0.is": "bought", "0.what": "product", "0.code": "T1", "0.measure": "at_least", "0.times": "1"}
    shown = client.post("/segments/draft/", {**line, "part": "lines", "match": "all"}).content.decode()
    assert 'name="0.code"' in shown
    assert 'name="0.of"' not in shown
    refused = client.post("/segments/draft/", {**line, "0.code": "T9", "match": "all"}).content.decode()
    assert "There is no product with the code" in refused
