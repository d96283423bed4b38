"""The life of an import: preview, twice, undo and again, stop, interruption."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.channels.actions import log_note
from regulars.commerce.models import Order, OrderLine, Return
from regulars.customers.actions import undo_batch
from regulars.customers.models import Batch, CustomerSummary, Event, Party, PartyRole
from regulars.integrations.imports import actions, hooks, queries
from regulars.integrations.imports.engine import run
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.kit.errors import Forbidden, UserError
from tests.support.own_process import environment_of_this_database

from .conftest import ORDERS, Bring

Write = Callable[..., Path]


def state() -> dict[str, Any]:
    """What matters of the record, without ids and times of recording."""
    return {
        "orders": sorted(
            Order.objects.live().values_list("number", "amount", "goods", "line_count", "quantity", "customer__name")
        ),  # type: ignore[attr-defined]
        "lines": sorted(OrderLine.objects.live().values_list("order__number", "line_key", "amount", "kind")),  # type: ignore[attr-defined]
        "returns": sorted(Return.objects.live().values_list("number", "amount", "order__number"), key=str),  # type: ignore[attr-defined]
        "parties": sorted(Party.objects.live().values_list("name", "kind", "city", "country")),
        "roles": PartyRole.objects.count(),
        "summaries": sorted(
            CustomerSummary.objects.filter(party__trashed_at=None).values_list(
                "party__name", "orders", "returns", "revenue"
            )
        ),
        "entries": sorted(Event.objects.live().values_list("kind", "amount", "customer__name"), key=str),
    }


@pytest.mark.django_db
def test_preview_says_what_the_import_then_does_and_writes_nothing(bring: Bring, write: Write) -> None:
    said = bring(ORDERS, dry_run=True)
    assert not Party.objects.exists()
    assert not ImportJob.objects.exists()
    done = bring(ORDERS)
    names = (
        "rows",
        "accepted",
        "known",
        "rejected",
        "anonymous",
        "duplicates",
        "customers_created",
        "orders_created",
        "returns",
        "return_lines",
        "fee_lines",
        "revenue",
    )
    assert {name: said[name] for name in names} == {name: done[name] for name in names}


@pytest.mark.django_db
def test_same_file_twice_changes_nothing(bring: Bring) -> None:
    bring(ORDERS)
    before = state()
    again = bring(ORDERS)
    assert (again["accepted"], again["known"], again["revenue"], again["customers_created"]) == (0, 9, "0.00", 0)
    assert state() == before


@pytest.mark.django_db
def test_undo_leaves_nothing_and_the_file_can_come_again(bring: Bring) -> None:
    first = bring(ORDERS)
    before = state()
    undo_batch(batch=Batch.objects.get(pk=first["batch"]), by=None)
    empty = state()
    assert not any(empty.values())
    assert ImportJob.objects.get(pk=first["import"]).state == ImportState.UNDONE
    again = bring(ORDERS)
    assert (again["accepted"], again["customers_created"], again["orders_created"]) == (9, 2, 5)
    assert state() == before
    undo_batch(batch=Batch.objects.get(pk=again["batch"]), by=None)
    assert not any(state().values())


@pytest.mark.django_db
def test_undone_import_cannot_be_undone_again(bring: Bring) -> None:
    batch = Batch.objects.get(pk=bring(ORDERS)["batch"])
    undo_batch(batch=batch, by=None)
    with pytest.raises(UserError, match="already"):
        undo_batch(batch=batch, by=None)


@pytest.mark.django_db
def test_undo_keeps_customers_on_whom_something_was_built_since(bring: Bring) -> None:
    first = bring(ORDERS)
    party = Party.objects.get(name="#501")
    log_note(party=party, text="Likes mugs", by=None)
    undo_batch(batch=Batch.objects.get(pk=first["batch"]), by=None)
    assert [one.name for one in Party.objects.live()] == ["#501"]
    assert CustomerSummary.objects.get(party=party).orders == 0


@pytest.mark.django_db
def test_undo_of_the_second_file_leaves_the_first_as_it_was(bring: Bring) -> None:
    bring(ORDERS)
    before = state()
    more = (
        ORDERS
        + "1002,20002,BLUE MUG,1,2024-01-09 11:30:00,4.25,502.0,Taiwan\n2001,20001,RED MUG,9,2024-03-01,3.50,501,Taiwan\nC2002,20001,RED MUG,-6,2024-03-02,3.50,502,Taiwan\n"
    )
    second = bring(more)
    assert state() != before
    undo_batch(batch=Batch.objects.get(pk=second["batch"]), by=None)
    assert state() == before


@pytest.mark.django_db
def test_return_lets_go_of_an_order_that_is_undone(bring: Bring) -> None:
    head, *lines = ORDERS.strip().split("\n")
    orders = bring("\n".join([head, *[line for line in lines if not line.startswith("C")]]))
    bring("\n".join([head, *[line for line in lines if line.startswith("C")]]))
    assert Return.objects.get().order is not None
    undo_batch(batch=Batch.objects.get(pk=orders["batch"]), by=None)
    assert Return.objects.get().order is None


@pytest.mark.django_db
def test_who_may_not_import_is_refused(make_user: Any, write: Write) -> None:
    with pytest.raises(Forbidden):
        actions.receive(file=write(ORDERS), name="orders.csv", by=make_user(role="seller"))
    job = actions.receive(file=write(ORDERS), name="orders.csv", by=make_user(role="marketer"))
    actions.start(job=job, by=make_user(role="marketer"))
    actions.carry_out(job=job)
    with pytest.raises(Forbidden):
        actions.undo_import(job=job, by=make_user(role="marketer"))


@pytest.mark.django_db
def test_import_is_announced_when_done_and_when_undone(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, make_user: Any
) -> None:
    told: list[str] = []
    monkeypatch.setattr(hooks, "after_import", [lambda job: told.append(job.state)])
    found = bring(ORDERS)
    actions.undo_import(job=ImportJob.objects.get(pk=found["import"]), by=make_user())
    assert told == ["done", "undone"]


class Killed(BaseException):
    """Stands for a process that is gone: nothing tidies up after it."""


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("where", [*(f"chunk {n}" for n in range(1, 6)), "returns", "roles", "timeline", "summaries"])
def test_import_killed_anywhere_goes_on_and_ends_the_same(
    bring: Bring, write: Write, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    text = (
        ORDERS
        + "1007,20001,RED MUG,six,2024-02-05,3.50,501.0,Taiwan\n1006,20002,BLUE MUG,3,2024-02-04 12:00:00,4.25,502.0,Taiwan\n1008,20009,PIN,1,2024-02-06,0.004,501,Taiwan\n"
    )
    done = bring(text, name="whole.csv")
    whole = state()
    undo_batch(batch=Batch.objects.get(pk=done["batch"]), by=None)
    _kill_at(monkeypatch, where)
    with pytest.raises(Killed):
        bring(text, name="killed.csv")
    monkeypatch.undo()
    monkeypatch.setattr(run, "CHUNK", 2)
    job = ImportJob.objects.latest("pk")
    assert job.state == ImportState.RUNNING
    ImportJob.objects.filter(pk=job.pk).update(runner="elsewhere:1:x", heartbeat_at="2020-01-01T00:00:00Z")
    assert [one.pk for one in queries.interrupted()] == [job.pk]
    again = bring(text, name="killed.csv")
    assert again["import"] == job.pk
    assert {name: again[name] for name in ("rows", "accepted", "rejected", "duplicates", "revenue", "returns")} == {
        name: done[name] for name in ("rows", "accepted", "rejected", "duplicates", "revenue", "returns")
    }
    assert state() == whole
    [_head, row] = Path(again["errors_file"]).read_text().splitlines()
    assert row.startswith("1007,")


def _kill_at(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    if not where.startswith("chunk"):
        module, target = {
            "returns": (run.finish, "match_returns"),
            "roles": (run.finish, "give_roles"),
            "timeline": (run.entries, "write_timeline"),
            "summaries": (run.finish, "rebuild"),
        }[where]

        def die(*_args: Any, **_named: Any) -> None:
            raise Killed

        monkeypatch.setattr(module, target, die)
        return
    count = 0
    checkpoint = run.Run._checkpoint

    def maybe_die(self: run.Run) -> None:
        nonlocal count
        count += 1
        if count == int(where.split()[1]):
            raise Killed
        checkpoint(self)

    monkeypatch.setattr(run.Run, "_checkpoint", maybe_die)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_process_that_was_taken_over_writes_nothing_more(write: Write) -> None:
    job = actions.receive(file=write(ORDERS), name="orders.csv", by=None)
    actions.start(job=job, by=None)
    assert actions.claim(job)
    slow = run.Run(job)
    ImportJob.objects.filter(pk=job.pk).update(runner="another:2:y")
    with pytest.raises(run.LostLeaseError):
        slow.carry_out()
    assert not Order.objects.exists()
    assert actions.claim(ImportJob.objects.get(pk=job.pk)) is False


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(("how", "kept"), [("keep", 2), ("undo", 0)])
def test_stop_keeps_or_undoes_what_is_in(
    write: Write, monkeypatch: pytest.MonkeyPatch, make_user: Any, how: str, kept: int
) -> None:
    user = make_user()
    job = actions.receive(file=write(ORDERS), name="orders.csv", by=user)
    actions.start(job=job, by=user)

    def stop(done: int, _total: int, _label: str) -> None:
        if done == 4:
            actions.ask_to_stop(job=job, how=how, by=user)

    actions.carry_out(job=job, progress=stop)
    job.refresh_from_db()
    assert job.state == (ImportState.STOPPED if how == "keep" else ImportState.UNDONE)
    assert Order.objects.live().count() == kept + (1 if how == "keep" else 0)  # type: ignore[attr-defined]
    assert CustomerSummary.objects.filter(orders__gt=0).count() == kept


@pytest.fixture
def own_home(tmp_path: Path, transactional_db: None) -> dict[str, str]:
    """The environment of a separate process with a home of its own, on the test's database."""
    return environment_of_this_database(tmp_path / "home")


