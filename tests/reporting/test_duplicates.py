"""The search for duplicates over the record: what it writes, what it leaves alone, and what it leaves behind."""

import json
from argparse import Namespace
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.customers.models import (
    ContactPoint,
    DuplicatePair,
    Identifier,
    LinkageWeights,
    PairVerdict,
    Party,
    PartyRelation,
)
from regulars.kit import clock
from regulars.kit.text import fold
from regulars.reporting import duplicates, queries, tasks
from regulars.reporting.models import DuplicateRun, RunState
from tests.demo_fixture import Demo, load

pytestmark = pytest.mark.django_db
Make = Callable[..., Party]


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def make() -> Make:
    """`make("王小明", mobile="+886912345678", email="…", birth_date=…)`."""

    def record(
        name: str, *, mobile: str = "", email: str = "", tax_id: str = "", batch: int | None = None, **facts: Any
    ) -> Party:
        party = Party.objects.create(name=name, fold=fold(name), batch_id=batch, **facts)
        for kind, value in (("mobile", mobile), ("email", email)):
            if value:
                backwards = value[:0:-1] if kind == "mobile" else ""
                ContactPoint.objects.create(
                    party=party,
                    kind=kind,
                    raw=value,
                    normalised=value,
                    reversed_digits=backwards,
                    preferred=True,
                    batch_id=batch,
                )
        if tax_id:
            Identifier.objects.create(party=party, system="tax_id", external_id=tax_id)
        return party

    return record


@pytest.fixture
def twice(make: Make) -> tuple[Party, Party]:
    """One person, two records."""
    one = make("王小明", mobile="+886912345678", birth_date="1980-02-03", address="信義路三段12號", city="台北市")
    other = make("王小明", mobile="+886912345678", email="ming80@example.com")
    return one, other


def found() -> list[tuple[int, int]]:
    return list(DuplicatePair.objects.open().order_by("left", "right").values_list("left_id", "right_id"))


def test_pair_is_found_with_its_evidence(twice: tuple[Party, Party], make: Make) -> None:
    make("李大華", mobile="+886922222222")
    answer = duplicates.find_duplicates()
    assert answer["pairs"] == answer["new"] == 1
    pair = DuplicatePair.objects.get()
    assert (pair.left, pair.right) == twice
    assert pair.probability > 0.9
    told = {line["field"]: line for line in pair.evidence}
    assert told["phone"]["level"] == "exact"
    assert told["phone"]["left"] == told["phone"]["right"] == "+886912345678"
    assert told["phone"]["weight"] > 10
    prior = LinkageWeights.objects.get(kind="person").values["prior"]
    assert prior + sum(line["weight"] for line in pair.evidence) == pytest.approx(pair.weight, abs=0.1)


def test_search_may_be_repeated(twice: tuple[Party, Party]) -> None:
    duplicates.find_duplicates()
    before = DuplicatePair.objects.values().get()
    answer = duplicates.find_duplicates()
    assert (answer["new"], answer["gone"], answer["pairs"]) == (0, 0, 1)
    assert DuplicatePair.objects.values().get() == before


def test_what_somebody_judged_stays_judged(twice: tuple[Party, Party]) -> None:
    duplicates.find_duplicates()
    DuplicatePair.objects.update(verdict=PairVerdict.DIFFERENT, weight=1.5)
    answer = duplicates.find_duplicates()
    assert (answer["pairs"], answer["new"], answer["gone"]) == (0, 0, 0)
    pair = DuplicatePair.objects.get()
    assert (pair.verdict, pair.weight) == (PairVerdict.DIFFERENT, 1.5)


def test_open_pair_that_no_longer_looks_alike_vanishes(twice: tuple[Party, Party]) -> None:
    duplicates.find_duplicates()
    ContactPoint.objects.filter(party=twice[1]).delete()
    Party.objects.filter(pk=twice[1].pk).update(name="張大同", fold="張大同")
    assert duplicates.find_duplicates()["gone"] == 1
    assert found() == []


def test_pair_that_an_import_put_up_stays_until_decided(make: Make) -> None:
    one, other = make("甲"), make("乙")
    evidence = [{"field": "name", "level": "import", "weight": 0.0, "left": "", "right": ""}]
    DuplicatePair.objects.create(left=one, right=other, probability=0.5, weight=0.0, evidence=evidence)
    duplicates.find_duplicates()
    assert found() == [(one.pk, other.pk)]


def test_who_is_something_to_the_other_is_not_the_other(twice: tuple[Party, Party]) -> None:
    PartyRelation.objects.create(party=twice[0], other=twice[1], kind="reports_to", valid_from="2026-01-01")
    assert duplicates.find_duplicates()["pairs"] == 0


@pytest.mark.parametrize("away", [{"trashed_at": clock.now()}, {"merged_into": True}])
def test_who_is_gone_is_not_compared(twice: tuple[Party, Party], away: dict[str, Any]) -> None:
    facts = {"merged_into": twice[0]} if "merged_into" in away else away
    Party.objects.filter(pk=twice[1].pk).update(**facts)
    assert duplicates.find_duplicates()["pairs"] == 0


def test_persons_and_companies_are_not_mixed(make: Make) -> None:
    make("晴川", mobile="+886912345678")
    make("晴川", mobile="+886912345678", kind="organisation")
    assert duplicates.find_duplicates()["pairs"] == 0


def test_empty_record_says_that_there_is_not_enough() -> None:
    answer = duplicates.find_duplicates()
    assert answer["pairs"] == 0
    assert all(not kind["learned"] for kind in answer["kinds"].values())


