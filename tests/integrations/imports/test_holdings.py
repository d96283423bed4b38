"""Assets and contracts as files bring them: whose, new, changed, renewed, taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from regulars.catalogue.models import Product
from regulars.customers import actions
from regulars.customers.models import Asset, Batch, Contract, Event, Party, Revision
from regulars.integrations.imports.models import ImportJob

from .conftest import Bring

pytestmark = pytest.mark.django_db

ASSETS = """序號,設備名稱,產品代號,裝機日期,保固到期,狀態,備註,客戶編號,客戶名稱
SN-001,蒸氣烤箱,OV-10,2023-03-01,2026-02-28,使用中,二樓,C-1,
SN-002,咖啡機,CM-2,2024-05-10,2027-05-09,使用中,,,春田商行有限公司
SN-003,咖啡機,CM-2,2019-01-05,2021-01-04,報廢,,C-1,
,濾水器,,2024-05-10,,,,C-1,
,濾水器,,2024-05-10,,,,C-1,
"""
CONTRACTS = """Contract No,Title,Contract type,Start date,End date,Amount,Covers,Reminder days,Auto renew,Serial number,Customer ID,E-mail
K-1,Full service,Service contract,2024-01-01,2024-12-31,"12,000",Parts and labour,60,no,SN-001,C-1,
K-2,Beans monthly,Supply,2024-06-01,,3600,,,yes,,,ming@example.tw
"""


@pytest.fixture
def customers(db: None) -> dict[str, Party]:
    """A company known by a number and a person known by an address."""
    Product.objects.create(code="OV-10", name="Steam oven")
    firm = actions.create_party(
        by=None, kind="organisation", name="春田商行有限公司", identifiers=[("erp", "C-1"), ("tax_id", "04595252")]
    )
    ming = actions.create_party(by=None, name="王小明", contact_points=[("email", "ming@example.tw")])
    return {"firm": firm, "ming": ming}


def held(model: Any) -> list[dict[str, Any]]:
    """All assets or contracts as they stand."""
    hidden = {"id", "batch_id", "asset_id", "follows_id"}
    return [{k: v for k, v in row.items() if k not in hidden} for row in model.objects.order_by("id").values()]


def test_assets_find_their_customers_and_come_once(bring: Bring, customers: dict[str, Party]) -> None:
    said = bring(ASSETS, source="erp", dry_run=True)
    assert (said["kind"], said["assets_created"], said["rejected"]) == ("assets", 5, 0)
    assert not Asset.objects.exists()
    done = bring(ASSETS, source="erp")
    assert (done["accepted"], done["assets_created"], done["known"]) == (5, 5, 0)
    oven, coffee, scrapped, *filters = Asset.objects.order_by("pk")
    assert (oven.party, oven.name, oven.product.code if oven.product else "") == (
        customers["firm"],
        "蒸氣烤箱",
        "OV-10",
    )
    assert (oven.installed_on, oven.warranty_until, oven.note) == (date(2023, 3, 1), date(2026, 2, 28), "二樓")
    assert coffee.party == customers["firm"]
    assert scrapped.retired_on == timezone.localdate()
    assert len(filters) == 2
    added = Event.objects.get(kind="customers.asset_added", object_id=oven.pk)
    assert timezone.localdate(added.occurred_at) == date(2023, 3, 1)
    again = bring(ASSETS, source="erp")
    assert (again["accepted"], again["known"], Asset.objects.count()) == (0, 5, 5)


def test_a_later_file_of_assets_changes_with_history_and_undo_brings_it_back(
    bring: Bring, customers: dict[str, Party]
) -> None:
    bring(ASSETS, source="erp")
    before = held(Asset)
    later = ASSETS.replace("2026-02-28", "2028-02-28").replace(
        "CM-2,2024-05-10,2027-05-09,使用中", "CM-2,2024-05-10,2027-05-09,停用"
    )
    said = bring(later, source="erp", dry_run=True)
    done = bring(later, source="erp")
    assert (said["assets_changed"], said["known"]) == (done["assets_changed"], done["known"]) == (2, 3)
    oven = Asset.objects.get(serial="SN-001")
    assert oven.warranty_until == date(2028, 2, 28)
    kept = Revision.objects.get(table="customers.asset", object_id=oven.pk, batch=done["batch"])
    assert (kept.before["warranty_until"], kept.after["warranty_until"]) == ("2026-02-28", "2028-02-28")
    assert Event.objects.live().filter(kind="customers.asset_retired", batch_id=done["batch"]).count() == 1
    actions.undo_batch(batch=Batch.objects.get(pk=done["batch"]), by=None)
    assert held(Asset) == before
    assert not Event.objects.live().filter(batch_id=done["batch"]).exists()


def test_undo_takes_new_assets_away_unless_something_hangs_on_them(bring: Bring, customers: dict[str, Party]) -> None:
    done = bring(ASSETS, source="erp")
    oven = Asset.objects.get(serial="SN-001")
    actions.add_contract(party=oven.party, title="Care", starts_on=date(2024, 1, 1), asset=oven, by=None)
    actions.undo_batch(batch=Batch.objects.get(pk=done["batch"]), by=None)
    assert list(Asset.objects.values_list("serial", flat=True)) == ["SN-001"]


def test_rows_whose_customer_nobody_knows_are_set_aside_with_a_sentence(
    bring: Bring, customers: dict[str, Party]
) -> None:
    actions.create_party(by=None, name="林美玲")
    actions.create_party(by=None, name="林美玲")
    file = "Serial number,Asset,Customer ID,Customer name\nA,Oven,C-9,\nB,Oven,,林美玲\nC,Oven,,Nobody\nD,Oven,,\n"
    done = bring(file, source="erp", kind="assets")
    problems = [one["problem"] for one in done["first_rejects"]]
    assert (done["rejected"], done["assets_created"]) == (4, 0)
    assert "no customer C-9" in problems[0]
    assert "Several customers fit" in problems[1]
    assert "called “Nobody”" in problems[2]
    assert "Nobody here is meant" in problems[3]


def test_customer_number_of_any_system_will_do_where_it_is_one_customers(
    bring: Bring, customers: dict[str, Party]
) -> None:
    done = bring("Serial number,Asset,Customer ID\nA,Oven,C-1\n", source="field", kind="assets")
    assert (done["rejected"], Asset.objects.get().party) == (0, customers["firm"])
    actions.create_party(by=None, name="Other", identifiers=[("crm", "C-1")])
    done = bring("Serial number,Asset,Customer ID\nB,Oven,C-1\n", source="field", kind="assets")
    assert "Several systems" in done["first_rejects"][0]["problem"]


def test_serial_number_in_use_elsewhere_is_refused_until_it_is_free(bring: Bring, customers: dict[str, Party]) -> None:
    file = "Serial number,Asset,E-mail,Customer ID\nX-1,Oven,,C-1\nX-1,Oven,ming@example.tw,\n"
    done = bring(file, source="erp", kind="assets")
    assert (done["assets_created"], done["rejected"]) == (1, 1)
    assert "X-1 is in use at 春田商行有限公司" in done["first_rejects"][0]["problem"]
    actions.retire_asset(asset=Asset.objects.get(), by=None)
    done = bring("Serial number,Asset,E-mail\nX-1,Oven,ming@example.tw\n", source="erp", kind="assets")
    assert (done["assets_created"], Asset.objects.filter(serial="X-1").count()) == (1, 2)


def test_of_several_rows_on_one_serial_number_the_first_decides(bring: Bring, customers: dict[str, Party]) -> None:
    file = "Serial number,Asset,Warranty until,Customer ID\nX-1,Oven,2027-01-01,C-1\nX-1,Oven,2029-01-01,C-1\n"
    for told in ({"dry_run": True}, {}):
        done = bring(file, source="erp", kind="assets", **told)
        assert (done["assets_created"], done["known"], done["duplicates"]) == (1, 1, 1)
    assert Asset.objects.get().warranty_until == date(2027, 1, 1)


def test_dates_in_the_wrong_order_cost_the_row_alone(bring: Bring, customers: dict[str, Party]) -> None:
    file = "Serial number,Asset,Installed on,Warranty until,Customer ID\nX-1,Oven,2027-01-01,2026-01-01,C-1\nX-2,Oven,2025-01-01,2026-01-01,C-1\n"
    done = bring(file, source="erp", kind="assets")
    assert (done["assets_created"], done["rejected"]) == (1, 1)
    assert "warranty cannot end before" in done["first_rejects"][0]["problem"]


def test_contracts_come_in_with_amount_kind_asset_and_reminder(bring: Bring, customers: dict[str, Party]) -> None:
    bring(ASSETS, source="erp")
    said = bring(CONTRACTS, source="erp", dry_run=True)
    done = bring(CONTRACTS, source="erp")
    assert said["kind"] == "contracts"
    assert said["contracts_created"] == done["contracts_created"] == 2
    service, beans = Contract.objects.order_by("pk")
    assert (service.party, service.kind, service.amount, service.currency) == (
        customers["firm"],
        "service",
        1_200_000,
        "TWD",
    )
    assert (service.asset.serial if service.asset else "", service.notice_days, service.renews) == ("SN-001", 60, False)
    assert (beans.party, beans.ends_on, beans.renews, beans.notice_days) == (customers["ming"], None, True, 30)
    signed = Event.objects.get(kind="customers.contract_signed", object_id=service.pk)
    assert (signed.amount, timezone.localdate(signed.occurred_at)) == (1_200_000, date(2024, 1, 1))
    again = bring(CONTRACTS, source="erp")
    assert (again["known"], again["accepted"]) == (2, 0)


def test_a_later_term_of_the_same_number_renews_and_undo_leaves_the_first_as_it_was(
    bring: Bring, customers: dict[str, Party]
) -> None:
    bring(CONTRACTS, source="erp")
    before = held(Contract)
    later = CONTRACTS.replace('2024-01-01,2024-12-31,"12,000"', '2025-01-01,2025-12-31,"13,000"')
    said = bring(later, source="erp", dry_run=True)
    done = bring(later, source="erp")
    assert (said["contracts_renewed"], said["contracts_created"]) == (1, 1)
    assert (done["contracts_renewed"], done["known"]) == (1, 1)
    first, second = Contract.objects.filter(number="K-1").order_by("starts_on")
    assert (second.follows, second.amount) == (first, 1_300_000)
    assert first.seen_to_on is not None
    assert Event.objects.live().filter(kind="customers.contract_renewed", object_id=second.pk).exists()
    assert bring(later, source="erp")["accepted"] == 0
    actions.undo_batch(batch=Batch.objects.get(pk=done["batch"]), by=None)
    assert held(Contract) == before


def test_terms_of_one_file_follow_each_other(bring: Bring, customers: dict[str, Party]) -> None:
    file = "Contract No,Title,Start date,End date,Customer ID\nK-1,Care,2023-01-01,2023-12-31,C-1\nK-1,Care,2024-01-01,2024-12-31,C-1\nK-1,Care,2025-01-01,2025-12-31,C-1\n"
    done = bring(file, source="erp")
    first, second, third = Contract.objects.order_by("starts_on")
    assert (done["contracts_created"], done["contracts_renewed"]) == (3, 2)
    assert (second.follows, third.follows) == (first, second)
    assert bring(file, source="erp")["known"] == 3


def test_status_ends_a_contract_once_and_dates_go_before_it(bring: Bring, customers: dict[str, Party]) -> None:
    today = timezone.localdate()
    ends = (today + timedelta(days=200)).isoformat()
    file = f"合約編號,合約名稱,合約起日,合約迄日,合約狀態,客戶編號\nK-1,保養,2024-01-01,{ends},%s,C-1\n"
    bring(file % "生效", source="erp")
    for _twice in range(2):
        bring(file % "解約", source="erp")
    contract = Contract.objects.get()
    assert contract.ended_on == today
    assert Event.objects.filter(kind="customers.contract_ended", object_id=contract.pk).count() == 1
    done = bring(file % "怪怪的", source="erp")
    assert any("怪怪的" in one for one in done["warnings"])


def test_mapping_is_remembered_and_blank_cells_overwrite_nothing(bring: Bring, customers: dict[str, Party]) -> None:
    bring(ASSETS, source="erp")
    emptied = ASSETS.replace("2026-02-28", "").replace("二樓", "")
    assert bring(emptied, source="erp")["accepted"] == 0
    erased = bring(emptied, source="erp", blank="erase")
    oven = Asset.objects.get(serial="SN-001")
    assert (erased["assets_changed"], oven.warranty_until, oven.note) == (1, None, "")
    assert ImportJob.objects.latest("pk").plan["remembered"]


def test_merged_customer_is_found_by_the_number_it_had(bring: Bring, customers: dict[str, Party]) -> None:
    double = actions.create_party(by=None, kind="organisation", name="春田", identifiers=[("erp", "C-2")])
    actions.merge_parties(winner=customers["firm"], loser=double, by=None)
    bring("Serial number,Asset,Customer ID\nA,Oven,C-2\n", source="erp", kind="assets")
    assert Asset.objects.get().party == customers["firm"]


def test_assets_rejected_file_can_be_dropped_in_again(
    bring: Bring, customers: dict[str, Party], write: Callable[..., Path]
) -> None:
    done = bring("Serial number,Asset,Customer ID\nA,Oven,C-8\nB,Oven,C-1\n", source="erp", kind="assets")
    corrected = Path(done["errors_file"]).read_text("utf-8-sig").replace("C-8", "C-1")
    again = bring(corrected, source="erp", kind="assets")
    assert (again["assets_created"], Asset.objects.count()) == (1, 2)
