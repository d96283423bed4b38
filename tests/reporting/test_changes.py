"""The log of changed facts, the patches it leads to, and that taking up a few changes comes to what a full run comes to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.commerce.models import Order
from regulars.customers.models import CustomerSummary, Event, Party, Task
from regulars.intelligence import analyses, nightly
from regulars.intelligence.memory import Memory
from regulars.kit import clock
from regulars.reporting import actions, load
from regulars.reporting.models import AnalysisResult, AnalysisRun, FactChange, WarehouseMark
from regulars.reporting.scores import SAID_AGAIN
from tests.reporting.conftest import NOW, Sell

COMPARED = {
    "value_reasons",
    "value_rank",
    "value_percentile",
    "value_class",
    "recency_score",
    "frequency_score",
    "monetary_score",
}
"""What depends on all other customers too: it waits for the night."""
OWN = [
    field.name for field in CustomerSummary._meta.concrete_fields
    if field.name not in {*COMPARED, "as_of", "next_action", "next_action_reasons"}
]  # fmt: skip
"""What follows from a customer's own facts: exact at once."""


@pytest.fixture
def large_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a house of thirty-three count as large."""
    monkeypatch.setattr(nightly, "SMALL_HOUSE", 1)
    monkeypatch.setattr(nightly, "MOST_AT_ONCE", 0.9)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whom each run was about; None for everybody."""
    seen: list[Any] = []
    remember = nightly.remember

    def noted(store: Any, outcome: nightly.Outcome, **rest: Any) -> None:
        seen.append(None if outcome.chosen is None else set(outcome.chosen))
        remember(store, outcome, **rest)

    monkeypatch.setattr(nightly, "remember", noted)
    return seen


def rows(names: list[str]) -> list[dict[str, Any]]:
    return list(CustomerSummary.objects.order_by("pk").values(*names))


def moves() -> set[str]:
    kept = Event.objects.filter(kind="customers.stage_changed", retracted_in=None)
    return set(kept.values_list("source_key", flat=True))


@pytest.mark.usefixtures("large_house")
def test_whoever_changed_comes_out_as_in_a_full_run(trade: dict[str, Party], sell: Sell, chosen: list[Any]) -> None:
    actions.refresh()
    sell("Gone", days=(3,), amount=900_000)
    sell("New", days=(1,), amount=40_000)
    Task.objects.create(party=trade["regular"], kind="complaint", title="Broken", created_at=NOW - timedelta(days=2))
    actions.refresh()
    assert chosen == [None, {trade[name].pk for name in ("gone", "new", "regular")}]
    few, told = rows(OWN), moves()
    actions.refresh(whole=True)
    assert chosen[-1] is None
    assert rows(OWN) == few
    assert moves() == told
    stages = dict(CustomerSummary.objects.values_list("party_id", "stage"))
    assert stages[trade["gone"].pk] == "recovery"


@pytest.mark.usefixtures("large_house")
def test_the_company_as_a_whole_is_counted_anew(trade: dict[str, Party], sell: Sell) -> None:
    actions.refresh()
    sell("New", days=(1,), amount=40_000)
    few = AnalysisRun.objects.get(pk=actions.refresh()["run"])
    whole = AnalysisRun.objects.get(pk=actions.refresh(whole=True)["run"])
    first = {one.name: one.result for one in few.results.all()}
    second = {one.name: one.result for one in whole.results.all()}
    assert first.keys() == second.keys() == set(analyses.names())
    for name in ("stage", "concentration", "cycle"):
        assert first[name] == second[name]
    assert few.customers == whole.customers


@pytest.mark.usefixtures("large_house")
def test_a_value_is_placed_along_the_lines_of_the_last_full_run(trade: dict[str, Party], sell: Sell) -> None:
    actions.refresh()
    sell("New", days=(1,), amount=90_000_000)
    actions.refresh()
    summary = CustomerSummary.objects.get(party=trade["new"])
    assert (summary.value_rank, summary.monetary_score, summary.value_class) == (1, 5, "most_valuable")


