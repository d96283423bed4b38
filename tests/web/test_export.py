"""The list as a file: every row of the view, the columns on screen, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from python_calamine import CalamineWorkbook

from regulars.staff.models import User
from regulars.web.listing.export import disarm
from regulars.web.resources import Resource

SignIn = Callable[..., Client]
DANGEROUS = ["=1+1", "+886912345678", "-2", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")']


def rows_of(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_csv_holds_the_view_and_its_columns(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    answer = sign_in().get("/people/export/?role=seller&cols=name,worth,joined&sort=-name")
    head, *rows = rows_of(answer)
    assert head == ["Name", "Worth", "Joined"]
    assert len(rows) == 20
    assert rows[0][:2] == ["Name 6", "6.00"]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="people-')


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_disarms_what_a_spreadsheet_would_run(people: Resource, sign_in: SignIn, text: str) -> None:
    client = sign_in()
    User.objects.create(username="trap", name=text, role="agent")
    cells = [row[0] for row in rows_of(client.get("/people/export/?cols=name"))]
    assert f"'{text}" in cells
    assert text not in cells


def test_plain_text_and_han_characters_stay_as_they_are() -> None:
    assert [disarm(text) for text in ("王小明", "a=b", "", "3-2")] == ["王小明", "a=b", "", "3-2"]


def test_xlsx_writes_formulas_as_text_and_numbers_as_numbers(people: Resource, sign_in: SignIn, tmp_path: Any) -> None:
    client = sign_in()
    User.objects.create(username="trap", name="=1+1", role="agent")
    User.objects.create(username="wang", name="王小明", role="agent")
    answer = client.get("/people/export/?format=xlsx&cols=name,worth,joined")
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    found = {str(row[0]): row for row in rows}
    assert head == ["Name", "Worth", "Joined"]
    assert found["=1+1"][1] == 4.0
    assert found["王小明"][1] == 3.0
    assert found["王小明"][2].year == User.objects.get(username="wang").created_at.year


def test_export_is_refused_without_its_rule(people: Resource, sign_in: SignIn) -> None:
    assert sign_in("agent").get("/people/export/").status_code == 403


def test_export_leaves_out_rows_out_of_sight(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    User.objects.create(username="hidden-three", name="Hidden", role="agent")
    assert "Hidden" not in [row[0] for row in rows_of(client.get("/people/export/"))]


async def drain(client: AsyncClient, address: str) -> bytes:
    answer = await client.get(address)
    return b"".join([piece async for piece in answer.streaming_content])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_server_hands_the_file_on_in_pieces(people: Resource, make_user: Any, crowd: list[User], kind: str) -> None:
    client = AsyncClient()
    client.force_login(make_user(name="王小明"))
    body = async_to_sync(drain)(client, f"/people/export/?format={kind}&cols=name")
    assert body.startswith(b"PK" if kind == "xlsx" else "\ufeffName\r\n".encode())
    assert kind == "xlsx" or "王小明" in body.decode()
