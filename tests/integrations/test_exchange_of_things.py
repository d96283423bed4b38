"""Assets and contracts out and in again: what was exported changes nothing, and makes the same again elsewhere."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from regulars.catalogue.models import Product
from regulars.customers import actions
from regulars.customers.models import Asset, Contract, Party
from regulars.integrations.exchange.actions import export_things
from regulars.integrations.imports import commands
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(db: None) -> dict[str, Any]:
    """Assets and contracts with everything an export can hold."""
    product = Product.objects.create(code="OV-10", name="Steam oven")
    firm = actions.create_party(by=None, kind="organisation", name="春田商行有限公司", identifiers=[("erp", "C-1")])
    ming = actions.create_party(by=None, name="王小明")
    oven = actions.add_asset(
        party=firm, name="=HYPERLINK(1) 烤箱", serial="00123", product=product, installed_on=date(2023, 3, 1),
        warranty_until=date(2026, 2, 28), note="+二樓", by=None,
    )  # fmt: skip
    actions.add_asset(party=ming, name="Filter", by=None)
    actions.add_asset(party=ming, name="Filter", retired_on=date(2024, 1, 1), by=None)
    first = actions.add_contract(
        party=firm, title="全包服務", number="K-1", kind="service", asset=oven, starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31),
        amount=1_250_050, currency="USD", coverage="零件", terms="-一\n二, \"三\"", response_hours=4, visits_included=2, notice_days=60, by=None,
    )  # fmt: skip
    actions.renew_contract(contract=first, by=None)
    other = actions.add_contract(party=ming, title="Beans", starts_on=date(2024, 5, 1), renews=True, by=None)
    actions.end_contract(contract=other, on=date(2025, 1, 1), reason="moved", by=None)
    return {"firm": firm, "ming": ming}


def standing() -> list[list[dict[str, Any]]]:
    """Every asset and contract, whole."""
    return [list(model.objects.order_by("pk").values()) for model in (Asset, Contract)]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(("what", "rows"), [("assets", 3), ("contracts", 3)])
def test_what_was_exported_comes_back_in_unchanged(
    things: dict[str, Any], tmp_path: Path, what: str, rows: int, suffix: str, language: str
) -> None:
    before, path = standing(), tmp_path / f"things.{suffix}"
    with translation.override(language):
        told = export_things(what=what, path=path, format_=suffix, by=None)
    found = commands.import_file(path)
    assert (told["rows"], found["layout"], found["kind"]) == (rows, f"regulars_{what}", what)
    assert (found["rows"], found["known"], found["accepted"], found["rejected"]) == (rows, rows, 0, 0)
    assert standing() == before


def test_exported_things_are_made_again_where_they_are_gone(things: dict[str, Any], tmp_path: Path) -> None:
    hidden = {"id", "batch_id", "asset_id", "follows_id", "seen_to_on"}

    def bare() -> list[list[str]]:
        return [sorted(str({k: v for k, v in row.items() if k not in hidden}) for row in rows) for rows in standing()]

    before, paths = bare(), [tmp_path / "assets.csv", tmp_path / "contracts.csv"]
    for path in paths:
        export_things(what=path.stem, path=path, format_="csv", by=None)
    Contract.objects.all().delete()
    Asset.objects.all().delete()
    done = [commands.import_file(path) for path in paths]
    assert [(one["rejected"], one["known"]) for one in done] == [(0, 0), (0, 0)]
    assert done[1]["contracts_renewed"] == 1
    assert bare() == before
    first, second = Contract.objects.filter(number="K-1").order_by("starts_on")
    assert (second.follows, first.asset) == (first, Asset.objects.get(serial="00123"))


def test_an_edited_cell_changes_just_that_and_only_there(things: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "contracts.csv"
    export_things(what="contracts", path=path, format_="csv", by=None)
    path.write_text(path.read_text("utf-8-sig").replace("moved", "moved abroad"), "utf-8-sig")
    found = commands.import_file(path)
    assert (found["contracts_changed"], found["known"]) == (1, 2)
    assert Contract.objects.get(title="Beans").ended_reason == "moved abroad"


def test_formulas_leave_disarmed(things: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "assets.csv"
    export_things(what="assets", path=path, format_="csv", by=None)
    row = next(iter(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))))
    assert (row["Asset"], row["Remarks"], row["Serial number"]) == ("'=HYPERLINK(1) 烤箱", "'+二樓", "00123")


def test_lists_offer_the_full_table_and_write_down_who_took_it(
    things: dict[str, Any], client: Client, make_user: Callable[..., Any]
) -> None:
    client.force_login(make_user())
    answer = client.get("/assets/export/?format=full")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert body.splitlines()[0].startswith("Regulars asset ID,Customer's Regulars ID")
    assert len(body.splitlines()) == 4
    assert AuditEntry.objects.get(action="assets.exported").detail["rows"] == 3
    assert "format=full" in client.get("/contracts/").content.decode()


def test_seller_takes_only_what_hangs_on_customers_they_see(
    things: dict[str, Any], make_user: Callable[..., Any], tmp_path: Path
) -> None:
    marketer, seller = make_user(role="manager"), make_user(role="seller")
    Party.objects.filter(pk=things["ming"].pk).update(owner=seller)
    told = export_things(what="assets", path=tmp_path / "a.csv", format_="csv", by=marketer)
    assert told["rows"] == 3
    with pytest.raises(UserError):
        export_things(what="assets", path=tmp_path / "b.csv", format_="vcard", by=marketer)
