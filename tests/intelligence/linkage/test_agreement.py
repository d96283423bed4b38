"""Every comparison says the same in the engine and in Python; names and addresses come out alike however they are written."""

import random
from dataclasses import replace

import pytest

from bench.linkage.synthetic import people
from regulars.intelligence.models.linkage import names, places, tables
from regulars.intelligence.models.linkage.han import one_form, spoken
from regulars.intelligence.models.linkage.kinds import MODELS
from regulars.intelligence.models.linkage.organisations import ORGANISATIONS
from regulars.intelligence.models.linkage.people import PEOPLE
from regulars.intelligence.models.linkage.records import Record, prepare
from regulars.intelligence.models.linkage.similarity import damerau, jaro_winkler
from regulars.intelligence.models.linkage.spec import Model
from regulars.intelligence.warehouse.engine import Engine

FIRMS = [
    "臺灣水泥股份有限公司", "台泥", "台灣水泥", "亞洲水泥股份有限公司", "亞泥", "晴川科技有限公司", "晴川科技", "Chingchuan Technology Co., Ltd.",
    "CHINGCHUAN TECHNOLOGY", "晴川科技股份有限公司台中分公司", "日月光半導體", "日月光", "台積電", "台灣積體電路製造股份有限公司", "Acme Inc.", "Acme",
]  # fmt: skip


def firms(count: int) -> list[Record]:
    rng = random.Random(3)
    return [
        Record(
            number,
            name=rng.choice(FIRMS),
            emails=(f"{rng.choice(('info', 'sales', 'a.lin'))}@{rng.choice(('acme.com', 'tcc.com.tw'))}",)
            * rng.randrange(2),
            phones=(f"+88622{rng.randrange(3)}33333",) * rng.randrange(2),
            sites=("http://www.acme.com/x",) * rng.randrange(2),
            address=rng.choice(("台北市中山北路2段113號", "臺北市中山北路二段113號5樓", "中山北路二段115號", "")),
            city=rng.choice(("台北市", "臺北市", "")),
            postcode=rng.choice(("104", "10451", "")),
            number=rng.choice(("11913502", "11913503", "03244509", "00000000", "")),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("model", "records"),
    [(PEOPLE, [record for record, _ in people(140, seed=5)]), (ORGANISATIONS, firms(90)), (MODELS["household"], firms(60))],
    ids=["people", "organisations", "households"],
)  # fmt: skip
def test_levels_are_the_same_in_the_engine_and_in_python(engine: Engine, model: Model, records: list[Record]) -> None:
    whole = replace(model, shared_by_most=10**9)
    tables.lay_records(engine, whole, records)
    tables.random_pairs(engine, len(records), 10**6, 1)
    tables.compare(engine, whole, "drawn", "compared")
    features = [prepare(record, model.kind) for record in records]
    rows = engine.execute(
        f"SELECT a, b, {', '.join(f'c{n}' for n in range(len(model.comparisons)))} FROM compared"
    ).fetchall()
    assert len(rows) == len(records) * (len(records) - 1) // 2
    seen = set()
    for a, b, *levels in rows:
        for comparison, level in zip(model.comparisons, levels, strict=True):
            seen.add((comparison.field, level))
            assert comparison.level(features[a], features[b]) == level, (comparison.field, records[a], records[b])
    assert len(seen) > 8


def test_jaro_winkler_is_that_of_winkler() -> None:
    # Winkler (1990), table of examples
    assert jaro_winkler("martha", "marhta") == pytest.approx(0.9611, abs=1e-4)
    assert jaro_winkler("dwayne", "duane") == pytest.approx(0.84, abs=1e-4)
    assert jaro_winkler("dixon", "dicksonx") == pytest.approx(0.8133, abs=1e-4)
    assert jaro_winkler("", "") == 1.0
    assert jaro_winkler("abc", "xyz") == 0.0


def test_string_distances_agree_with_the_engine(engine: Engine) -> None:
    rng = random.Random(1)
    for _ in range(300):
        one, other = ("".join(rng.choices("abcd王小é", k=rng.randrange(1, 9))) for _ in range(2))
        jaro, edits = engine.execute(
            "SELECT jaro_winkler_similarity($1, $2), damerau_levenshtein($1, $2)", [one, other]
        ).fetchone()
        assert jaro_winkler(one, other) == pytest.approx(jaro)
        assert damerau(one, other) == edits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("臺北市中山北路二段113號5樓", "104台北市中山北路2段113號5F"),
        ("大安區信義路三段十二之3號", "大安區信義路3段12-3號"),
        ("１２號 民生路", "12號民生路"),
        ("12 Station Road", "12 station rd"),
        ("No. 113, Sec. 2, Zhongshan N. Rd.", "no 113 section 2 zhongshan n road"),
    ],
)
def test_addresses_written_differently_are_one(one: str, other: str) -> None:
    assert places.address(one, "台北市") == places.address(other, "臺北市")


def test_addresses_next_door_stay_apart() -> None:
    assert places.address("信義路三段12號")[1] != places.address("信義路三段13號")[1]
    assert places.address("信義路三段12號")[1] != places.address("信義路二段12號")[1]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("晴川科技股份有限公司", "晴川科技"),
        ("晴川科技(股)有限公司", "晴川科技股"),
        ("財團法人遠山基金會", "遠山基金會"),
        ("Chingchuan Technology Co., Ltd.", "chingchuan technology"),
        ("Müller & Söhne GmbH", "muller sohne"),
        ("有限公司", "有限公司"),
    ],
)
def test_legal_forms_are_left_out(name: str, stem: str) -> None:
    assert names.stem(name) == stem


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("王小明", ("王", "小明", True)),
        ("歐陽娜娜", ("歐陽", "娜娜", True)),
        ("王小明先生", ("王", "小明", True)),
        ("Mary Ann Lin", ("lin", "maryann", False)),
        ("O'Brien, José", ("obrien", "jose", False)),
        ("王\u200b小明", ("王", "小明", True)),
    ],
)
def test_whole_names_are_taken_apart(name: str, parts: tuple[str, str, bool]) -> None:
    assert names.parts(name, "", "") == parts


def test_characters_of_one_meaning_or_sound_come_together() -> None:
    assert one_form("陈怡静") == "陳怡靜"
    assert one_form("溫臺") == one_form("温台")
    assert spoken("佳瑋") == spoken("家偉")
    assert spoken("家豪") != spoken("家偉")


def test_placeholder_numbers_are_no_number() -> None:
    for number in ("00000000", "11111111", "0", "", "12345678"):
        assert prepare(Record(1, name="甲", number=number), "organisation").number == ""
    assert prepare(Record(1, name="甲", number="1191-3502"), "organisation").number == "11913502"
