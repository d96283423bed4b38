"""Taiwan's listed companies: once, again, in Big5, and as a later report says."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.actions import undo_batch
from regulars.customers.models import Batch, ContactPoint, Event, Identifier, Party, PartyRelation, Revision

from .conftest import Bring

pytestmark = pytest.mark.django_db
HEADER = "出表日期,公司代號,公司名稱,公司簡稱,住址,營利事業統一編號,董事長,總經理,發言人,發言人職稱,代理發言人,總機電話,電子郵件信箱"
FIRST = f"""{HEADER}
1120831,1101,臺灣水泥股份有限公司,台泥,台北市中山北路2段113號,11913502,張安平,程耀輝,葉毓君,永續長,賴家柔,(02)2531-7099,finance@example.com.tw
1120831,1102,亞洲水泥股份有限公司,亞泥,台北市敦化南路2段207號,03244509,徐旭東,李坤炎,王照宇,協理,－,02-2733-8000,-
1120831,9105,泰金寶-DR,泰金寶,泰國,00000000,沈軾榮,沈軾榮,陳恒寬,總經理,NA,０２－２６６２２６６０分機１２,0
1120831,9106,新焦點-DR,新焦點,開曼,00000000,BRIGHTNESS CO.代表人：陳寬聰,許先越/胡書賓,林子&#23515;,,暫缺,請洽詢總機,
"""


@pytest.fixture
def companies(bring: Bring) -> Bring:
    """Import a report of listed companies."""
    return lambda content, **told: bring(content, name="t187ap03_L.csv", **told)


def posts(code: str) -> set[tuple[str, str]]:
    """Who holds which post at a company now."""
    firm = Identifier.objects.get(system="twse", external_id=code).party
    return set(firm.relations_from.current().values_list("title", "party__name"))


def test_report_of_companies_is_recognised_and_mapped_without_a_click(companies: Bring) -> None:
    found = companies(FIRST)
    assert (found["kind"], found["source"], found["layout"]) == ("customers", "twse", "twse")
    assert (found["accepted"], found["rejected"], found["date_order"]) == (4, 0, "roc")
    party = Identifier.objects.get(system="tax_id", external_id="11913502").party
    assert (party.name, party.kind, party.other_name) == ("臺灣水泥股份有限公司", "organisation", "台泥")
    assert set(party.contact_points.values_list("kind", "normalised")) == {
        ("phone", "+886225317099"),
        ("email", "finance@example.com.tw"),
    }


def test_placeholder_of_foreign_issuers_is_no_key(companies: Bring) -> None:
    companies(FIRST)
    assert Identifier.objects.filter(system="tax_id").count() == 2
    assert Party.objects.filter(name__endswith="-DR").count() == 2
    assert ContactPoint.objects.get(party__name="泰金寶-DR").normalised == "+886226622660;ext=12"


def test_each_post_is_a_relation_and_one_person_may_hold_two(companies: Bring) -> None:
    companies(FIRST)
    assert posts("1101") == {
        ("董事長", "張安平"),
        ("總經理", "程耀輝"),
        ("發言人（永續長）", "葉毓君"),
        ("代理發言人", "賴家柔"),
    }
    assert posts("1102") == {("董事長", "徐旭東"), ("總經理", "李坤炎"), ("發言人（協理）", "王照宇")}
    assert posts("9105") == {("董事長", "沈軾榮"), ("總經理", "沈軾榮"), ("發言人（總經理）", "陳恒寬")}
    assert posts("9106") == {
        ("董事長（BRIGHTNESS CO.代表人）", "陳寬聰"),
        ("總經理", "許先越"),
        ("總經理", "胡書賓"),
        ("發言人", "林子" + chr(23515)),
    }
    assert Party.objects.filter(name="沈軾榮").count() == 1
    assert not PartyRelation.objects.exclude(valid_from=None).exists()


def test_same_report_again_in_another_order_changes_nothing(companies: Bring) -> None:
    companies(FIRST)
    before = list(Party.objects.order_by("pk").values())
    lines = FIRST.splitlines()
    again = companies("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert (again["accepted"], again["known"], again["relations_begun"], again["relations_ended"]) == (0, 4, 0, 0)
    assert list(Party.objects.order_by("pk").values()) == before
    assert not Revision.objects.exists()
    assert not Event.objects.exists()


SECOND = (
    FIRST.replace("1120831", "1121031")
    .replace("程耀輝", "黃健強")
    .replace("中山北路2段113號", "中山北路2段96號")
    .replace("2531-7099", "2531-7100")
)


def test_later_report_ends_the_general_manager_and_begins_the_next(companies: Bring) -> None:
    companies(FIRST)
    found = companies(SECOND)
    assert (found["accepted"], found["known"], found["customers_changed"]) == (1, 3, 1)
    assert (found["relations_begun"], found["relations_ended"]) == (1, 1)
    old = PartyRelation.objects.get(party__name="程耀輝")
    new = PartyRelation.objects.get(party__name="黃健強")
    assert (old.title, old.valid_from, old.valid_to) == ("總經理", None, date(2023, 10, 31))
    assert (new.title, new.valid_from, new.valid_to) == ("總經理", date(2023, 10, 31), None)
    firm = Identifier.objects.get(system="twse", external_id="1101").party
    change = Event.objects.get(kind="imports.post_changed")
    assert (change.customer, change.payload) == (firm, {"post": "總經理", "before": ["程耀輝"], "after": ["黃健強"]})
    assert change.occurred_at.date() == date(2023, 10, 31)
    moved = Event.objects.get(kind="imports.record_changed")
    assert moved.payload["changes"] == [["address", "台北市中山北路2段113號", "台北市中山北路2段96號"]]
    revision = Revision.objects.get(table="customers.party")
    assert (revision.before, revision.after) == (
        {"address": "台北市中山北路2段113號"},
        {"address": "台北市中山北路2段96號"},
    )
    live = firm.contact_points.filter(kind="phone", ended_at=None).get()
    assert (live.normalised, live.preferred) == ("+886225317100", True)
    assert firm.contact_points.filter(kind="phone").count() == 2


def test_undo_of_a_later_report_gives_back_address_phone_and_general_manager(companies: Bring) -> None:
    companies(FIRST)
    before = posts("1101")
    found = companies(SECOND)
    undo_batch(batch=Batch.objects.get(pk=found["batch"]), by=None)
    firm = Identifier.objects.get(system="twse", external_id="1101").party
    assert posts("1101") == before
    assert firm.address == "台北市中山北路2段113號"
    point = firm.contact_points.get(kind="phone")
    assert (point.normalised, point.ended_at, point.preferred) == ("+886225317099", None, True)
    assert not Event.objects.filter(retracted_in=None).exists()
    assert Party.objects.get(name="黃健強").trashed_at is not None
    assert companies(SECOND)["relations_begun"] == 1


def test_earlier_report_after_a_later_one_changes_no_post(companies: Bring) -> None:
    companies(FIRST)
    companies(SECOND)
    held = posts("1101")
    found = companies(FIRST)
    assert posts("1101") == held
    assert any("later report" in sentence for sentence in found["warnings"])


def test_vacant_post_stays_unless_the_report_is_the_whole_list(companies: Bring) -> None:
    companies(FIRST)
    vacant = FIRST.replace("1120831", "1121031").replace("程耀輝", "－")
    companies(vacant)
    assert ("總經理", "程耀輝") in posts("1101")
    found = companies(vacant, snapshot="yes")
    assert ("總經理", "程耀輝") not in posts("1101")
    assert found["relations_ended"] == 1
    assert Event.objects.get(kind="imports.post_changed").payload["after"] == []


def test_company_that_is_no_longer_in_the_whole_list_is_listed_and_not_deleted(companies: Bring) -> None:
    companies(FIRST)
    shorter = "\n".join(line for line in FIRST.splitlines() if ",1102," not in line) + "\n"
    part = companies(shorter)
    assert (part["missing"], part["missing_file"]) == (0, None)
    looked = companies(shorter, snapshot="yes", dry_run=True)
    whole = companies(shorter, snapshot="yes")
    assert looked["missing"] == whole["missing"] == 1
    assert "亞洲水泥股份有限公司" in Path(whole["missing_file"]).read_text("utf-8-sig")
    firm = Identifier.objects.get(system="twse", external_id="1102").party
    assert firm.trashed_at is None
    assert posts("1102") == {("董事長", "徐旭東"), ("總經理", "李坤炎"), ("發言人（協理）", "王照宇")}
    assert Event.objects.get(kind="imports.left_out").customer == firm


def test_real_list_of_992_companies_comes_in_whole_and_a_later_one_becomes_history(
    companies: Bring, real_data: Path, write: Callable[..., Path]
) -> None:
    source = real_data / "tw_companies" / "t187ap03_L_20230831.csv"
    found = companies(source)
    assert (found["rows"], found["accepted"], found["rejected"]) == (992, 992, 0)
    assert found["seconds"] < 60
    assert Identifier.objects.filter(system="twse").count() == 992
    assert not Identifier.objects.filter(external_id="00000000").exists()
    big5 = companies(real_data / "tw_companies" / "derived_cp950_first200_L.csv")
    assert (big5["encoding"], big5["known"], big5["accepted"]) == ("cp950", 200, 0)

    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    second: list[dict[str, Any]] = [{**row, "出表日期": "1121130"} for row in rows if row["公司代號"] != "2330"]
    changed = {row["公司代號"]: row for row in second}
    changed["2357"]["總經理"] = "測試新"  # two general managers give way to one
    changed["1101"]["住址"] = "台北市測試路1號"
    changed["1102"]["董事長"], changed["1102"]["總經理"] = changed["1102"]["總經理"], changed["1102"]["董事長"]
    path = write("", name="later.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(second)
    later = companies(path, snapshot="yes")
    assert (later["known"], later["accepted"], later["customers_created"], later["missing"]) == (988, 3, 1, 1)
    assert (later["relations_begun"], later["relations_ended"]) == (3, 4)
    said = {
        tuple(event.payload["before"]): tuple(event.payload["after"])
        for event in Event.objects.filter(kind="imports.post_changed")
    }
    assert said == {("許先越", "胡書賓"): ("測試新",), ("徐旭東",): ("李坤炎",), ("李坤炎",): ("徐旭東",)}
    assert Event.objects.get(kind="imports.left_out").customer.name.startswith("台灣積體電路")
