"""Bounds: amounts beyond all measure, days that cannot be, cells that a spreadsheet left unvalued, and failures on the way."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from regulars.commerce.models import Order, Payment, Return
from regulars.config import cli
from regulars.customers.actions import undo_batch
from regulars.customers.models import CustomerSummary, Event, Party
from regulars.integrations.imports import actions
from regulars.integrations.imports.engine import run, trade
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.kit import clock

from .conftest import ORDERS, Bring

pytestmark = pytest.mark.django_db
HEAD = "order,date,customer,quantity,price\n"
TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "row", ["999999999999,99999999999", "1,9999999999999", "0.5,999999999999999", "-999999999,999999999"]
)
def test_amount_that_fits_no_database_is_rejected_and_the_rest_comes_in(bring: Bring, row: str) -> None:
    found = bring(f"{HEAD}1,2024-01-01,C1,1,5\n2,2024-01-02,C1,{row}\n")
    assert (found["accepted"], found["rejected"], found["revenue"]) == (1, 1, "5.00")
    [reject] = found["first_rejects"]
    assert (reject["row"], "too large" in reject["problem"]) == (3, True)


def test_sums_of_a_file_are_bounded(bring: Bring) -> None:
    rows = "".join(f"{n},2024-01-01,C1,1,900000000000\n" for n in range(1, 1121))
    found = bring(HEAD + rows)
    assert (found["accepted"], found["rejected"]) == (1111, 9)
    assert "add up to more" in found["first_rejects"][0]["problem"]
    assert CustomerSummary.objects.get().revenue == 1111 * 900_000_000_000_00
    assert bring(HEAD + rows)["known"] == 1111


def test_returns_count_towards_the_bound_like_orders(bring: Bring) -> None:
    rows = "".join(f"{n},2024-01-01,C1,{1 if n % 2 else -1},900000000000\n" for n in range(1, 1121))
    assert bring(HEAD + rows)["rejected"] == 9


def test_bound_of_sums_survives_an_interruption(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 100)
    _fail_in_chunk(monkeypatch, 5)
    rows = HEAD + "".join(f"{n},2024-01-01,C1,1,900000000000\n" for n in range(1, 1121))
    with pytest.raises(actions.ImportFailedError):
        bring(rows)
    monkeypatch.undo()
    assert (bring(rows)["accepted"], Order.objects.count()) == (1111, 1111)


def test_payments_are_bounded_too(bring: Bring) -> None:
    bring("order,date,customer,amount\n1,2024-01-05,A,5\n")
    rows = "".join(f"1,cash,{n},900000000000\n" for n in range(1, 1121))
    found = bring("order_id,payment_type,payment_sequential,payment_value\n" + rows, kind="payments")
    assert (found["accepted"], found["rejected"], Payment.objects.count()) == (1111, 9, 1111)


def test_days_ahead_and_long_ago_are_counted_in_a_warning(bring: Bring) -> None:
    with clock.stopped_at(TODAY):
        found = bring(
            "order,date,customer,amount\n1,2026-03-03,A,5\n2,2026-03-05,A,5\n2,2026-03-05,A,6\n3,1899-12-31,B,5\n4,1970-01-02,B,5\n"
        )
    assert (found["accepted"], found["rejected"]) == (5, 0)
    [ahead] = [warning for warning in found["warnings"] if "future" in warning]
    [past] = [warning for warning in found["warnings"] if "1970" in warning]
    assert ahead.startswith("2 rows")
    assert "2026-03-05" in ahead
    assert past.startswith("1 row ")
    assert "1899-12-31" in past


def test_day_more_than_a_year_ahead_is_rejected_as_a_typing_error(bring: Bring) -> None:
    with clock.stopped_at(TODAY):
        found = bring("order,date,customer,amount\n1,2099-01-02,A,5\n2,2026-02-05,A,5\n3,2027-03-04,A,5\n")
    assert (found["accepted"], found["rejected"]) == (1, 2)
    assert all("typing error" in one["problem"] for one in found["first_rejects"])


def test_promised_days_may_lie_ahead(bring: Bring) -> None:
    with clock.stopped_at(TODAY):
        found = bring(
            "order,date,customer,amount,promised date\n1,2026-02-05,A,5,2028-02-05\n",
            mapping={"promised_at": "promised date"},
        )
    assert (found["accepted"], found["warnings"]) == (1, [])


def test_events_far_ahead_are_rejected_and_near_ones_counted(bring: Bring) -> None:
    bring("order,date,customer,amount\n1,2024-01-05,A,5\n")
    with clock.stopped_at(TODAY):
        found = bring(
            "customer,when,kind,note\nA,2026-02-05,call,x\nA,2026-03-20,call,y\nA,2126-02-05,call,z\n",
            kind="events",
            mapping={"occurred_at": "when"},
        )
    assert (found["accepted"], found["rejected"]) == (2, 1)
    assert any("future" in warning for warning in found["warnings"])


def test_errors_and_bare_formulas_in_text_files_get_their_own_sentence(bring: Bring) -> None:
    found = bring(
        "order,date,customer,amount\n1,2024-01-05,A,5\n2,2024-01-05,A,#DIV/0!\n3,2024-01-05,#REF!,5\n4,#NAME?,A,5\n5,2024-01-05,A,=B5*2\n"
    )
    assert (found["accepted"], found["rejected"]) == (1, 4)
    said = [(one["row"], one["column"], one["problem"]) for one in found["first_rejects"]]
    assert said[0] == (3, "amount", "The cell holds the spreadsheet error #DIV/0!.")
    assert [place[1] for place in said] == ["amount", "customer", "date", "amount"]
    assert "formula without a result" in said[3][2]
    assert Party.objects.count() == 1


def test_protected_texts_and_not_available_are_no_errors(bring: Bring) -> None:
    found = bring('order,date,customer,amount\n="007",2024-01-05,#N/A,5\n2,2024-01-05,A,6\n')
    assert (found["accepted"], found["anonymous"]) == (2, 1)
    assert Order.objects.filter(number="007").exists()


def test_errors_and_formulas_without_result_in_a_workbook_are_no_empty_cells(bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover").write_formula(4, 3, "=1/0", None, "#NUM!")
        sheet = book.add_worksheet("Orders & more")
        sheet.write_row(2, 1, ["Order", "Date", "Customer", "Amount"])
        for row, (number, formula, value) in enumerate(
            [("A1", "=2*3", 6), ("A2", "=1/0", "#DIV/0!"), ("A3", '=IF(2<3,"a",4)', ""), ("A4", "=D9", 7.5)], start=3
        ):
            sheet.write_row(row, 1, [number, "2024-01-05", "C1"])
            sheet.write_formula(row, 4, formula, None, value)
    found = bring(path)
    assert (found["accepted"], found["rejected"], found["revenue"]) == (2, 2, "13.50")
    first, second = found["first_rejects"]
    assert (first["row"], first["column"], first["problem"]) == (
        5,
        "Amount",
        "The cell holds the spreadsheet error #DIV/0!.",
    )
    assert (second["row"], second["value"]) == (6, '=IF(2<3,"a",4)')
    assert "formula without a result" in second["problem"]


def test_column_of_formulas_without_results_keeps_its_meaning(bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Order", "Date", "Customer", "Amount"])
        for row in range(1, 4):
            sheet.write_row(row, 0, [f"A{row}", "2024-01-05", "C1"])
            sheet.write_formula(row, 3, "=2*3", None, "")
    found = bring(path)
    assert (found["kind"], found["accepted"], found["rejected"]) == ("orders", 0, 3)
    assert all("formula" in one["problem"] for one in found["first_rejects"])


def _fail_in_chunk(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    write, calls = trade.TradeWriter.write, [0]

    def failing(self: trade.TradeWriter, chunk: Any) -> None:
        calls[0] += 1
        write(self, chunk)
        if calls[0] == nth:
            raise OverflowError("too large to convert")

    monkeypatch.setattr(trade.TradeWriter, "write", failing)


@pytest.fixture
def broken_off(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> ImportJob:
    """An import that failed in its third chunk of two rows; what made it fail is gone."""
    monkeypatch.setattr(run, "CHUNK", 2)
    _fail_in_chunk(monkeypatch, 3)
    with pytest.raises(actions.ImportFailedError, match="too large to convert"):
        bring(ORDERS, source="shop")
    monkeypatch.undo()
    return ImportJob.objects.get()


def test_unforeseen_failure_is_said_and_keeps_what_is_in(broken_off: ImportJob) -> None:
    assert broken_off.state == ImportState.FAILED
    assert "Something unforeseen happened: too large to convert" in broken_off.error
    assert sorted(Order.objects.values_list("number", flat=True)) == ["1001", "1002", "1003"]
    assert CustomerSummary.objects.get(party__identifiers__external_id="501").revenue == 1125
    assert Event.objects.filter(kind="commerce.order_placed").count() == 2


def test_failed_import_goes_on_when_the_file_comes_again(broken_off: ImportJob, bring: Bring) -> None:
    found = bring(ORDERS, source="shop")
    assert (found["import"], found["state"], found["accepted"], found["known"]) == (broken_off.pk, "done", 9, 0)
    assert found["revenue"] == "80.75"
    total = sum(Order.objects.values_list("amount", flat=True)) + sum(Return.objects.values_list("amount", flat=True))
    assert total == 8075
    assert bring(ORDERS, source="shop")["known"] == 9


def test_failed_import_can_be_undone_and_the_file_imported_afresh(broken_off: ImportJob, bring: Bring) -> None:
    assert broken_off.batch is not None
    undo_batch(batch=broken_off.batch, by=None)
    assert not Order.objects.filter(retracted_in=None).exists()
    found = bring(ORDERS, source="shop")
    assert (found["import"] != broken_off.pk, found["accepted"]) == (True, 9)


def test_failed_import_is_not_taken_up_by_itself(broken_off: ImportJob) -> None:
    assert actions.carry_out(job=broken_off) is False
    assert Order.objects.count() == 3


def test_command_ends_with_1_and_a_sentence(
    write: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    _fail_in_chunk(monkeypatch, 1)
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)  # the test's own connection
    path = write(ORDERS)
    with caplog.at_level(logging.WARNING):
        assert cli.main(["import", str(path), "--no-refresh"]) == 1
    said = capsys.readouterr()
    assert "Something unforeseen happened: too large to convert What was read is kept" in said.err
    assert f"regulars undo {ImportJob.objects.get().batch_id}" in said.err
    assert "Traceback" not in said.err + said.out + caplog.text
