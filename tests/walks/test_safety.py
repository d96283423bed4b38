"""An unfriendly visitor: forged requests, lures to other sites, and names that are programs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.customers.models import Party
from regulars.integrations.imports import commands
from regulars.reporting.actions import refresh
from tests.support.addresses import Named, walk

ADDRESSES = sorted(walk(), key=lambda one: one.name)
MakeUser = Callable[..., Any]
PAYLOAD = "<script>alert(1)</script>"
HOSTILE = f"""order,date,customer,customer name,qty,price,product,city
X1,2024-01-02,H1,{PAYLOAD},1,5,"=cmd|' /C calc'!A0",{PAYLOAD}
X2,2024-01-03,H2,"'""><img src=x onerror=alert(2)>",1,5,<b>bold</b>,Taipei
X3,2024-02-03,H1,{PAYLOAD},1,5,{PAYLOAD},Taipei
X4,2024-01-04,H3,{{{{7*7}}}},1,5,+1+1,Taipei
X5,2024-01-05,H5,@SUM(A1),2,5,-2+3,Taipei
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def hostile(tmp_path: Path) -> None:
    """Customers and orders whose names and texts are programs."""
    path = tmp_path / f"{PAYLOAD.replace('/', '')}.csv"
    path.write_text(HOSTILE)
    assert commands.import_file(path)["rejected"] == 0
    refresh()


@pytest.mark.parametrize("named", ADDRESSES, ids=[one.name for one in ADDRESSES])
def test_forged_post_is_refused_everywhere(named: Named, make_user: MakeUser) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(make_user(role="owner"))
    for address in (named.address(), named.address(pk=1)):
        assert client.post(address, {"name": "x"}).status_code in {403, 404, 405}, address


@pytest.mark.parametrize(
    "lure", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", " //evil.example"]
)
def test_sign_in_leads_to_no_other_site(lure: str, make_user: MakeUser) -> None:
    user = make_user(role="owner")
    answer = Client().post("/sign-in/", {"username": user.username, "password": "correct horse battery", "next": lure})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_every_page_shows_programs_as_text_under_a_strict_policy(hostile: None, make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user(role="owner"))
    seen = 0
    for pk in Party.objects.values_list("pk", flat=True):
        for named in ADDRESSES:
            answer = client.get(named.address(pk=pk))
            if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
                continue
            content, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
            assert PAYLOAD not in content, named.name
            assert "<img src=x" not in content, named.name
            assert not re.search(r"\b49\b\s*</(h1|a|td)>", content), named.name
            assert "script-src 'self'" in policy, named.name
            assert "unsafe" not in policy, named.name
            seen += "alert(1)" in content
    assert seen > 5


def test_export_hands_no_program_to_a_spreadsheet(hostile: None, make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user(role="owner"))
    answer: Any = client.get("/customers/export/?format=csv")
    content = (answer.getvalue() if answer.streaming else answer.content).decode("utf-8-sig")
    assert "SUM(A1)" in content
    assert not re.search(r'(?m)(?:^|,)"?[=+@-](?!\d)', content)
