"""Who is found and who is not: public files with the truth, Chinese names, households, companies."""

import csv
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.linkage import sets
from bench.linkage.synthetic import people
from regulars.intelligence.models.linkage import weights
from regulars.intelligence.models.linkage.clusters import clusters
from regulars.intelligence.models.linkage.kinds import MODELS
from regulars.intelligence.models.linkage.link import link
from regulars.intelligence.models.linkage.organisations import ORGANISATIONS
from regulars.intelligence.models.linkage.people import PEOPLE
from regulars.intelligence.models.linkage.records import Record, prepare
from regulars.intelligence.warehouse.engine import opened
from regulars.intelligence.warehouse.store import Store
from regulars.kit import phone

Find = Callable[..., Any]


def told(pairs: list[Any]) -> list[tuple[int, int, float]]:
    return [(pair.left, pair.right, pair.score.probability) for pair in pairs]


@pytest.mark.parametrize(("number", "least"), [(1, 0.99), (3, 0.98)])
def test_febrl_is_linked_at_the_products_threshold(real_data: Path, find: Find, number: int, least: float) -> None:
    records, truth = sets.febrl(real_data / "er_febrl" / f"dataset{number}.csv")
    pairs, known = find(PEOPLE, records)
    found = sets.at(told(pairs), truth, weights.THRESHOLD)
    assert found.f1 >= least
    assert known.matches == pytest.approx(len(truth), rel=0.05)


def test_fake_1000_is_linked_as_well_as_by_splink(real_data: Path, find: Find) -> None:
    records, truth = sets.fake_1000(real_data / "er_splink" / "fake_1000.csv")
    pairs, _ = find(PEOPLE, records, least=0.001)
    # 0.863 is the best of the examples in Splink's documentation, measured by ./run bench linkage
    assert sets.best(told(pairs), truth).f1 > 0.863
    assert sets.at(told(pairs), truth, weights.THRESHOLD).f1 > 0.863


def test_drawn_people_are_found_with_their_households_apart(find: Find) -> None:
    drawn = list(people(6_000, seed=11))
    pairs, known = find(PEOPLE, [record for record, _ in drawn])
    truth = sets.same(person for _, person in drawn)
    found = sets.at(told(pairs), truth, known.threshold)
    assert found.precision > 0.97
    assert found.recall > 0.9


HOME = {"address": "大安區信義路三段12號5樓", "city": "台北市", "postcode": "106"}


@cache
def learned() -> weights.Weights:
    """Weights learned from some thousand drawn people."""
    with tempfile.TemporaryDirectory() as folder, opened(Store(Path(folder))) as engine:
        return link(engine, PEOPLE, [record for record, _ in people(4_000, seed=8)]).weights


def judged(one: dict[str, Any], other: dict[str, Any], kind: str = "person") -> float:
    model = MODELS[kind]
    known = learned() if kind == "person" else weights.declared(model)
    return weights.score(model, known, prepare(Record(1, **one), kind), prepare(Record(2, **other), kind)).probability


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "陳怡靜", "phones": ("+886912345678",)}, {"name": "陈怡静", "phones": ("+886912345678",)}),
        ({"name": "王小明", "birth": "1980-03-04", **HOME}, {"name": "王小明先生", "birth": "1980-04-03", **HOME}),
        ({"name": "賴家偉", "phones": ("+886912345678",)}, {"name": "賴佳瑋", "phones": ("+886912345678",)}),
        (
            {"name": "歐陽娜娜", "other": "Nana Ouyang", "emails": ("nana77@example.com",)},
            {"name": "Nana Ouyang", "emails": ("nana77@example.com",)},
        ),
        (
            {"family": "小明", "given": "王", "phones": ("+886912345678",)},
            {"family": "王", "given": "小明", "phones": ("+886912345678",)},
        ),
        (
            {"family": "Smith", "given": "J", "birth": "1970-01-05", "emails": ("js1970@example.com",)},
            {"family": "Smyth", "given": "John", "birth": "1970-01-05", "emails": ("js1970@example.org",)},
        ),
    ],
    ids=["simplified", "turned date", "heard", "romanised", "turned name", "initial"],
)
def test_one_person_written_differently_is_found(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert judged(one, other) > 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"name": "陳大華", "phones": ("+886227000000",), **HOME},
            {"name": "陳怡君", "phones": ("+886227000000",), **HOME},
        ),
        (
            {"name": "林家豪", "birth": "1990-05-05", "phones": ("+886227000000",), **HOME},
            {"name": "林雅婷", "birth": "1990-05-05", "phones": ("+886227000000",), **HOME},
        ),
        (
            {"family": "Weber", "given": "Thomas", "birth": "1951-02-03", **HOME},
            {"family": "Weber", "given": "Lukas", "birth": "1983-07-09", **HOME},
        ),
        (
            {"name": "陳怡君", "birth": "1980-01-02", "emails": ("yichun80@example.com",)},
            {"name": "陳怡君", "birth": "1993-11-30", "emails": ("yichun93@example.com",)},
        ),
        ({"name": "陳怡君", "city": "台北市"}, {"name": "陳怡君", "city": "台北市"}),
        ({"name": "王小明"}, {"name": "李大華"}),
    ],
    ids=["couple", "twins", "father and son", "namesakes with like addresses", "namesakes of one city", "strangers"],
)
def test_two_people_are_kept_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert judged(one, other) < 0.5


