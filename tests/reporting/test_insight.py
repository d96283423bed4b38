"""Insight: every page complete in both languages, every number leads to its customers, what loses is greyed."""

import json
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client, override_settings
from django.urls import reverse

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine
from regulars.config.cli import insight
from regulars.customers.models import Party, Task
from regulars.intelligence import analyses
from regulars.intelligence.analyses.base import BackTest, Chart, Column, Evidence, Saying, Series, Step, Trust
from regulars.intelligence.analyses.base import Result as Base
from regulars.reporting import actions, combining, queries, sentences
from regulars.reporting.filters import named_products, picked_ids
from regulars.reporting.insight.cards import GROUPS, groups
from regulars.reporting.insight.links import Source
from regulars.reporting.insight.page import page_of
from regulars.reporting.models import AnalysisResult, AnalysisSlice, AskedSlice, CustomerForecast, Picked, RunState
from regulars.web import resources
from regulars.web.listing import state
from regulars.web.models import SavedView

MakeUser = Callable[..., Any]


@pytest.fixture
def signed_in(make_user: MakeUser) -> Callable[..., Client]:
    def sign_in(role: str = "owner", **facts: Any) -> Client:
        client = Client()
        client.force_login(make_user(role=role, **facts))
        return client

    return sign_in


class Guess(Base):
    """A made-up result of a model that loses (or wins) by its back-tests."""

    error, bias = 1.2, 0.1

    def headline(self) -> list[Saying]:
        return [Saying("concentration.half", {"customers": 3, "of": 9})]

    def charts(self) -> list[Chart]:
        return [
            Chart("bars", ["a", "b"], series=(Series("revenue", [1, 2]),), unit="money", currency="TWD", money=True),
            Chart("bars", ["a", "b"], series=(Series("orders", [1, 2]),)),
        ]

    def evidence(self) -> list[Evidence]:
        columns = (Column("customers", "count"), Column("profit", "money", known=False))
        return [Evidence(columns, [(3, 987_654_00)], currency="TWD")]

    def trust(self) -> list[Trust]:
        rows = tuple(BackTest(f"2026-0{n}-01", 200, self.error, 1.0, bias=self.bias) for n in range(1, 5))
        return [Trust("orders", "orders", "naive", rows, deciles=((0.1, 0.2, 50), (0.9, 0.7, 50)))]


def put(result: Base, name: str = "concentration") -> None:
    run = queries.last_done()
    assert run is not None
    AnalysisResult.objects.filter(run=run, name=name).update(result=result.as_dict())


def counted(query: str, user: Any) -> int:
    told = state.read(resources.get("customers"), QueryDict(query), user)
    assert not told.ignored
    return int(told.narrowed(user).count())


