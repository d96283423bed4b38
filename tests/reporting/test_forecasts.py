"""What is foretold of each customer: written in bulk, only where it differs, hidden where it is not believed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from regulars.catalogue.models import Product
from regulars.customers.models import Party
from regulars.intelligence import analyses
from regulars.intelligence.analyses.base import BackTest, Result, Trust
from regulars.intelligence.warehouse import frames
from regulars.marketing.segments import membership
from regulars.marketing.segments import queries as segments
from regulars.marketing.segments.actions import make_segment
from regulars.marketing.segments.models import Segment
from regulars.reporting import forecasts, panels, queries, sentences
from regulars.reporting.models import CustomerForecast

MOMENT = datetime(2026, 6, 30, 4, tzinfo=UTC)
Sell = Callable[..., Party]


class Model(Result):
    mae = 0.5

    def trust(self) -> list[Trust]:
        return [Trust("orders", "orders", "naive", (BackTest("2026-03-31", 500, self.mae, 1.0, bias=0.0),))]


@pytest.fixture
def outcome(sell: Sell, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two customers, and an analysis that foretells of one of them."""
    import duckdb

    told, other = sell("Told", days=(5,)), sell("Other", days=(9,))
    engine = duckdb.connect()
    engine.execute(f"CREATE TEMP TABLE customer AS SELECT unnest([{told.pk}, {other.pk}]) AS customer_id")
    engine.execute(
        f"""CREATE TEMP TABLE lifetime AS SELECT {told.pk} AS customer_id, 0.9 AS alive, 2.7 AS orders, 1.0 AS orders_low, 6.0 AS orders_high,
            4820000 AS money, 1200000 AS money_low, 9900000 AS money_high, '[{{"code": "trust.few", "values": {{"cases": 3}}}}]' AS reasons"""
    )
    engine.execute(
        f"""CREATE TEMP TABLE offered AS SELECT {told.pk} AS customer_id, [7, 9, 2, 20000]::BIGINT[] AS again, []::BIGINT[] AS "new\""""
    )
    gives = {
        "lifetime": ("alive", "orders", "orders_low", "orders_high", "money", "money_low", "money_high", "reasons"),
        "offered": ("again", "new"),
    }
    sentences.english()  # read before the registry is replaced
    module = SimpleNamespace(GIVES=gives)
    monkeypatch.setattr(analyses, "names", lambda: ("lifetime",))
    monkeypatch.setattr(analyses, "get", lambda _name: module)
    return SimpleNamespace(
        engine=engine,
        horizon=SimpleNamespace(currency="TWD"),
        chosen=None,
        results={"lifetime": (Model(), 0.1)},
        told=told,
        other=other,
    )


def up(outcome: Any, *, whole: bool = False) -> int:
    return forecasts.forecasts_up(outcome, MOMENT, forecasts.believed(outcome), whole=whole)


def test_each_told_customer_has_a_row(outcome: Any) -> None:
    assert up(outcome) == 1
    row = CustomerForecast.objects.get()
    assert (row.party, row.orders, row.money, row.currency) == (outcome.told, 3, 5_000_000, "TWD")
    assert (row.as_of, row.again, row.new, row.churn) == (MOMENT, "[7,9,2,20000]", "[]", None)
    said = panels.told_of(row, {"orders": {"trusted": True, "amounts": True}})
    assert said["orders"] == "about 3 orders (1–6)"
    assert said["money"] == "about NT$50,000 (NT$12,000–NT$100,000)"
    assert said["reasons"] == ["Tried on 3 cases only, too few to believe it."]


def test_a_prospect_is_told_when_to_begin_a_talk(outcome: Any) -> None:
    outcome.engine.execute(
        f"""CREATE TEMP TABLE prospects AS SELECT {outcome.other.pk} AS customer_id, 0.4 AS converts,
            '[{{"code": "trust.few", "values": {{"cases": 3}}}}]' AS openings"""
    )
    analyses.get("lifetime").GIVES["prospects"] = ("converts", "openings")  # type: ignore[index]
    assert up(outcome) == 2
    row = CustomerForecast.objects.get(party=outcome.other)
    assert (row.orders, row.churn, row.reasons) == (None, None, [])
    said = panels.told_of(row, {"converts": {"trusted": True}})
    assert (said["converts"], said["doubted"]) == ("40%", "")
    assert said["openings"] == ["Tried on 3 cases only, too few to believe it."]
    assert panels.told_of(row, {})["doubted"] == "Not to be believed yet: whether a customer soon."


