"""What a role may do, set by the company: one rule everywhere, nobody raises or locks out themselves, undo, audit."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from regulars.integrations.api.actions import create_token
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import actions, rules
from regulars.staff.models import AuditEntry, RoleSetting, User
from regulars.staff.words import CAPABILITY_WORDS
from regulars.web import undo

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]


@pytest.fixture
def boss(make_user: MakeUser) -> Any:
    return make_user(username="boss")


def entering(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def fresh(user: Any) -> User:
    return User.objects.get(pk=user.pk)


def test_every_right_has_words_and_its_place_on_the_page() -> None:
    assert set(CAPABILITY_WORDS) == rules.EVERY


def test_right_is_given_and_taken_for_everybody_in_the_role_now_and_later(boss: Any, make_user: MakeUser) -> None:
    early = make_user(role="agent")
    actions.set_rights(rights={"agent": {"customers.export": True, "customers.edit": False}}, by=boss)
    late = make_user(role="analyst")
    actions.change_user(user=late, changes={"role": "agent"}, by=boss)
    made = actions.create_user(username="new", name="New", role="agent", password="a long passphrase", by=boss)
    for one in (fresh(early), fresh(late), late, fresh(made)):
        assert rules.can(one, "customers.export")
        assert not rules.can(one, "customers.edit")
        assert rules.can(one, "customers.log")
        assert rules.capabilities(one) == rules.CAPABILITIES["agent"] - {"customers.edit"} | {"customers.export"}
    actions.change_user(user=late, changes={"role": "analyst"}, by=boss)
    assert rules.capabilities(fresh(late)) == rules.CAPABILITIES["analyst"]


def test_asking_costs_no_query(boss: Any, make_user: MakeUser, django_assert_num_queries: Any) -> None:
    agent = make_user(role="agent")
    actions.set_rights(rights={"agent": {"customers.export": True}}, by=boss)
    agent = fresh(agent)
    with django_assert_num_queries(0):
        assert all(rules.can(agent, one) == (one in rules.capabilities(agent)) for one in rules.EVERY)


def test_setting_back_leaves_no_trace_but_the_audit_log(boss: Any, make_user: MakeUser) -> None:
    before = actions.set_rights(rights={"agent": {"customers.export": True, "customers.log": True}}, by=boss)
    assert before == {"agent": {"customers.export": False}}
    assert RoleSetting.objects.get(role="agent").rights == {"customers.export": True}
    assert actions.set_rights(rights=before, by=boss) == {"agent": {"customers.export": True}}
    assert not RoleSetting.objects.exists()
    told = AuditEntry.objects.filter(action="staff.rights_changed").order_by("id")
    assert [(one.detail["given"], one.detail["withheld"]) for one in told] == [
        (["customers.export"], []), ([], ["customers.export"]),
    ]  # fmt: skip
    page = entering(boss).get("/audit/").content.decode()
    assert "Rights of a role changed" in page
    assert "allowed now: Export lists" in page


def test_reach_and_rights_are_set_apart(boss: Any, make_user: MakeUser) -> None:
    seller = make_user(role="seller")
    actions.set_reach(role="seller", reach="own", by=boss)
    actions.set_rights(rights={"seller": {"customers.export": True}}, by=boss)
    actions.set_reach(role="seller", reach="team", by=boss)
    assert (fresh(seller).reach, fresh(seller).rights) == ("", {"customers.export": True})


def test_nobody_touches_the_owner_s_rights_nor_their_own(boss: Any, make_user: MakeUser) -> None:
    admin = make_user(role="administrator")
    for by, role in ((boss, "owner"), (admin, "owner"), (admin, "administrator"), (None, "owner")):
        with pytest.raises(Forbidden):
            actions.set_rights(rights={role: {"staff.manage": False}}, by=by)
        with pytest.raises(Forbidden):
            actions.set_reach(role=role, reach="own", by=by)
    assert rules.capabilities(fresh(boss)) == rules.EVERY
    assert rules.can(fresh(admin), "staff.manage")


def test_administrator_gives_no_right_that_was_taken_from_administrators(boss: Any, make_user: MakeUser) -> None:
    admin = make_user(role="administrator")
    actions.set_rights(rights={"administrator": {"customers.erase": False}}, by=boss)
    with pytest.raises(Forbidden, match="yourself"):
        actions.set_rights(rights={"manager": {"customers.erase": True}}, by=fresh(admin))
    actions.set_rights(rights={"manager": {"audit.view": True}}, by=fresh(admin))
    assert rules.can(fresh(make_user(role="analyst")), "audit.view") is False


def test_unknown_roles_and_rights_are_refused(boss: Any) -> None:
    for rights in ({"king": {"audit.view": True}}, {"agent": {"customers.enchant": True}}):
        with pytest.raises(UserError, match="no such role or right"):
            actions.set_rights(rights=rights, by=boss)
    desk = entering(boss)
    for told in ("", "agent", "agent audit.view yes", "agent customers.enchant 1"):
        assert desk.post("/users/roles/rights/", {"set": told}).status_code == 422
    assert not RoleSetting.objects.exists()


def test_screen_and_api_obey_at_once(boss: Any, make_user: MakeUser) -> None:
    seller, desk = make_user(role="seller"), entering(boss)
    their = entering(seller)
    _token, key = create_token(user=seller, name="x", scopes=["customers:read"], by=seller)
    assert their.get("/audit/").status_code == 403
    desk.post("/users/roles/rights/", {"set": "seller audit.view 1"})
    assert their.get("/audit/").status_code == 200
    told = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json()
    assert "audit.view" in told["capabilities"]


def test_change_is_undone_from_the_toast_and_by_the_standard(boss: Any) -> None:
    desk = entering(boss)
    answer = desk.post("/users/roles/rights/", {"set": "agent customers.export 1"}, headers={"HX-Request": "true"})
    token = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"][0]["undo"]
    assert 'aria-pressed="true" aria-label="Service agent: Export lists"' in answer.content.decode()
    assert undo.take_back(token, boss) == "The rights are as they were before."
    assert not RoleSetting.objects.exists()
    actions.set_rights(rights={"agent": {"audit.view": True}, "seller": {"customers.log": False}}, by=boss)
    assert "2 rights differ from the standard." in desk.get("/users/roles/").content.decode()
    desk.post("/users/roles/rights/", {"standard": "1"})
    assert not RoleSetting.objects.exists()


def test_those_who_may_not_manage_cannot_take_back_either(boss: Any, make_user: MakeUser) -> None:
    token = undo.offer("staff.rights", rights={"agent": {"audit.view": True}})
    with pytest.raises(Forbidden):
        undo.take_back(token, make_user(role="manager"))


@pytest.mark.django_db(transaction=True)
def test_rights_are_walked_and_changed_by_keyboard(browser_page: Callable[..., Page], boss: Any) -> None:
    page = browser_page(boss, path="/users/roles/")
    page.locator("[id='manager-customers.erase']").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[id='manager-customers.personal_data']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    changed = page.locator("[id='marketer-customers.personal_data']")
    expect(changed).to_have_attribute("aria-pressed", "true")
    expect(changed).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[id='manager-customers.personal_data']")).to_be_focused()
    page.locator(".toast-undo").click()
    expect(changed).to_have_attribute("aria-pressed", "false")


@pytest.mark.django_db(transaction=True)
def test_rights_of_one_role_fit_a_phone(browser_page: Callable[..., Page], boss: Any) -> None:
    page = browser_page(boss, width=390, language="zh-hant", path="/users/roles/?role=agent")
    shown = page.locator("button.right:visible")
    expect(shown.first).to_be_visible()
    assert shown.count() == len(rules.EVERY)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