def regulars(env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "regulars.config.cli", *words],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.process
@pytest.mark.slow
def test_import_killed_with_signal_nine_goes_on_where_it_was(own_home: dict[str, str], tmp_path: Path) -> None:
    import json

    file = tmp_path / "many.csv"
    lines = [
        f"{n // 5},SKU-{n % 700},THING {n % 700},{n % 9 + 1},2024-01-{n % 28 + 1:02} 10:00:00,{n % 50}.{n % 100:02}5,{n // 5 % 900}\n"
        for n in range(80_000)
    ]
    file.write_text("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID\n" + "".join(lines))
    assert regulars(own_home, "init", "--json").wait(120) == 0

    def reached() -> int:
        job = ImportJob.objects.first()
        connection.close()
        return int(job.checkpoint.get("row", 0)) if job else 0

    process = regulars(own_home, "import", str(file), "--json", "--no-refresh")
    deadline = time.monotonic() + 120
    while reached() == 0 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    stopped_at = reached()
    assert 0 < stopped_at < 80_001
    again = regulars(own_home, "import", str(file), "--json", "--no-refresh")
    found = json.loads(again.communicate(timeout=180)[0])
    assert (
        found["rows"],
        found["accepted"],
        found["rejected"],
        found["orders_created"],
        found["customers_created"],
    ) == (80_000, 80_000, 0, 16_000, 900)
    exact = sum((n % 9 + 1) * ((n % 50) * 1000 + (n % 100) * 10 + 5) for n in range(80_000))
    assert found["revenue"] == f"{(exact + 5) // 10 / 100:.2f}"
    twice = regulars(own_home, "import", str(file), "--json", "--no-refresh")
    assert json.loads(twice.communicate(timeout=180)[0])["known"] == 80_000