def test_what_is_as_before_is_not_written_again(outcome: Any) -> None:
    up(outcome)
    assert up(outcome) == 0
    outcome.engine.execute("UPDATE lifetime SET orders = 4.1")
    assert up(outcome) == 1
    assert CustomerForecast.objects.get().orders == 4


def test_what_moves_a_little_is_not_written_again(outcome: Any) -> None:
    up(outcome)
    outcome.engine.execute("UPDATE lifetime SET orders = 2.6, money = 4930000, money_high = 10100000, alive = 0.905")
    assert up(outcome) == 0
    assert CustomerForecast.objects.get().orders == 3


def test_money_below_zero_stays_below_zero(outcome: Any) -> None:
    outcome.engine.execute("UPDATE lifetime SET money = 0, money_low = -4820000")
    up(outcome)
    row = CustomerForecast.objects.get()
    assert (row.money, row.money_low) == (0, -5_000_000)


@pytest.mark.parametrize("part", [1, 2])
def test_forecasts_are_written_in_parts_that_leave_nobody_out(
    outcome: Any, sell: Sell, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """More customers than a part holds; those foretold no more lose their rows, whichever part they lie in."""
    some = [sell(f"Customer {n}", days=(3,)).pk for n in range(4)]
    monkeypatch.setattr(forecasts, "PART", part)
    monkeypatch.setattr(frames, "_BLOCK", 1)
    for pk in some:
        outcome.engine.execute(f"INSERT INTO customer VALUES ({pk})")
        outcome.engine.execute(f"INSERT INTO lifetime SELECT * REPLACE ({pk} AS customer_id) FROM lifetime LIMIT 1")
    everybody = [outcome.told.pk, *some]
    assert up(outcome) == 5
    assert sorted(CustomerForecast.objects.values_list("pk", flat=True)) == sorted(everybody)
    outcome.engine.execute(f"DELETE FROM lifetime WHERE customer_id IN ({outcome.told.pk}, {some[-1]})")
    outcome.engine.execute("DELETE FROM offered")
    assert up(outcome) == 0
    assert sorted(CustomerForecast.objects.values_list("pk", flat=True)) == sorted(some[:-1])


def test_offers_that_differ_are_written_without_the_figures(outcome: Any) -> None:
    up(outcome)
    CustomerForecast.objects.update(orders=99)
    outcome.engine.execute('UPDATE offered SET "new" = [8, 3, 7, 29]')
    assert up(outcome) == 1
    row = CustomerForecast.objects.get()
    assert (row.orders, row.again, row.new) == (99, "[7,9,2,20000]", "[8,3,7,29]")
    outcome.engine.execute("UPDATE lifetime SET orders = 5.2")
    assert up(outcome) == 1
    row.refresh_from_db()
    assert (row.orders, row.new) == (5, "[8,3,7,29]")


def test_offers_are_told_by_the_present_names_of_products(outcome: Any) -> None:
    Product.objects.create(pk=7, code="T", name="Tea", currency="TWD")
    up(outcome)
    row = CustomerForecast.objects.get()
    assert queries.offers(row)["again"][0]["name"] == "Tea"
    Product.objects.filter(pk=7).update(name="Oolong")
    said = panels.told_of(row, {})
    assert [(one.name, one.share) for one in said["again"]] == [("Oolong", "9%")]
    assert said["again"][0].why.startswith("bought 2 times")
    Product.objects.all().delete()
    assert queries.offers(row) == {"again": [], "new": []}


def test_a_row_that_went_is_written_again(outcome: Any) -> None:
    """An erasure removes it, a restored record may not have it."""
    up(outcome)
    CustomerForecast.objects.all().delete()
    assert up(outcome) == 1
    assert CustomerForecast.objects.get().orders == 3


def test_a_row_of_an_earlier_day_is_written_again(outcome: Any) -> None:
    """A restored record brings the marks of its own day."""
    up(outcome)
    before = CustomerForecast.objects.get()
    outcome.engine.execute("UPDATE lifetime SET orders = 5.2")
    outcome.engine.execute("UPDATE offered SET again = [8, 3, 1, 20000]")
    up(outcome)
    before.save()
    assert up(outcome) == 1
    row = CustomerForecast.objects.get()
    assert (row.orders, row.again) == (5, "[8,3,1,20000]")


def test_merged_and_taken_apart_again_both_have_their_rows(outcome: Any) -> None:
    up(outcome)
    outcome.engine.execute(
        f"CREATE TEMP TABLE apart AS SELECT * FROM lifetime; UPDATE lifetime SET customer_id = {outcome.other.pk}"
    )
    outcome.engine.execute(f"UPDATE offered SET customer_id = {outcome.other.pk}")
    assert up(outcome) == 1
    assert CustomerForecast.objects.get().party == outcome.other
    outcome.engine.execute("INSERT INTO lifetime SELECT * FROM apart")
    assert up(outcome) == 1
    assert set(CustomerForecast.objects.values_list("pk", "again")) == {
        (outcome.told.pk, "[]"),
        (outcome.other.pk, "[7,9,2,20000]"),
    }


def test_everything_is_written_again_when_it_is_told_otherwise(outcome: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    up(outcome)
    monkeypatch.setattr(forecasts, "TOLD_AS", forecasts.TOLD_AS + 1)
    assert up(outcome) == 1
    assert up(outcome) == 0


def test_a_whole_refresh_writes_rows_that_somebody_else_changed(outcome: Any) -> None:
    up(outcome)
    CustomerForecast.objects.update(orders=99, again="[]")
    assert up(outcome) == 0
    assert up(outcome, whole=True) == 1
    row = CustomerForecast.objects.get()
    assert (row.orders, row.again) == (3, "[7,9,2,20000]")


def test_what_nobody_offers_is_an_empty_list(outcome: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyses.get("lifetime"), "GIVES", {"lifetime": analyses.get("lifetime").GIVES["lifetime"]})
    up(outcome)
    row = CustomerForecast.objects.get()
    assert (row.again, row.new) == ("[]", "[]")


def test_whoever_is_foretold_no_more_loses_the_row(outcome: Any) -> None:
    up(outcome)
    outcome.engine.execute("DELETE FROM lifetime; DELETE FROM offered")
    up(outcome)
    assert not CustomerForecast.objects.exists()


def test_money_that_is_not_believed_is_never_written(outcome: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "mae", 1.5)
    up(outcome)
    row = CustomerForecast.objects.get()
    assert (row.money, row.money_low, row.money_high) == (None, None, None)
    assert row.orders == 3
    assert forecasts.believed(outcome)["orders"] == {"trusted": False, "amounts": False}


def test_money_of_a_model_that_wins_is_written_though_another_of_the_analysis_loses(
    outcome: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = BackTest("2026-03-31", 500, 1.5, 1.0, bias=0.0)
    models = [
        Trust("orders", "orders", "naive", (lost,)),
        Trust("profit", "profit", "naive", (replace(lost, mae=0.5),)),
    ]
    monkeypatch.setattr(Model, "trust", lambda _self: models)
    analyses.get("lifetime").RESTS = {"orders": ("orders", "alive"), "profit": ("money", "money_low", "money_high")}
    up(outcome)
    row, believed = CustomerForecast.objects.get(), forecasts.believed(outcome)
    assert (row.orders, row.money) == (3, 5_000_000)
    assert (believed["orders"]["trusted"], believed["alive"]["trusted"], believed["money"]["trusted"]) == (
        False,
        False,
        True,
    )
    said = panels.told_of(row, believed)
    assert said["doubts"] == {"orders", "alive"}
    assert said["doubted"] == "Not to be believed yet: orders, whether still a customer."


def test_a_run_about_some_leaves_forecasts_to_the_night(outcome: Any) -> None:
    up(outcome)
    outcome.chosen, outcome.engine = {1}, None
    assert up(outcome) == 0
    assert CustomerForecast.objects.count() == 1


def test_segments_follow_what_is_foretold(outcome: Any, make_user: Callable[..., Any]) -> None:
    up(outcome)
    rule = {"match": "all", "parts": [{"is": "is_alive", "value": "0.8.."}]}
    segment = make_segment(name="Alive", rule=rule, by=make_user(role="owner"))
    membership.work_out_next()
    assert list(segments.members(segment)) == [outcome.told]
    assert up(outcome) == 0
    assert not waits(segment)
    outcome.engine.execute("UPDATE lifetime SET alive = 0.3")
    assert up(outcome) == 1
    assert waits(segment)
    membership.work_out_next()
    assert not segments.members(segment).exists()
    outcome.engine.execute("DELETE FROM lifetime; DELETE FROM offered")
    up(outcome)
    assert waits(segment)


def waits(segment: Segment) -> bool:
    segment.refresh_from_db()
    return segment.being_worked_out
