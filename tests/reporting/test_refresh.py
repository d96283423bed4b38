"""The refresh: scores and moves arrive, again and again the same, and follow the record when its past changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from regulars.commerce.models import Order
from regulars.customers import reasons
from regulars.customers.models import CustomerSummary, Event, Party, PartyRole, Task
from regulars.intelligence import analyses
from regulars.intelligence.models import population
from regulars.kit import clock
from regulars.reporting import actions, queries, sentences, tasks
from regulars.reporting.models import AnalysisResult, AnalysisRun, Calibration, RunState
from regulars.staff.actions import set_costs
from tests.reporting.conftest import NOW, TODAY, Sell

MOVES = "customers.stage_changed"
SCORES = [field.name for field in CustomerSummary._meta.concrete_fields if field.name != "as_of"]


def summary(party: Party) -> CustomerSummary:
    return CustomerSummary.objects.get(party=party)


def test_everybody_gets_a_stage_with_reasons_and_a_date(trade: dict[str, Party]) -> None:
    done = actions.refresh()
    assert done["customers"] == 33
    stages = {name: summary(party).stage for name, party in trade.items()}
    assert stages == {"gone": "divorce", "new": "welcome", "stranger": "recruit", "regular": "account_management"}
    for row in CustomerSummary.objects.all():
        assert row.as_of == NOW
        assert row.stage_since is not None
        assert row.stage_reasons
        assert row.next_action_reasons


def test_figures_are_those_of_the_orders(trade: dict[str, Party]) -> None:
    actions.refresh()
    row = summary(trade["regular"])
    assert (row.orders_12m, row.revenue_12m) == (12, 12 * 57_000)
    assert row.revenue_prior_12m == (row.orders - 12) * 57_000
    assert row.cycle_days == pytest.approx(30, abs=2)
    assert row.cycle_low < row.cycle_days < row.cycle_high
    assert row.expected_order_at > NOW
    assert row.risk < 0.2
    assert summary(trade["gone"]).risk > 0.75
    assert (row.recency_score, row.frequency_score) >= (1, 1)
    assert summary(trade["gone"]).value_rank == 1
    assert summary(trade["new"]).cycle_days is None
    assert summary(trade["stranger"]).value_class == ""


def test_a_second_refresh_changes_nothing(trade: dict[str, Party]) -> None:
    first = actions.refresh()
    before, events = (
        list(CustomerSummary.objects.order_by("pk").values(*SCORES)),
        Event.objects.filter(kind=MOVES).count(),
    )
    assert first["moves"] == events > 33
    assert actions.refresh()["moves"] == 0
    assert list(CustomerSummary.objects.order_by("pk").values(*SCORES)) == before
    assert Event.objects.filter(kind=MOVES, retracted_in__isnull=False).count() == 0


def test_moves_carry_the_day_they_became_true(trade: dict[str, Party]) -> None:
    actions.refresh()
    moves = list(Event.objects.filter(kind=MOVES, customer=trade["gone"]).order_by("occurred_at"))
    path = [(one.payload["from"], one.payload["to"]) for one in moves]
    assert path == [
        ("recruit", "welcome"), ("welcome", "getting_to_know"), ("getting_to_know", "account_management"),
        ("account_management", "pre_divorce"), ("pre_divorce", "divorce"),
    ]  # fmt: skip
    first_order = Order.objects.filter(customer=trade["gone"]).order_by("ordered_at")[0]
    assert moves[0].occurred_at == first_order.ordered_at + timedelta(seconds=1)
    row = summary(trade["gone"])
    assert row.stage_since.date() == moves[-1].occurred_at.date()
    assert row.previous_stage == "pre_divorce"
    assert moves[-1].occurred_at < NOW - timedelta(days=60)
    assert all(one.source == "analysis" and one.payload["reasons"] for one in moves)


def test_nights_one_after_another_leave_what_one_refresh_leaves(trade: dict[str, Party]) -> None:
    for ago in range(12, -1, -3):
        with clock.stopped_at(NOW - timedelta(days=ago)):
            actions.refresh()
    kept = Calibration.objects.count()
    nightly = set(Event.objects.filter(kind=MOVES, retracted_in=None).values_list("source_key", flat=True))
    rows = list(CustomerSummary.objects.order_by("pk").values("stage", "stage_since", "previous_stage"))
    actions.refresh()
    assert Calibration.objects.count() == kept == 1
    assert set(Event.objects.filter(kind=MOVES, retracted_in=None).values_list("source_key", flat=True)) == nightly
    assert list(CustomerSummary.objects.order_by("pk").values("stage", "stage_since", "previous_stage")) == rows


def test_a_new_month_brings_a_new_calibration_and_rewrites_no_move(trade: dict[str, Party]) -> None:
    with clock.stopped_at(NOW - timedelta(days=45)):
        actions.refresh()
    before = set(Event.objects.filter(kind=MOVES).values_list("source_key", flat=True))
    actions.refresh()
    assert [one.since for one in Calibration.objects.all()] == [None, TODAY.replace(day=1)]
    live = set(Event.objects.filter(kind=MOVES, retracted_in=None).values_list("source_key", flat=True))
    assert before <= live


def test_calibrations_of_another_model_are_not_read(trade: dict[str, Party]) -> None:
    actions.refresh()
    Calibration.objects.update(values={"model": "of last year"})
    actions.refresh()
    assert [one.values["model"] for one in Calibration.objects.all()] == [population.MODEL]


def test_moves_that_never_were_are_retracted_when_a_late_file_fills_the_gap(
    trade: dict[str, Party], sell: Sell
) -> None:
    actions.refresh()
    sell("Gone", days=tuple(range(20, 200, 30)), amount=300_000)
    actions.refresh()
    assert summary(trade["gone"]).stage == "account_management"
    live = Event.objects.filter(kind=MOVES, customer=trade["gone"], retracted_in=None)
    assert "divorce" not in {one.payload["to"] for one in live}
    assert Event.objects.filter(kind=MOVES, customer=trade["gone"], retracted_in__isnull=False).count() == 2


def test_retracted_orders_do_not_count(trade: dict[str, Party]) -> None:
    Order.objects.filter(customer=trade["new"]).update(retracted_in=1)
    actions.refresh()
    assert summary(trade["new"]).stage == "recruit"


def test_a_record_of_long_ago_is_judged_as_of_its_end(trade: dict[str, Party]) -> None:
    with clock.stopped_at(NOW + timedelta(days=3_000)):
        actions.refresh()
        run = queries.last_done()
    assert run is not None
    assert run.historical
    assert run.as_of is not None
    assert run.as_of.astimezone(UTC).date() == TODAY - timedelta(days=3)
    assert summary(trade["regular"]).stage == "account_management"


def test_as_of_a_day_of_the_past_leaves_later_moves_alone(trade: dict[str, Party]) -> None:
    actions.refresh()
    events = Event.objects.filter(kind=MOVES, retracted_in=None).count()
    actions.refresh(as_of=NOW - timedelta(days=190))
    assert summary(trade["gone"]).stage == "account_management"
    assert Event.objects.filter(kind=MOVES, retracted_in=None).count() == events


def test_an_open_complaint_asks_to_be_settled_first(trade: dict[str, Party]) -> None:
    Task.objects.create(party=trade["regular"], kind="complaint", title="Broken", created_at=NOW - timedelta(days=2))
    actions.refresh()
    row = summary(trade["regular"])
    assert row.next_action == "settle_complaint"
    assert any(one["code"] == "stage.complaint_open" for one in row.stage_reasons)


def test_profit_decides_where_costs_are_known(sell: Sell) -> None:
    for n in range(20):
        sell(f"Good {n}", days=(10, 40), cost=60_000)
    loss = sell("Loss", days=(10, 40, 70), cost=130_000)
    actions.refresh()
    row = summary(loss)
    assert (row.value_class, row.margin_12m) == ("below_zero", -90_000)
    assert row.value_reasons[0]["values"] == {"loss_money": 90_000, "currency": "TWD"}


def test_what_the_company_says_of_its_costs_decides_who_is_below_zero(sell: Sell) -> None:
    for n in range(20):
        sell(f"Good {n}", days=(10, 40), cost=60_000)
    small = sell("Small", days=(10, 40, 70), amount=4_000, cost=3_000)
    actions.refresh()
    assert summary(small).value_class != "below_zero"
    set_costs(per_order=5_000, per_contact=None, by=None)
    actions.refresh()
    row = summary(small)
    assert row.value_class == "below_zero"
    assert row.value_reasons[0]["values"] == {"loss_money": 12_000, "currency": "TWD"}
    stored = queries.latest("value")
    assert stored is not None
    assert (stored.result["cost_per_order"], stored.result["cost_per_contact"]) == (5_000, None)
    assert sentences.headline(stored.result)[-1] == (
        "Taken off as cost to serve: NT$50 for each order. What a contact costs is not known."
    )


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_reason_is_said_in_words(trade: dict[str, Party], language: str) -> None:
    Task.objects.create(party=trade["regular"], kind="complaint", title="Broken", created_at=NOW - timedelta(days=2))
    actions.refresh()
    stored: list[Any] = [
        one
        for row in CustomerSummary.objects.all()
        for name in ("stage_reasons", "risk_reasons", "value_reasons", "next_action_reasons")
        for one in getattr(row, name)
    ]
    stored += [one for event in Event.objects.filter(kind=MOVES) for one in event.payload["reasons"]]
    with translation.override(language):
        for reason in stored:
            said = reasons.say(reason)
            assert said != reason["code"]
            assert "%(" not in said


def test_a_broken_refresh_is_told_and_leaves_the_figures(
    trade: dict[str, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.refresh()
    monkeypatch.setattr("regulars.intelligence.analyses.value.run", lambda _desk: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.refresh()
    newest = queries.newest_run()
    assert newest is not None
    assert newest.state == RunState.FAILED
    assert "ZeroDivisionError" in newest.error
    assert queries.latest("value") is not None
    assert summary(trade["gone"]).stage == "divorce"


def test_an_empty_house_can_be_refreshed(db: None) -> None:
    assert actions.refresh()["customers"] == 0
    assert AnalysisResult.objects.count() == len(analyses.names())


def test_what_waits_already_is_enough(db: None) -> None:
    first, second = tasks.enqueue_refresh(), tasks.enqueue_refresh()
    assert first == second
    tasks.refresh.func(first.pk)
    assert queries.last_done() == first
    assert tasks.enqueue_refresh() != first


def test_the_night_is_due_once(trade: dict[str, Party]) -> None:
    assert not queries.is_due(), "nothing was ever asked for"
    actions.refresh()
    assert not queries.is_due()
    with clock.stopped_at(datetime(2026, 6, 30, 18, 59, tzinfo=UTC)):
        assert not queries.is_due(), "before three in the morning of 1 July in Taipei"
    with clock.stopped_at(datetime(2026, 6, 30, 19, 1, tzinfo=UTC)):
        tasks.refresh_when_due()
        tasks.refresh_when_due()
        assert AnalysisRun.objects.filter(state=RunState.QUEUED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_refresh_reads_one_moment_of_the_record_outside_a_transaction(trade: dict[str, Party]) -> None:
    assert actions.refresh()["moves"] > 33


def test_whoever_neither_buys_nor_is_courted_stands_in_no_stage(trade: dict[str, Party]) -> None:
    contact = Party.objects.create(name="Contact person", family_name="Contact")
    vendor = Party.objects.create(name="Vendor", kind="organisation")
    PartyRole.objects.create(party=vendor, role="vendor", valid_from=date(2020, 1, 1))
    PartyRole.objects.filter(party=trade["gone"]).delete()
    done = actions.refresh()
    assert done["customers"] == 33
    assert (summary(contact).stage, summary(vendor).stage) == ("", "")
    assert (summary(contact).stage_since, summary(contact).next_action) == (None, "")
    assert summary(trade["gone"]).stage == "divorce"
    stages = AnalysisResult.objects.filter(name="stage").latest("pk").result["stages"]
    assert sum(one["customers"] for one in stages.values()) == 33
    PartyRole.objects.filter(party=trade["stranger"]).update(valid_to=date(2024, 1, 1))
    actions.refresh()
    assert summary(trade["stranger"]).stage == ""