def test_nothing_personal_is_left_in_the_warehouse(twice: tuple[Party, Party], tmp_path: Path) -> None:
    leftover = tmp_path / "warehouse" / "linkage-killed"
    leftover.parent.mkdir(mode=0o700)
    leftover.mkdir()
    (leftover / "people.parquet").write_text("王小明")
    duplicates.find_duplicates()
    assert list((tmp_path / "warehouse").glob("linkage-*")) == []
    assert (tmp_path / "warehouse").stat().st_mode & 0o077 == 0


def test_folder_is_readable_by_nobody_else(monkeypatch: pytest.MonkeyPatch, twice: tuple[Party, Party]) -> None:
    modes = []
    real = duplicates._records

    def looked(engine: Any, kind: str) -> Any:
        modes.extend(
            folder.stat().st_mode & 0o777 for folder in Path(duplicates.settings.HOME).glob("warehouse/linkage-*")
        )
        return real(engine, kind)

    monkeypatch.setattr(duplicates, "_records", looked)
    duplicates.find_duplicates()
    assert set(modes) == {0o700}


def test_failed_search_says_so_and_cleans_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(_engine: Any, _kind: str) -> Any:
        raise RuntimeError("no more disk")

    monkeypatch.setattr(duplicates, "_records", broken)
    with pytest.raises(RuntimeError):
        duplicates.find_duplicates()
    run = DuplicateRun.objects.get()
    assert (run.state, run.error) == (RunState.FAILED, "RuntimeError: no more disk")
    assert list((tmp_path / "warehouse").glob("linkage-*")) == []


def test_after_an_import_only_its_parties_are_looked_at(twice: tuple[Party, Party], make: Make) -> None:
    make("陳怡君", mobile="+886933333333")
    new = make("陳怡君", mobile="+886933333333", batch=7)
    assert duplicates.touched_by(7) == [new.pk]
    answer = duplicates.find_duplicates(touching=duplicates.touched_by(7))
    assert (answer["pairs"], answer["new"]) == (1, 1)
    assert found() == [(new.pk - 1, new.pk)]
    assert not LinkageWeights.objects.exists()


def test_many_touched_are_judged_in_the_engine_alike(
    twice: tuple[Party, Party], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("陳怡君", mobile="+886933333333")
    make("陳怡君", mobile="+886933333333")
    monkeypatch.setattr(duplicates, "TOUCHED_ONE_BY_ONE", 0)
    duplicates.find_duplicates(touching=[twice[1].pk])
    assert found() == [(twice[0].pk, twice[1].pk)]


def test_task_carries_out_what_was_asked_for(twice: tuple[Party, Party]) -> None:
    run = DuplicateRun.objects.create()
    tasks.find_duplicates.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.pairs) == (RunState.DONE, 1)
    tasks.find_duplicates.call(run.pk)
    assert DuplicateRun.objects.count() == 1


def test_one_search_that_waits_is_enough() -> None:
    first = tasks.ask_for_duplicates()
    assert tasks.ask_for_duplicates() == first
    assert tasks.ask_for_duplicates(batch_id=3) == first


def test_search_is_due_once_a_night(twice: tuple[Party, Party]) -> None:
    assert queries.duplicates_due()
    duplicates.find_duplicates()
    assert not queries.duplicates_due()
    assert queries.duplicates_due(clock.now() + timedelta(hours=25))


def test_house_without_customers_is_left_alone() -> None:
    assert not queries.duplicates_due()


def test_page_says_how_duplicates_are_recognised(
    client: Client, make_user: Callable[..., Any], twice: tuple[Party, Party]
) -> None:
    client.force_login(make_user(role="manager"))
    assert b"come" in client.get("/company/duplicates/").content
    duplicates.find_duplicates()
    page = client.get("/company/duplicates/").content.decode()
    assert "Family name" in page
    assert "not enough data" in page
    answer = client.post("/company/duplicates/find/")
    assert answer.status_code == 302
    assert DuplicateRun.objects.filter(state=RunState.QUEUED).count() == 1


def test_who_may_not_merge_may_not_search(client: Client, make_user: Callable[..., Any]) -> None:
    client.force_login(make_user(role="technician"))
    assert client.get("/company/duplicates/").status_code == 403
    assert client.post("/company/duplicates/find/").status_code == 403


def test_demonstration_is_searched_with_few_mistakes(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    demo: Demo = load(tmp_path, customers=1_500)
    rows = pq.read_table(Path(demo.facts["truth"]).with_name("duplicates.parquet")).to_pylist()
    same = {(row["left"], row["right"]) for row in rows if row["same"]}
    alike = {(row["left"], row["right"]) for row in rows if not row["same"]}  # on some days nobody is
    assert len(same) > 20
    answer = duplicates.find_duplicates()
    assert answer["kinds"]["person"]["learned"]
    pairs = set(found())
    assert len(pairs & same) / len(same) > 0.85
    assert len(pairs & same) / len(pairs) > 0.85
    assert len(pairs & alike) <= len(alike) / 2


def test_command_line_searches_and_lists(twice: tuple[Party, Party], capsys: pytest.CaptureFixture[str]) -> None:
    from regulars.config.cli import duplicates as command

    assert command.run(Namespace(find=True, json=True, limit=None)) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 1
    assert command.run(Namespace(find=False, json=True, limit=5)) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["left"], row["right"]) == (twice[0].pk, twice[1].pk)
    assert row["probability"] > 0.9
    assert row["evidence"]
    assert command.run(Namespace(find=True, json=False, limit=None)) == 0
    said = capsys.readouterr().out
    assert "Not enough data" in said
    assert said.count("王小明") == 2
