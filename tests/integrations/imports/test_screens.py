"""The pages of imports."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.commerce.models import Order
from regulars.integrations.imports import actions
from regulars.integrations.imports.models import ImportJob, ImportState

from .conftest import ORDERS

pytestmark = pytest.mark.django_db
AMBIGUOUS = "order,date,customer,amount\n1,02/03/2024,A,5\n2,04/05/2024,B,six\n"


@pytest.fixture
def boss(client: Client, make_user: Any) -> Client:
    client.force_login(make_user())
    return client


def drop(client: Client, *files: tuple[str, str | bytes]) -> Any:
    sent = [SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text) for name, text in files]
    return client.post(reverse("imports:new"), {"file": sent})


def carry_out(job: ImportJob) -> None:
    """What the worker does."""
    job.refresh_from_db()
    actions.carry_out(job=job)
    job.refresh_from_db()


def test_file_goes_all_the_way_from_drop_to_undo(boss: Client) -> None:
    answer = drop(boss, ("orders.csv", ORDERS))
    job = ImportJob.objects.get()
    assert answer.headers["Location"] == reverse("imports:job", args=[job.pk])
    page = boss.get(answer.headers["Location"]).content.decode()
    assert "What we found" in page
    assert "UTF-8" in page
    assert "Customer number" in page
    boss.post(reverse("imports:check", args=[job.pk]), {"source": "shop", "currency": "GBP", "duplicates": "drop"})
    job.refresh_from_db()
    assert job.state == ImportState.PREVIEWED
    assert not Order.objects.exists()
    page = boss.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert "Nothing has happened yet" in page
    assert "£68.00" in page
    boss.post(reverse("imports:start", args=[job.pk]))
    assert "Waiting for its turn" in boss.get(reverse("imports:progress", args=[job.pk])).content.decode()
    carry_out(job)
    assert boss.get(reverse("imports:progress", args=[job.pk])).headers["HX-Refresh"] == "true"
    assert "Go to Today" in boss.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert Order.objects.filter(source="shop", currency="GBP").count() == 5
    boss.post(reverse("imports:undo", args=[job.pk]))
    assert "has been undone" in boss.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert boss.get(reverse("imports:index")).status_code == 200


def test_ambiguous_date_is_asked_for_on_the_page(boss: Client) -> None:
    drop(boss, ("orders.csv", AMBIGUOUS))
    job = ImportJob.objects.get()
    page = boss.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert "may be day/month or month/day" in page
    refused = boss.post(reverse("imports:check", args=[job.pk]), {}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    boss.post(reverse("imports:check", args=[job.pk]), {"date_order": "dmy"})
    page = boss.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert "six" in page
    assert "is not a number" in page


def test_rejected_rows_are_downloaded(boss: Client) -> None:
    drop(boss, ("orders.csv", AMBIGUOUS))
    job = ImportJob.objects.get()
    boss.post(reverse("imports:check", args=[job.pk]), {"date_order": "dmy"})
    boss.post(reverse("imports:start", args=[job.pk]))
    carry_out(job)
    answer = boss.get(reverse("imports:rejected", args=[job.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "orders-rejected.csv" in answer.headers["Content-Disposition"]
    assert text.splitlines()[1].startswith("2,04/05/2024,B,six,3,amount,six,")


def test_columns_and_kind_are_corrected_by_hand(boss: Client) -> None:
    drop(boss, ("people.csv", "a,b\nAnna Bell,anna@example.com\n"))
    job = ImportJob.objects.get()
    boss.post(reverse("imports:kind", args=[job.pk]), {"kind": "customers"})
    boss.post(reverse("imports:check", args=[job.pk]), {"column-0": "name", "column-1": "email", "role": "prospect"})
    job.refresh_from_db()
    assert job.plan["targets"] == ["name", "email"]
    assert job.preview["customers_created"] == 1
    boss.post(reverse("imports:reopen", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.preview) == (ImportState.LOOKED, {})


def test_file_is_read_again_as_a_person_says(boss: Client) -> None:
    drop(boss, ("orders.csv", ORDERS))
    job = ImportJob.objects.get()
    boss.post(reverse("imports:look", args=[job.pk]), {"header": "no", "delimiter": ",", "encoding": "utf-8"})
    job.refresh_from_db()
    assert job.look["has_header"] is False
    assert job.look["rows"] == 10


def test_several_files_at_once_and_one_that_is_none(boss: Client) -> None:
    answer = drop(
        boss, ("orders.csv", ORDERS), ("people.csv", "name,email\nAnna,a@example.com\n"), ("x.pdf", b"%PDF-1.4")
    )
    assert answer.headers["Location"] == reverse("imports:index")
    assert ImportJob.objects.count() == 2
    assert "x.pdf: This is a PDF" in boss.get(reverse("imports:index")).content.decode()


def test_refused_file_is_answered_with_its_sentence(boss: Client) -> None:
    answer = drop(boss, ("x.csv", b""))
    assert answer.status_code == 422
    assert "empty" in answer.content.decode()


def test_who_may_not_import_sees_nothing(client: Client, make_user: Any, boss: Client) -> None:
    drop(boss, ("orders.csv", ORDERS))
    job = ImportJob.objects.get()
    client.force_login(make_user(role="seller"))
    for name, arguments in (
        ("index", []),
        ("new", []),
        ("job", [job.pk]),
        ("progress", [job.pk]),
        ("rejected", [job.pk]),
    ):
        assert client.get(reverse(f"imports:{name}", args=arguments)).status_code == 403
    assert client.post(reverse("imports:start", args=[job.pk])).status_code == 403
    job.refresh_from_db()
    assert job.state == ImportState.LOOKED


def test_list_asks_the_same_number_of_queries_for_one_and_for_many(boss: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            boss.get(reverse("imports:index"))
        return len(seen)

    drop(boss, ("orders.csv", ORDERS))
    queries()
    one = queries()
    for _time in range(5):
        drop(boss, ("orders.csv", ORDERS))
    assert queries() == one


def test_pages_speak_chinese(client: Client, make_user: Any) -> None:
    client.force_login(make_user(language="zh-hant"))
    drop(client, ("orders.csv", ORDERS))
    job = ImportJob.objects.get()
    page = client.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert "偵測結果" in page
    assert "客戶編號" in page
    client.post(reverse("imports:check", args=[job.pk]), {})
    assert "目前什麼都還沒發生" in client.get(reverse("imports:job", args=[job.pk])).content.decode()


def test_file_put_aside_is_gone(boss: Client) -> None:
    drop(boss, ("orders.csv", ORDERS))
    job = ImportJob.objects.get()
    folder = job.folder
    assert folder.exists()
    boss.post(reverse("imports:discard", args=[job.pk]))
    assert not folder.exists()
    assert not ImportJob.objects.exists()