@pytest.fixture
def analysed(trade: dict[str, Party]) -> dict[str, Party]:
    actions.refresh()
    return trade


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_is_complete(
    analysed: dict[str, Party], signed_in: Callable[..., Client], language: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(language=language)
    addresses = [reverse("reporting:insight"), reverse("reporting:insight-trust")]
    addresses += [reverse("reporting:insight-page", args=[name]) for name in analyses.names()]
    for address in addresses:
        with django_assert_max_num_queries(14):
            answer = client.get(address)
        html = answer.content.decode()
        assert answer.status_code == 200, address
        assert len(html) < 100_000, address
        for code in sentences.english():
            assert f">{code}<" not in html, (address, code)


def test_all_that_is_told_is_there(analysed: dict[str, Party]) -> None:
    for name in analyses.names():
        page = page_of(name, {})
        assert page is not None
        assert page.said, name
        assert page.charts or page.arc or not page.result["enough"], name
        for table in page.tables:
            assert all(len(row) == len(table.headers) for row in table.rows), name


def test_each_step_and_row_opens_its_customers(analysed: dict[str, Party], make_user: MakeUser) -> None:
    """Asked through the very filters of the list; a count that is a link is the length of the list behind it."""
    owner = make_user(role="owner")
    compared = 0
    for name in analyses.names():
        page = page_of(name, {})
        assert page is not None
        for step in page.steps:
            assert counted(step.url.partition("?")[2], owner) > 0, (name, step.label)
        # some lists ask the timeline, to which these orders were not written
        for table in page.tables if name not in {"movement", "cohorts"} else ():
            for head, cell in (
                (head, cell) for row in table.rows for head, cell in zip(table.headers, row, strict=True)
            ):
                if cell.url and cell.is_number and "%" not in cell.text:
                    told = counted(cell.url.partition("?")[2], owner)
                    assert told == int(cell.text.replace(",", "")), (name, head.text, cell.url)
                    compared += 1
    assert compared > 6


def test_each_question_stands_once_on_the_index() -> None:
    told = [name for _title, names in GROUPS for name in names]
    assert sorted(told) == sorted(analyses.names())


def test_bought_together_means_in_one_order(trade: dict[str, Party], make_user: MakeUser) -> None:
    """Who bought the two on different days does not count, nor an order that was called off."""
    owner = make_user(role="owner")
    cup, pot = (Product.objects.create(code=code, name=code, currency="TWD") for code in ("CUP", "POT"))
    asked = f"together={cup.pk},{pot.pk}"

    def sells(order: Any, *products: Product) -> None:
        OrderLine.objects.bulk_create(
            OrderLine(order=order, line_key=one.code, product=one, quantity=1, unit_price=1, amount=1)
            for one in products
        )

    first, second = Order.objects.filter(customer=trade["gone"]).order_by("pk")[:2]
    sells(first, cup)
    sells(second, pot)
    assert counted(f"bought={cup.pk},{pot.pk}", owner) == 1
    assert counted(asked, owner) == 0
    third = Order.objects.filter(customer=trade["regular"])[0]
    sells(third, cup, pot)
    assert counted(asked, owner) == 1
    Order.objects.filter(pk=third.pk).update(state="cancelled")
    assert counted(asked, owner) == 0
    assert counted("together=x", owner) == 0


def test_what_an_analysis_asks_of_the_list_is_said_by_name(
    analysed: dict[str, Party], signed_in: Callable[..., Client]
) -> None:
    cup = Product.objects.create(code="CUP", name="Cup", currency="TWD")
    assert named_products(f"{cup.pk},999999") == "Cup + 999999"
    html = signed_in().get(f"/customers/?together={cup.pk}&picked=churn.warned").content.decode()
    assert "Cup" in html
    assert str(sentences.about("churn").title) in html
    assert ">churn.warned<" not in html


def test_the_largest_of_some_are_named(analysed: dict[str, Party], make_user: MakeUser) -> None:
    """Their place among all does not say it: a fifth of them, not whoever of them is in the fifth of all."""
    page = page_of("concentration", {"channel": "web"})
    assert page is not None
    assert page.parts
    step = page.steps[0]
    assert step.label == f"See the {page.result['top_customers']} largest customers"
    assert counted(step.url.partition("?")[2], make_user(role="owner")) == page.result["top_customers"]


def test_a_figure_that_an_earlier_version_did_not_store_is_a_dash() -> None:
    assert sentences.found({"code": "concentration.half", "values": {"customers": 3}}) == "3 of – customers bring half."


def test_amounts_that_are_far_off_are_greyed_where_they_are_said(
    analysed: dict[str, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of such a model may be used: its list is offered plainly."""
    monkeypatch.setattr(Guess, "error", 0.8)
    monkeypatch.setattr(Guess, "bias", 0.4)
    put(Guess())
    page = page_of("concentration", {})
    assert page is not None
    assert [doubted for _, doubted in page.answer] == [True]
    assert page.trusted
    assert not any(step.doubted for step in page.steps)
    card = next(one for group in groups() for one in group.cards if one.name == "concentration")
    assert (card.trusted, card.doubted) == (False, True)


@pytest.mark.parametrize("role", ["owner", "manager", "marketer", "analyst", "seller", "agent", "technician"])
def test_who_may_see_figures_sees_the_pages(
    analysed: dict[str, Party], signed_in: Callable[..., Client], role: str
) -> None:
    client, may = signed_in(role), role in {"owner", "manager", "marketer", "analyst"}
    for name in ("insight", "insight-trust"):
        assert client.get(reverse(f"reporting:{name}")).status_code == (200 if may else 403)
    assert client.get(reverse("reporting:insight-page", args=["value"])).status_code == (200 if may else 403)
    assert client.get(reverse("reporting:insight-page", args=["unheard_of"])).status_code in {403, 404}


def test_before_the_first_refresh_the_pages_say_how_to_begin(signed_in: Callable[..., Client], db: None) -> None:
    client = signed_in()
    for address in (reverse("reporting:insight"), reverse("reporting:insight-page", args=["value"])):
        assert "Import orders" in client.get(address).content.decode()


def test_what_loses_to_naive_is_greyed_and_its_money_hidden(
    analysed: dict[str, Party], signed_in: Callable[..., Client]
) -> None:
    put(Guess())
    client = signed_in()
    page = page_of("concentration", {})
    assert page is not None
    assert (page.trusted, len(page.charts), [head.text for head in page.tables[0].headers]) == (False, 1, ["Customers"])
    html = client.get(reverse("reporting:insight-page", args=["concentration"])).content.decode()
    assert "is-doubted" in html
    assert "987,654" not in html
    assert "Not to be believed yet" in html
    assert "is-doubted" in client.get(reverse("reporting:insight")).content.decode()
    assert "Not believed" in client.get(reverse("reporting:insight-trust")).content.decode()


class TwoModels(Guess):
    """Of the two models of lifetime, that of money loses."""

    orders_wins = True

    def headline(self) -> list[Saying]:
        return [
            Saying("lifetime.expected", {"customers": 9, "orders": 31}),
            Saying("lifetime.profit", {"worth_money": 555_555_00, "low_money": 1, "high_money": 2, "currency": "TWD"}),
        ]

    def charts(self) -> list[Chart]:
        names = ("lifetime.each", "lifetime.money")
        return [
            Chart("bars", ["a"], series=(Series(name, [1]),), unit="money", currency="TWD", money=name == names[1])
            for name in names
        ]

    def evidence(self) -> list[Evidence]:
        columns = (
            Column("customers", "count"),
            Column("lifetime.each", "number"),
            Column("lifetime.money", "money", known=False),
        )
        return [Evidence(columns, [(3, 1.0, 987_654_00)], currency="TWD")]

    def trust(self) -> list[Trust]:
        won, lost = (
            tuple(BackTest(f"2026-0{n}-01", 200, mae, 1.0, bias=0.1) for n in range(1, 5)) for mae in (0.5, 1.2)
        )
        orders, money = (won, lost) if self.orders_wins else (lost, won)
        return [
            Trust("lifetime.orders_model", "orders", "naive", orders),
            Trust("lifetime.money_model", "orders", "naive", money, unit="money", currency="TWD"),
        ]


def test_only_what_rests_on_the_losing_one_of_two_models_is_greyed(
    analysed: dict[str, Party], signed_in: Callable[..., Client]
) -> None:
    put(TwoModels(), "lifetime")
    page = page_of("lifetime", {})
    assert page is not None
    assert (page.answer, len(page.charts)) == (
        [("9 customers will order about 31 times within the next year.", False)],
        1,
    )
    assert [(head.text, head.doubted) for head in page.tables[0].headers] == [
        ("Customers", False),
        ("Orders of each", False),
    ]
    assert [line.partition(":")[0] for line in page.doubts] == ["Money of the next year"]
    html = signed_in().get(reverse("reporting:insight-page", args=["lifetime"])).content.decode()
    body = html[html.index("insight-body") : html.index('id="trust"')]
    assert "is-doubted" not in body
    assert "987,654" not in html
    assert "555,555" not in html
    index = signed_in(username="other").get(reverse("reporting:insight")).content.decode()
    card = index[index.index("/insight/lifetime/") - 80 : index.index("/insight/lifetime/")]
    assert "is-doubted" not in card  # what the card says may be believed
    assert "Money of the next year: Not to be believed yet" in index


def test_the_model_of_orders_losing_leaves_the_money(
    analysed: dict[str, Party], signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TwoModels, "orders_wins", False)
    put(TwoModels(), "lifetime")
    page = page_of("lifetime", {})
    assert page is not None
    assert [doubted for _, doubted in page.answer] == [True, False]
    assert [drawn.doubted for drawn in page.charts] == [True, False]
    assert [head.doubted for head in page.tables[0].headers] == [False, True, False]
    assert "987,654" in signed_in().get(reverse("reporting:insight-page", args=["lifetime"])).content.decode()


def test_the_command_leaves_out_the_same_money(analysed: dict[str, Party], capsys: pytest.CaptureFixture[str]) -> None:
    put(TwoModels(), "lifetime")
    assert insight.run(Namespace(name="lifetime", truth=False, json=True)) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(one["model"], one["trusted"]) for one in said["models"]] == [
        ("lifetime.orders_model", True),
        ("lifetime.money_model", False),
    ]
    assert "98765400" not in json.dumps(said)
    assert "55555500" not in json.dumps(said)


def test_what_wins_is_shown_whole(
    analysed: dict[str, Party], signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guess, "error", 0.8)
    put(Guess())
    html = signed_in().get(reverse("reporting:insight-page", args=["concentration"])).content.decode()
    assert "987,654" in html
    assert "is-doubted" not in html
    trust = signed_in(username="other").get(reverse("reporting:insight-trust")).content.decode()
    assert "calibration-1" in trust


def test_a_page_narrowed_tells_of_those_alone(analysed: dict[str, Party], make_user: MakeUser) -> None:
    owner = make_user(role="owner")
    whole, web = page_of("stage", {}), page_of("stage", {"channel": "web"})
    assert whole is not None
    assert web is not None
    assert web.parts == (("channel", "web"),)
    told = {key: one["customers"] for key, one in web.result["stages"].items()}
    assert (
        sum(told.values()) == sum(one["customers"] for one in whole.result["stages"].values()) - 1
    )  # not the stranger
    for row in web.tables[0].rows:
        assert bool(row[1].url) == (row[1].text != "0")
        if not row[1].url:
            continue
        assert "bought_by=web" in row[1].url
        assert counted(row[1].url.partition("?")[2], owner) == int(row[1].text)
    assert [one.key for one in web.dimensions if one.active] == ["channel"]
    assert page_of("stage", {"channel": "unheard of"}).parts == ()  # type: ignore[union-attr]


def test_two_dimensions_are_counted_when_somebody_asks_and_then_every_night(
    analysed: dict[str, Party], signed_in: Callable[..., Client], make_user: MakeUser
) -> None:
    client, asked = signed_in(), {"class": "most_valuable", "channel": "web"}
    address = reverse("reporting:insight-page", args=["cohorts"]) + "?class=most_valuable&channel=web"
    before = page_of("cohorts", asked)
    assert before is not None
    assert before.untold
    html = client.get(address).content.decode()
    assert "Count them together" in html
    assert "insight-answer" not in html  # nothing is said of them yet
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}):
        client.post(reverse("reporting:insight-combine", args=["cohorts"]) + "?class=most_valuable&channel=web")
    row = AskedSlice.objects.get()
    assert (row.name, row.state, row.dimension) == ("cohorts", RunState.QUEUED, "class+channel")
    progress = reverse("reporting:insight-counting", args=[row.pk])
    assert "counting" in client.get(progress).content.decode()
    assert "Count them together" not in client.get(address).content.decode()
    run, rows = queries.last_done(), CustomerForecast.objects.order_by("pk").values()
    known = list(rows)
    combining.tell(row)
    assert client.get(progress).headers["HX-Refresh"] == "true"
    assert queries.last_done() == run
    assert list(rows) == known
    page = page_of("cohorts", asked)
    assert page is not None
    assert (page.untold, page.parts) == (False, (("class", "most_valuable"), ("channel", "web")))
    assert [one.key for one in page.dimensions if one.active] == ["class", "channel"]
    alone = page_of("cohorts", {"class": "most_valuable"})
    assert alone is not None
    assert page.result["headline"] == alone.result["headline"]  # everybody here orders on the web
    owner = make_user(role="owner", username="drill")
    urls = [cell.url for table in page.tables for line in table.rows for cell in line if cell.url]
    assert all("class=most_valuable" in url and "bought_by=web" in url for url in urls if "picked" not in url)
    for url in urls[:5]:
        counted(url.partition("?")[2], owner)
    actions.refresh(whole=True)
    again = page_of("cohorts", asked)
    assert again is not None
    assert not again.untold


def test_counting_two_that_stops_says_so_and_can_be_asked_again(
    analysed: dict[str, Party], signed_in: Callable[..., Client]
) -> None:
    asked, anew = combining.ask("cohorts", [("channel", "web"), ("class", "unheard of")], by=None)
    assert anew
    with pytest.raises(LookupError, match="not offered"):
        combining.tell(asked)
    asked.refresh_from_db()
    assert asked.state == RunState.FAILED
    assert combining.ask("cohorts", [("class", "unheard of"), ("channel", "web")], by=None) == (asked, True)
    assert combining.ask("cohorts", [("class", "unheard of"), ("channel", "web")], by=None) == (asked, False)


def test_a_third_dimension_takes_the_place_of_the_second(analysed: dict[str, Party]) -> None:
    page = page_of("stage", {"class": "most_valuable", "channel": "web"})
    assert page is not None
    choices = {one.key: one.choices for one in page.dimensions}
    assert [choice.url.partition("?")[2] for choice in choices["class"]][:1] == ["channel=web"]
    assert all(len(choice.url.partition("?")[2].split("&")) <= 2 for of in choices.values() for choice in of)


def test_slices_leave_the_desk_as_it_was_and_only_the_newest_are_kept(analysed: dict[str, Party]) -> None:
    first = queries.last_done()
    before = {one.name: one.result for one in first.results.all()}  # type: ignore[union-attr]
    actions.refresh(whole=True)
    assert {one.run_id for one in AnalysisSlice.objects.all()} == {queries.last_done().pk}  # type: ignore[union-attr]
    after = {one.name: one.result for one in queries.last_done().results.all()}  # type: ignore[union-attr]
    assert {name: one["headline"] for name, one in after.items()} == {
        name: one["headline"] for name, one in before.items()
    }


def test_a_step_is_kept_as_a_list_and_put_on_today(
    analysed: dict[str, Party], signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    client.post(reverse("reporting:insight-save", args=["next_step", 0]))
    view = SavedView.objects.get()
    assert "needs=1" in view.query
    client.post(reverse("reporting:insight-today", args=["next_step", 0]))
    tasks = Task.objects.open()
    assert 0 < tasks.count() <= 50
    assert {task.due_at.date() for task in tasks if task.due_at} == {queries.last_done().as_of.date()}  # type: ignore[union-attr]
    assert client.post(reverse("reporting:insight-save", args=["next_step", 99])).status_code == 404


def test_whoever_may_not_plan_for_many_is_refused(analysed: dict[str, Party], signed_in: Callable[..., Client]) -> None:
    assert signed_in("analyst").post(reverse("reporting:insight-today", args=["next_step", 0])).status_code == 403


def test_customers_named_one_by_one_are_a_list(analysed: dict[str, Party], make_user: MakeUser) -> None:
    run = queries.last_done()
    assert run is not None
    Picked.objects.create(
        run=run, name="churn", key="warned", parties=[analysed["gone"].pk, analysed["new"].pk, 999_999]
    )
    owner = make_user(role="owner")
    assert counted("picked=churn.warned", owner) == 2
    assert counted("picked=churn.nobody", owner) == 0
    seller = make_user(role="seller", username="s")
    assert (
        counted("picked=churn.warned", seller)
        == state.read(resources.get("customers"), QueryDict(""), seller)
        .narrowed(seller)
        .filter(pk__in=[analysed["gone"].pk, analysed["new"].pk])
        .count()
    )


def test_a_slice_opens_its_own_customers_else_those_of_all_who_are_in_it(
    analysed: dict[str, Party], make_user: MakeUser
) -> None:
    run, owner = queries.last_done(), make_user(role="owner")
    assert run is not None
    gone, new, stranger = (analysed[key].pk for key in ("gone", "new", "stranger"))
    Picked.objects.create(run=run, name="churn", key="band1", parties=[gone, new, stranger])
    of = {"run": run, "name": "churn", "dimension": "channel", "value": "line.me"}
    AnalysisSlice.objects.create(**of, result={"picked": {"warned": [new]}})
    named = Source("churn", "channel", "line.me").query({"where": {}, "key": "warned", "picked": 1})
    assert counted(named, owner) == 1
    assert picked_ids("churn.warned.channel.line.me") == [new]
    assert picked_ids("churn.warned.channel.fax") == []
    narrowed = Source("churn", "channel", "web").query({"where": {}, "key": "band1", "picked": 0})
    assert counted(narrowed, owner) == 2  # the stranger ordered nothing
    assert Source("churn", "period", "12m").query({"where": {"stage": "welcome"}, "key": "", "picked": 0}) == ""
    assert Source("churn").query({"where": {}, "key": "band1", "picked": 0}) == ""


def test_a_step_needs_a_key_for_customers_picked() -> None:
    from regulars.intelligence.analyses.base import Selection

    with pytest.raises(ValueError, match="key"):
        Step(Saying("x"), Selection(ids=(1,)))
