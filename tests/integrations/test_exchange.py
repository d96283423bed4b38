"""Customers out and in again: the round trip, vCards, the columns of other systems, and who may."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from regulars.customers import actions
from regulars.customers.models import Event, FieldDefinition, Party, PartyRelation, Revision
from regulars.integrations.exchange import cards
from regulars.integrations.exchange.actions import export_customers
from regulars.integrations.exchange.formats import FORMATS, format_called
from regulars.integrations.exchange.rows import rows_of
from regulars.integrations.imports import commands
from regulars.integrations.imports.files import look, rows
from regulars.integrations.imports.layouts import LAYOUTS, recognise
from regulars.integrations.imports.values.own import read_own, write_own
from regulars.staff.models import AuditEntry
from regulars.web.selection import packed, unpacked

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> dict[str, Party]:
    """A company, its buyer and a household, with everything an export can hold."""
    firm = actions.create_party(
        by=None, kind="organisation", name="春田商行有限公司", contact_points=[("phone", "02-2531-7099"), ("web", "https://spring.example.tw")],
        identifiers=[("tax_id", "04595252"), ("erp", "C-77")], address="中山北路1號", city="台北市",
    )  # fmt: skip
    anna = actions.create_party(
        by=None, name="", family_name="王", given_name="小明", birth_date=date(1990, 5, 6), about="二行\n備註; 含, 逗號", salutation="先生",
        contact_points=[("email", "ming@example.tw"), ("email", "second@example.tw"), ("mobile", "+886 912-345-678")],
    )  # fmt: skip
    actions.add_relation(party=anna, other=firm, kind="employed_by", title="經理", by=None)
    actions.record_consent(party=anna, channel="email", state="granted", by=None, evidence="form")
    actions.define_field(by=None, kind="number", label="Seats")
    actions.change_party(party=anna, changes={"custom.seats": 12}, by=None)
    house = actions.create_party(by=None, kind="household", name="=HYPERLINK(1) 家")
    return {"firm": firm, "anna": anna, "house": house}


def taken(key: str) -> bytes:
    """The bytes of one format, of everybody."""
    return b"".join(format_called(key).chunks(Party.objects.live()))


def table(data: bytes) -> list[dict[str, str]]:
    """CSV as rows by header."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def brought(tmp_path: Path, data: bytes, name: str) -> dict[str, Any]:
    """What an import of these bytes does."""
    path = tmp_path / name
    path.write_bytes(data)
    return commands.import_file(path)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize(("key", "suffix"), [("full", "csv"), ("full-xlsx", "xlsx")])
def test_full_export_comes_back_in_without_a_change(
    people: dict[str, Party], tmp_path: Path, key: str, suffix: str, language: str
) -> None:
    before = list(Party.objects.order_by("pk").values())
    with translation.override(language):
        data = taken(key)
    found = brought(tmp_path, data, f"customers.{suffix}")
    assert (found["layout"], found["rows"], found["accepted"], found["known"], found["rejected"]) == (
        "regulars",
        3,
        0,
        3,
        0,
    )
    assert list(Party.objects.order_by("pk").values()) == before


EDITS = [
    ("Address", "復興路9號", lambda anna: anna.address == "復興路9號"),
    ("Name", "王大明", lambda anna: anna.name == "王大明"),
    ("Seats", "13", lambda anna: anna.custom["seats"] == 13),
    ("Mobile", "0922-345-678", lambda anna: list(anna.contact_points.filter(kind="mobile", ended_at=None).values_list("normalised", flat=True)) == ["+886922345678"]),
    ("Position", "總監", lambda anna: [one.title for one in anna.relations.current()] == ["總監"]),
    ("Permits e-mail", "no", lambda anna: anna.consents.order_by("-id").first().state == "withdrawn"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "holds"), EDITS, ids=[edit[0] for edit in EDITS])
def test_one_edited_cell_changes_exactly_that(
    people: dict[str, Party], tmp_path: Path, column: str, value: str, holds: Callable[[Party], bool]
) -> None:
    lines = table(taken("full"))
    mine = next(line for line in lines if line["Name"] == "王小明")
    mine[column] = value
    if column == "Name":
        mine["Family name"] = mine["Given name"] = ""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    untouched = list(Party.objects.exclude(pk=people["anna"].pk).values())
    jobs = PartyRelation.objects.count()
    found = brought(tmp_path, text.getvalue().encode(), "edited.csv")
    assert (found["accepted"], found["known"], found["rejected"]) == (1, 2, 0)
    assert holds(Party.objects.get(pk=people["anna"].pk))
    assert list(Party.objects.exclude(pk=people["anna"].pk).values()) == untouched
    assert PartyRelation.objects.count() == jobs + (column == "Position")
    assert brought(tmp_path, text.getvalue().encode(), "edited.csv")["accepted"] == 0


def test_formula_is_disarmed_and_comes_back_as_it_was(people: dict[str, Party], tmp_path: Path) -> None:
    names = [line["Name"] for line in table(taken("full"))]
    assert "'=HYPERLINK(1) 家" in names
    brought(tmp_path, taken("full"), "customers.csv")
    assert people["house"].name == Party.objects.get(pk=people["house"].pk).name == "=HYPERLINK(1) 家"
    assert b"<f>" not in taken("full-xlsx")


def test_number_of_another_installation_is_nobodys_here(people: dict[str, Party]) -> None:
    number = people["anna"].pk
    assert read_own(write_own(number)) == number
    assert read_own(str(number)) == read_own(f"{number}-aaaaaa") == read_own("") == read_own("-") == 0


