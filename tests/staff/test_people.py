"""Users, teams, roles and their reach, the last owner, and the audit log as a list."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import regulars
from regulars.customers.actions import create_party
from regulars.customers.models import Party
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import actions, audit, rules
from regulars.staff.models import AuditEntry, Role, Team, Territory, User
from regulars.staff.rules import Reach

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(make_user: Any) -> Any:
    return make_user(username="boss")


@pytest.fixture
def desk(boss: Any) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def test_invited_user_gets_a_link_and_no_password(desk: Client) -> None:
    page = desk.post("/users/new/", {"name": "王小明", "username": "ming", "role": "seller"}).content.decode()
    made = User.objects.get(username="ming")
    assert not made.has_usable_password()
    link = page[page.index("http://testserver/welcome/") :].split("<")[0]
    guest = Client()
    guest.post(link, {"password": "我的長長長長長密碼呢"})
    assert guest.post("/sign-in/", {"username": "ming", "password": "我的長長長長長密碼呢"}).status_code == 302


def test_last_owner_can_be_neither_demoted_nor_closed(boss: Any, make_user: Any) -> None:
    with pytest.raises(UserError, match="own the system"):
        actions.change_user(user=boss, changes={"role": Role.SELLER}, by=boss)
    other = make_user(username="other")
    actions.deactivate_user(user=other, by=boss)
    with pytest.raises(UserError, match="own the system"):
        actions.change_user(user=boss, changes={"role": Role.SELLER}, by=boss)
    with pytest.raises(UserError, match="own access"):
        actions.deactivate_user(user=boss, by=boss)
    boss.refresh_from_db()
    assert boss.role == Role.OWNER


def test_administrator_gains_no_owner_s_access(boss: Any, make_user: Any) -> None:
    admin = make_user(role="administrator")
    for act in (
        lambda: actions.change_user(user=admin, changes={"role": Role.OWNER}, by=admin),
        lambda: actions.change_user(user=boss, changes={"role": Role.SELLER}, by=admin),
        lambda: actions.make_link(user=boss, purpose="reset", by=admin),
        lambda: actions.drop_factors_of(user=boss, by=admin),
        lambda: actions.deactivate_user(user=boss, by=admin),
        lambda: actions.invite_user(username="x", name="X", role=Role.OWNER, by=admin),
    ):
        with pytest.raises(Forbidden):
            act()


def test_reach_of_a_role_is_set_for_everybody_in_it_now_and_later(boss: Any, make_user: Any) -> None:
    team = Team.objects.create(name="East")
    early, colleague = (make_user(role="seller", team=team) for _ in range(2))
    create_party(by=boss, name="One", owner=early, team=team)
    create_party(by=boss, name="Two", owner=colleague, team=team)
    assert Party.objects.visible_to(early).count() == 2
    actions.set_reach(role="seller", reach="own", by=boss)
    early.refresh_from_db()
    late = actions.create_user(username="late", name="Late", role="seller", password="a long passphrase", team=team)
    moved = make_user(role="analyst")
    actions.change_user(user=moved, changes={"role": "seller"}, by=boss)
    assert [rules.reach(one) for one in (early, late, moved)] == [Reach.OWN] * 3
    assert Party.objects.visible_to(early).count() == 1
    actions.change_user(user=moved, changes={"role": "analyst"}, by=boss)
    assert rules.reach(moved) is Reach.ALL
    actions.set_reach(role="seller", reach="team", by=boss)
    assert rules.reach(User.objects.get(pk=late.pk)) is Reach.TEAM
    assert [one.detail["reach"] for one in AuditEntry.objects.filter(action="staff.reach_changed").order_by("id")] == [
        ["team", "own"], ["own", "team"],
    ]  # fmt: skip


def test_owner_always_sees_all(boss: Any) -> None:
    with pytest.raises(UserError):
        actions.set_reach(role="owner", reach="own", by=boss)


def test_role_table_says_what_the_rules_say(desk: Client) -> None:
    page = desk.get("/users/roles/").content.decode()
    assert page.split('id="rights"')[1].count("#check") == sum(len(held) for held in rules.CAPABILITIES.values())


@pytest.mark.parametrize("role", [role for role in Role.values if role not in {"owner", "administrator"}])
def test_others_see_no_users_and_no_audit(role: str, make_user: Any) -> None:
    client = Client()
    client.force_login(make_user(role=role))
    for address in ("/users/", "/users/new/", "/users/roles/", "/users/teams/", "/audit/"):
        assert client.get(address).status_code == 403, address


def test_locked_out_user_is_let_in_by_an_administrator(desk: Client, make_user: Any) -> None:
    anna = make_user(role="seller", username="Anna")
    guest = Client()
    for _number in range(6):
        guest.post("/sign-in/", {"username": "anna", "password": "wrong"})
    assert "Locked out" in desk.get("/users/").content.decode()
    desk.post(f"/users/{anna.pk}/unlock/")
    assert "Locked out" not in desk.get("/users/").content.decode()
    assert guest.post("/sign-in/", {"username": "anna", "password": "correct horse battery"}).status_code == 302


def test_audit_list_says_who_what_and_from_where(desk: Client, boss: Any, make_user: Any) -> None:
    anna = make_user(role="seller", username="anna")
    actions.change_user(user=anna, changes={"role": "agent"}, by=boss)
    page = desk.get("/audit/?what=staff.role_changed").content.decode()
    assert "Role changed" in page
    assert "role: Salesperson → Service agent" in page
    assert f"/users/{anna.pk}/" in page
    exported = b"".join(desk.get("/audit/export/").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Salesperson → Service agent" in exported
    assert "Signed in" not in page


def test_every_act_in_the_audit_log_has_words() -> None:
    source = "".join(path.read_text() for path in Path(regulars.__file__).parent.rglob("*.py"))
    used = set(re.findall(r'audit\.record\(\s*"([a-z_.]+)"', source))
    assert "staff.signed_in" in used
    assert {action for action in used if audit.said(action) == action} == set()


def test_teams_and_territories_are_added(desk: Client) -> None:
    desk.post("/users/teams/", {"kind": "territory", "territory-name": "North"})
    desk.post("/users/teams/", {"kind": "team", "team-name": "East", "team-territory": ""})
    page = desk.get("/users/teams/").content.decode()
    assert "North" in page
    assert "East" in page
    assert "is empty or taken" in desk.post("/users/teams/", {"kind": "team", "team-name": "east"}).content.decode()
    deep = Territory.objects.create(name="Deep", path=f"/{'1/' * 127}")
    below = {"kind": "territory", "territory-name": "Deeper", "territory-parent": deep.pk}
    assert "cannot stand that deep" in desk.post("/users/teams/", below).content.decode()