@pytest.mark.usefixtures("large_house")
def test_a_new_day_takes_up_everybody(trade: dict[str, Party], chosen: list[Any]) -> None:
    actions.refresh()
    actions.refresh()
    with clock.stopped_at(NOW + timedelta(days=1)):
        actions.refresh()
    assert chosen == [None, set(), None]


def test_a_new_day_writes_only_of_whom_something_is_new(trade: dict[str, Party], sell: Sell) -> None:
    people = CustomerSummary.objects.count()
    assert actions.refresh()["written"] == people
    with clock.stopped_at(NOW + timedelta(days=1)):
        sell("New", days=(0,), amount=40_000)
        assert 0 < actions.refresh()["written"] < people
        assert CustomerSummary.objects.get(party=trade["new"]).as_of == NOW + timedelta(days=1)


def test_no_row_is_older_than_a_month(trade: dict[str, Party]) -> None:
    for day in (0, 9, 18, SAID_AGAIN + 1):
        with clock.stopped_at(NOW + timedelta(days=day)):
            actions.refresh()
    oldest = CustomerSummary.objects.order_by("as_of").values_list("as_of", flat=True)[0]
    assert oldest > NOW


def test_a_small_house_is_always_analysed_as_a_whole(trade: dict[str, Party], sell: Sell, chosen: list[Any]) -> None:
    actions.refresh()
    sell("New", days=(1,), amount=40_000)
    actions.refresh()
    assert chosen == [None, None]


def test_only_rows_that_differ_are_written(trade: dict[str, Party]) -> None:
    actions.refresh()
    CustomerSummary.objects.update(cycle_low=-1)
    actions.refresh()
    assert set(CustomerSummary.objects.values_list("cycle_low", flat=True)) == {-1}
    actions.refresh(whole=True)
    assert -1 not in set(CustomerSummary.objects.values_list("cycle_low", flat=True))


def test_columns_with_an_index_are_left_alone_where_they_are_as_before(trade: dict[str, Party], sell: Sell) -> None:
    actions.refresh()
    CustomerSummary.objects.update(stage_since=None, cycle_low=-1)
    sell("Newest", days=(0,), amount=90_000_000)  # everybody else is a rank further behind
    actions.refresh()
    others = CustomerSummary.objects.filter(orders__gt=0).exclude(cycle_low=-1)
    assert others.filter(stage_since=None).exists()
    assert others.filter(stage_since__isnull=False).exists()


def buy(trade: dict[str, Party]) -> None:
    Order.objects.create(
        source="shop", number="X1", customer=trade["new"], ordered_at=NOW, currency="TWD", amount=5, goods=5
    )


def cancel(trade: dict[str, Party]) -> None:
    Order.objects.filter(customer=trade["new"]).update(state="cancelled")


def give_away(trade: dict[str, Party]) -> None:
    Order.objects.filter(customer=trade["new"]).update(customer=trade["stranger"])


def trash(trade: dict[str, Party]) -> None:
    Party.objects.filter(pk=trade["new"].pk).update(trashed_at=NOW)


def complain(trade: dict[str, Party]) -> None:
    Task.objects.create(party=trade["new"], kind="complaint", title="Broken")


def say(trade: dict[str, Party]) -> None:
    Event.objects.create(kind="channels.call_logged", customer=trade["new"], occurred_at=NOW)


@pytest.mark.parametrize(
    ("act", "facts", "whose"),
    [
        (buy, {"orders"}, {"new"}),
        (cancel, {"orders"}, {"new"}),
        (give_away, {"orders"}, {"new", "stranger"}),
        (trash, {"parties"}, {"new"}),
        (complain, {"complaints"}, {"new"}),
        (say, {"contacts"}, {"new"}),
    ],
)
def test_every_change_of_a_fact_is_noted_and_taken_up(
    trade: dict[str, Party], act: Callable[[dict[str, Party]], None], facts: set[str], whose: set[str]
) -> None:
    actions.refresh()
    assert not FactChange.objects.exists()
    act(trade)
    noted = list(FactChange.objects.values_list("fact", "party"))
    assert {fact for fact, _ in noted} == facts
    assert {party for _, party in noted} == {trade[name].pk for name in whose}
    store = load.warehouse()
    before = store.manifest()
    loaded = load.facts_down(store)
    assert (loaded.whole, loaded.parties) == (False, {trade[name].pk for name in whose})
    followers = {table.name for table in load.TABLES if facts & set(table.follows)}
    assert {name for name, held in store.manifest().tables.items() if held != before.tables[name]} == facts | followers
    load.reached(loaded)
    assert not FactChange.objects.exists()


