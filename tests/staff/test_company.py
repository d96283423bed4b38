"""The company's name: set on screen, shown everywhere, audited, undone; the start-up setting holds until then."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.kit.errors import Forbidden
from regulars.staff import actions
from regulars.staff.models import AuditEntry, CompanySetting
from regulars.staff.queries import company_name, cost_to_serve
from regulars.web import undo

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]


def test_name_stands_in_the_frame_and_at_the_door(make_user: MakeUser) -> None:
    boss, client = make_user(), Client()
    assert "遠山旅禮" not in client.get("/sign-in/").content.decode()
    client.force_login(boss)
    client.post("/settings/company/", {"name": " 遠山旅禮\u200b "})
    assert company_name() == "遠山旅禮"
    assert "Company settings · 遠山旅禮" in client.get("/settings/company/").content.decode()
    assert "遠山旅禮" in Client().get("/sign-in/").content.decode()
    [told] = AuditEntry.objects.filter(action="staff.company_named")
    assert told.detail["name"] == ["", "遠山旅禮"]


def test_empty_name_goes_back_to_the_start_up_setting(make_user: MakeUser, settings: Any) -> None:
    settings.COMPANY_NAME = "Startup"
    boss = make_user()
    assert company_name() == "Startup"
    actions.name_company(name="遠山旅禮", by=boss)
    token = undo.offer("staff.company", name="")
    assert undo.take_back(token, boss) == "The company has its name of before."
    assert company_name() == "Startup"
    assert not CompanySetting.objects.exists()


@pytest.mark.parametrize("role", ["manager", "seller", "analyst"])
def test_only_those_who_change_settings_name_the_company(role: str, make_user: MakeUser) -> None:
    somebody, client = make_user(role=role), Client()
    with pytest.raises(Forbidden):
        actions.name_company(name="X", by=somebody)
    with pytest.raises(Forbidden):
        actions.set_costs(per_order=1, per_contact=None, by=somebody)
    client.force_login(somebody)
    assert client.get("/settings/company/").status_code == 403


def test_costs_are_set_in_units_of_the_currency_audited_and_undone(make_user: MakeUser) -> None:
    boss, client = make_user(), Client()
    client.force_login(boss)
    actions.name_company(name="遠山旅禮", by=boss)
    client.post("/settings/company/", {"name": "遠山旅禮", "cost_per_order": "60.50", "cost_per_contact": ""})
    assert cost_to_serve() == (6_050, None)
    html = client.get("/settings/company/").content.decode()
    assert 'value="60.50"' in html
    assert "Cost of an order, TWD" in html
    [told] = AuditEntry.objects.filter(action="staff.costs_set")
    assert told.detail == {"currency": "TWD", "per_order": [None, 6_050]}
    token = undo.offer("staff.company", name="遠山旅禮", costs={"per_order": None, "per_contact": None})
    assert undo.take_back(token, boss) == "The settings are as they were before."
    assert cost_to_serve() == (None, None)
    assert company_name() == "遠山旅禮"


def test_costs_without_a_name_and_none_at_all(make_user: MakeUser) -> None:
    boss = make_user()
    assert actions.set_costs(per_order=100, per_contact=0, by=boss) == {"per_order": None, "per_contact": None}
    assert cost_to_serve() == (100, 0)
    assert company_name() != ""
    assert actions.set_costs(per_order=None, per_contact=None, by=boss) == {"per_order": 100, "per_contact": 0}
    assert not CompanySetting.objects.exists()


def test_costs_of_another_currency_are_not_known(make_user: MakeUser, settings: Any) -> None:
    actions.set_costs(per_order=100, per_contact=None, by=make_user())
    settings.CURRENCY = "EUR"
    assert cost_to_serve() == (None, None)


@pytest.mark.parametrize("cost", ["-1", "10000001", "NaN"])
def test_a_cost_beyond_belief_is_refused(cost: str, make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user())
    assert client.post("/settings/company/", {"name": "", "cost_per_order": cost}).status_code == 422
    assert cost_to_serve() == (None, None)


def test_name_is_read_once_a_page(make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user())
    client.get("/settings/company/")
    with CaptureQueriesContext(connection) as told:
        client.get("/users/roles/")
    assert sum("staff_companysetting" in one["sql"] for one in told.captured_queries) == 1