@pytest.mark.parametrize(("key", "version"), [("vcard", "4.0"), ("vcard3", "3.0")])
def test_cards_come_back_in_without_a_change(people: dict[str, Party], tmp_path: Path, key: str, version: str) -> None:
    data = taken(key)
    assert data.count(f"VERSION:{version}\r\n".encode()) == 3
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    before = list(Party.objects.exclude(kind="household").order_by("pk").values())
    found = brought(tmp_path, data, "customers.vcf")
    assert (found["rows"], found["rejected"], found["customers_created"]) == (3, 0, 0)
    after = list(Party.objects.exclude(kind="household").order_by("pk").values())
    kept = [{key: value for key, value in one.items() if key not in {"version", "updated_at"}} for one in after]
    assert kept == [
        {key: value for key, value in one.items() if key not in {"version", "updated_at"}} for one in before
    ]
    assert brought(tmp_path, data, "again.vcf")["accepted"] == 0


def test_card_says_what_other_programs_read(people: dict[str, Party], tmp_path: Path) -> None:
    path = tmp_path / "one.vcf"
    path.write_bytes(b"".join(cards.chunks(rows_of(Party.objects.filter(pk=people["anna"].pk)))))
    found = look(path)
    read = dict(zip(found.names, next(rows(path, found))[1], strict=True))
    assert (read["Name"], read["Family name"], read["Given name"], read["Company"], read["Position"]) == (
        "王小明",
        "王",
        "小明",
        "春田商行有限公司",
        "經理",
    )
    assert (read["E-mail"], read["Mobile"], read["Birthday"]) == (
        "ming@example.tw ::: second@example.tw",
        "+886 912-345-678",
        "19900506",
    )
    assert read["Note"] == "二行\n備註; 含, 逗號"


@pytest.mark.parametrize("key", ["google", "outlook", "hubspot", "salesforce", "odoo"])
def test_columns_of_other_systems_are_those_the_import_knows(people: dict[str, Party], key: str) -> None:
    lines = table(taken(key))
    assert len(lines) == 3
    found = recognise(list(lines[0]), LAYOUTS, [True] * len(lines[0]))
    assert found is not None
    assert found.layout.options["source"] == key


def test_export_from_the_list_is_written_down_and_shows_what_the_user_may_see(
    people: dict[str, Party], make_user: Any, client: Client
) -> None:
    client.force_login(make_user(role="manager", username="lin"))
    answer = client.get("/customers/export/", {"format": "vcard"})
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    assert b"".join(answer.streaming_content).count(b"BEGIN:VCARD") == 3  # type: ignore[arg-type]
    entry = AuditEntry.objects.get(action="customers.exported")
    assert (entry.actor_name, entry.detail) == ("lin", {"format": "vcard", "rows": 3})
    picked = client.get("/customers/export/", {"format": "full", "ids": str(people["anna"].pk)})
    assert len(table(b"".join(picked.streaming_content))) == 1  # type: ignore[arg-type]


def test_seller_exports_nothing(people: dict[str, Party], make_user: Any, client: Client) -> None:
    client.force_login(make_user(role="seller"))
    assert client.get("/customers/export/", {"format": "vcard", "ids": str(people["anna"].pk)}).status_code == 403
    assert not AuditEntry.objects.filter(action="customers.exported").exists()


def test_selection_leaves_by_the_bulk_bar_in_the_form_that_is_asked(
    people: dict[str, Party], make_user: Any, client: Client
) -> None:
    client.force_login(make_user(role="manager"))
    answer = client.post("/customers/bulk/export/", {"pk": [people["anna"].pk], "confirmed": "1", "format": "vcard3"})
    where = answer["HX-Redirect"]
    assert b"".join(client.get(where).streaming_content).count(b"BEGIN:VCARD") == 1  # type: ignore[arg-type]


def test_selection_survives_the_address(db: None) -> None:
    for ids in ([], [7], list(range(1, 2_001)), [3, 9_000_000_000, 5]):
        assert unpacked(packed(ids)) == sorted(ids)
    assert unpacked("z!!") == unpacked("1;drop") == unpacked("zAAAA") == []
    assert len(packed(range(10**12, 10**12 + 2_000 * 7, 7))) < 4_000


def test_everybody_leaves_by_the_command_line(people: dict[str, Party], tmp_path: Path) -> None:
    path = tmp_path / "all.vcf"
    found = export_customers(path=path, format_="vcf", by=None)
    assert (found["format"], found["customers"]) == ("vcard", 3)
    assert path.stat().st_mode & 0o777 == 0o600
    assert AuditEntry.objects.get(action="customers.exported").detail == {"format": "vcard", "customers": 3}


def test_memory_of_an_export_does_not_grow_with_the_customers(db: None) -> None:
    def peak(customers: int) -> int:
        Party.objects.bulk_create(
            [Party(name=f"P{number}", fold=f"p{number}") for number in range(customers)], batch_size=1_000
        )
        tracemalloc.start()
        size = sum(len(chunk) for chunk in FORMATS["full"].chunks(Party.objects.live()))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > customers * 20
        return found

    first = peak(3_000)
    assert peak(9_000) < 1.5 * first


def test_entries_and_revisions_of_an_edit_belong_to_its_batch(people: dict[str, Party], tmp_path: Path) -> None:
    data = taken("full").decode("utf-8-sig").replace("中山北路1號", "中山北路2號").encode()
    found = brought(tmp_path, data, "edited.csv")
    revision = Revision.objects.get(batch_id=found["batch"])
    assert (revision.before, revision.after) == ({"address": "中山北路1號"}, {"address": "中山北路2號"})
    assert Event.objects.get(batch_id=found["batch"]).kind == "imports.record_changed"
    assert FieldDefinition.objects.count() == 1