def test_a_patched_warehouse_holds_what_a_full_load_holds(trade: dict[str, Party], sell: Sell) -> None:
    from regulars.intelligence.warehouse import engine

    actions.refresh()
    for act in (cancel, give_away, complain, say, trash):
        act(trade)
    sell("Regular", days=(1,), amount=100)
    load.reached(load.facts_down(load.warehouse()))
    found = []
    for whole in (False, True):
        load.facts_down(load.warehouse(), whole=whole)
        with engine.opened(load.warehouse()) as connection:
            found.append(
                [connection.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall() for table in load.TABLES]
            )
    assert found[0] == found[1]


@pytest.mark.usefixtures("large_house")
def test_facts_of_the_few_who_changed_are_those_of_the_warehouse(trade: dict[str, Party], sell: Sell) -> None:
    from regulars.intelligence.warehouse import engine
    from regulars.intelligence.warehouse.ledger import WHOSE

    actions.refresh()
    for act in (cancel, complain, say):
        act(trade)
    sell("Regular", days=(1,), amount=100)
    loaded = load.facts_down(load.warehouse())
    assert loaded.owned.keys() == WHOSE.keys()
    with engine.opened(load.warehouse()) as connection:
        for name, key in WHOSE.items():
            connection.register("owned", loaded.owned[name])
            whose = ", ".join(map(str, loaded.parties))
            kept = connection.execute(f"SELECT * FROM {name} WHERE {key} IN ({whose}) ORDER BY 1").fetchall()
            assert kept == connection.execute("SELECT * FROM owned ORDER BY 1").fetchall()
            assert kept or name == "returns"


def test_what_is_noted_meanwhile_stays_for_the_next_refresh(trade: dict[str, Party]) -> None:
    actions.refresh()
    say(trade)
    loaded = load.facts_down(load.warehouse())
    complain(trade)
    load.reached(loaded)
    assert list(FactChange.objects.values_list("fact", flat=True)) == ["complaints"]


def test_a_warehouse_of_another_record_is_filled_anew(trade: dict[str, Party]) -> None:
    actions.refresh()
    WarehouseMark.objects.update(intended="of another", reached="of another")
    assert load.facts_down(load.warehouse()).whole
    assert not load.facts_down(load.warehouse()).whole


def test_a_refresh_that_died_while_writing_is_made_up_for(
    trade: dict[str, Party], sell: Sell, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.refresh()
    sell("Gone", days=(3,), amount=900_000)
    with monkeypatch.context() as patch:
        patch.setattr("regulars.reporting.moves.record_moves", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.refresh()
    actions.refresh()
    rested, told = rows(OWN), moves()
    actions.refresh(whole=True)
    assert (rows(OWN), moves()) == (rested, told)


def test_results_of_another_version_are_not_remembered(
    trade: dict[str, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.refresh()
    assert Memory(load.warehouse()).notes() is not None
    monkeypatch.setattr("regulars.intelligence.memory.VERSION", 0)
    assert Memory(load.warehouse()).notes() is None
    assert AnalysisResult.objects.count() == len(analyses.names())


@pytest.mark.usefixtures("large_house")
def test_a_look_back_is_nothing_to_go_on_from(trade: dict[str, Party], chosen: list[Any]) -> None:
    actions.refresh()
    told, scores = moves(), rows(OWN)
    actions.refresh(as_of=NOW - timedelta(days=40))
    assert Memory(load.warehouse()).notes() is None
    actions.refresh()
    assert chosen == [None, None]
    assert (moves(), rows(OWN)) == (told, scores)