def test_a_rare_surname_says_more_than_a_common_one(find: Find) -> None:
    records = [record for record, _ in people(3_000, seed=4)]
    _, known = find(PEOPLE, records)
    assert known.share("family", "陳") > 20 * known.share("family", "范姜")
    rare, common = (
        weights.score(PEOPLE, known, *(prepare(Record(n, family=family, given="小明"), "person") for n in (1, 2)))
        .lines[0]
        .weight
        for family in ("范姜", "陳")
    )
    assert rare > common + 3


def test_what_too_many_share_is_no_key(find: Find) -> None:
    records = [
        Record(n, family="王李張劉陳楊趙黃周吳"[n % 10], given="甲乙丙丁戊己庚辛壬癸"[n // 10 % 10], emails=("info@firm.example",), phones=("+886225550000",))
        for n in range(100)
    ]  # fmt: skip
    pairs, _ = find(PEOPLE, records)
    assert pairs == []


def test_ten_thousand_of_one_address_do_not_explode(find: Find) -> None:
    records = [
        Record(n, name=f"客戶{n}", emails=("info@shop.example",), address="中正路1號", city="台北市")
        for n in range(10_000)
    ]
    _, known = find(PEOPLE, records)
    assert known.pairs <= 15 * 300_000


def firms(real_data: Path) -> list[Record]:
    with (real_data / "tw_companies" / "t187ap03_L_20230831.csv").open(encoding="utf-8-sig") as lines:
        return [
            Record(
                number,
                name=row["公司名稱"],
                other=row["公司簡稱"],
                emails=(row["電子郵件信箱"].strip().casefold(),) if "@" in row["電子郵件信箱"] else (),
                phones=(phone.normalise(row["總機電話"]),) if row["總機電話"].strip() else (),
                sites=(row["網址"],),
                address=row["住址"],
                number=row["營利事業統一編號"],
            )
            for number, row in enumerate(csv.DictReader(lines))
        ]


def test_no_two_of_taiwans_listed_companies_are_taken_for_one(real_data: Path, find: Find) -> None:
    records = firms(real_data)
    assert len(records) == 992
    assert sum(record.number == "00000000" for record in records) == 8
    pairs, known = find(ORGANISATIONS, records)
    assert known.learned
    assert [(records[pair.left].name, records[pair.right].name) for pair in pairs] == []


def test_listed_companies_written_again_are_found(real_data: Path, find: Find) -> None:
    records = firms(real_data)
    again = [
        replace(one, id=1_000 + n, name=one.other if n % 2 else one.name.replace("股份有限公司", "").replace("臺", "台"), other="", number="", sites=(), emails=one.emails if n % 3 else ())
        for n, one in enumerate(records[::10])
    ]  # fmt: skip
    pairs, _ = find(ORGANISATIONS, [*records, *again])
    truth = {(n * 10, 1_000 + n) for n in range(len(again))}
    found = {(pair.left, pair.right) for pair in pairs}
    assert len(found & truth) / len(truth) > 0.95
    assert len(found - truth) <= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"name": "臺灣水泥股份有限公司", "phones": ("+886225317099",)},
            {"name": "台泥", "phones": ("+886225317099",)},
        ),
        ({"name": "晴川科技有限公司", "number": "12345675"}, {"name": "晴川科技", "number": "12345675"}),
        (
            {"name": "Acme Widgets, Inc.", "emails": ("sales@acme.example",), "sites": ("https://www.acme.example/",)},
            {"name": "ACME WIDGETS", "sites": ("acme.example",)},
        ),
    ],
)
def test_one_company_written_differently_is_found(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert judged(one, other, "organisation") > 0.7


def test_sister_companies_in_one_building_are_kept_apart() -> None:
    seat = {"phones": ("+886227122211",), "address": "台北市敦化北路201號", "sites": ("www.fpg.com.tw",)}
    assert judged({"name": "台灣塑膠工業股份有限公司", "number": "75708007", **seat}, {"name": "南亞塑膠工業股份有限公司", "number": "75370905", **seat}, "organisation") < 0.1  # fmt: skip


def test_pairs_come_together_in_clusters() -> None:
    assert clusters([(1, 2), (5, 6), (2, 3), (9, 5)]) == [[1, 2, 3], [5, 6, 9]]
    assert clusters([]) == []
