"""Users and teams by API: made, changed, closed, each accounted for, by whoever may manage them alone."""

import pytest

from regulars.staff.models import AuditEntry, CompanySetting, Team, Territory, User

from .conftest import Caller, MakeCaller

pytestmark = pytest.mark.django_db


def test_user_is_made_once_changed_closed_and_opened(owner: Caller) -> None:
    team = owner.post("/teams", {"name": "Taipei"})
    assert (team.status_code, team.told["name"]) == (201, "Taipei")
    given = {"username": "mei", "name": "林美", "role": "seller", "email": "mei@example.tw", "team": team.told["id"]}
    made = owner.post("/users", given, Idempotency_Key="hr-1")
    again = owner.post("/users", given, Idempotency_Key="hr-1")
    assert (made.status_code, again.status_code, made.told) == (201, 201, again.told)
    user = User.objects.get(username="mei")
    assert (user.team, user.has_usable_password(), made.told["team"]["name"]) == (Team.objects.get(), False, "Taipei")
    changed = owner.patch(f"/users/{user.pk}", {"role": "manager", "team": None})
    assert (changed.told["role"], changed.told["team"]) == ("manager", None)
    assert owner.post(f"/users/{user.pk}/deactivate").told["is_active"] is False
    assert owner.post(f"/users/{user.pk}/activate").told["is_active"] is True
    told = AuditEntry.objects.filter(object_type="user", object_id=user.pk).order_by("pk")
    assert [one.action for one in told] == [
        "staff.user_created", "staff.role_changed", "staff.user_deactivated", "staff.user_activated",
    ]  # fmt: skip
    assert {one.actor_id for one in told} == {owner.user.pk}


def test_taken_names_and_unknown_roles_are_refused_in_words(owner: Caller) -> None:
    given = {"username": "mei", "name": "Mei", "role": "seller"}
    assert owner.post("/users", given).status_code == 201
    assert owner.post("/users", given).status_code == 422
    assert "no role" in owner.post("/users", given | {"username": "x", "role": "king"}).told["detail"]
    assert owner.post("/users", given | {"username": "x", "team": 99}).status_code == 422
    owner.post("/teams", {"name": "Taipei"})
    assert "taken" in owner.post("/teams", {"name": "taipei"}).told["detail"]


def test_last_owner_and_oneself_stay(owner: Caller) -> None:
    assert owner.patch(f"/users/{owner.user.pk}", {"role": "seller"}).status_code == 422
    assert owner.post(f"/users/{owner.user.pk}/deactivate").status_code == 422
    assert owner.patch("/users/999999", {"name": "x"}).status_code == 404


def test_only_whoever_manages_users_may(make_caller: MakeCaller) -> None:
    given = {"username": "mei", "name": "Mei", "role": "seller"}
    assert make_caller("seller").post("/users", given).status_code == 403
    assert make_caller("owner", scopes=["admin"]).post("/users", given).status_code == 403
    assert make_caller("seller").post("/teams", {"name": "Mine"}).status_code == 403
    assert not User.objects.filter(username="mei").exists()


def test_role_is_read_and_set_within_what_one_may_oneself(owner: Caller, make_caller: MakeCaller) -> None:
    roles = {one["role"]: one for one in owner.get("/roles").told}
    seller = roles["seller"]
    assert (seller["reach"], seller["rights"]["customers.export"], seller["differing"]) == ("team", False, [])
    someone = make_caller("seller")
    given = {"reach": "all", "rights": {"customers.export": True}}
    changed = owner.patch("/roles/seller", given)
    assert (changed.status_code, changed.told["reach"], changed.told["own_reach"]) == (200, "all", "team")
    assert (changed.told["rights"]["customers.export"], changed.told["differing"]) == (True, ["customers.export"])
    someone.user.refresh_from_db()
    assert (someone.user.reach, someone.user.rights) == ("all", {"customers.export": True})
    told = AuditEntry.objects.filter(object_type="role").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["staff.reach_changed", "staff.rights_changed"]
    back = owner.patch("/roles/seller", {"reach": "team", "rights": {"customers.export": False}})
    assert (back.told["reach"], back.told["differing"]) == ("team", [])


def test_role_that_may_not_be_set_stays_whole(owner: Caller, make_caller: MakeCaller) -> None:
    assert owner.patch("/roles/king", {"reach": "all"}).status_code == 404
    assert owner.patch("/roles/owner", {"reach": "own"}).status_code == 403
    assert owner.patch("/roles/seller", {"reach": "far"}).status_code == 422
    assert owner.patch("/roles/seller", {"reach": "all", "rights": {"fly": True}}).status_code == 422
    assert {one["role"]: one["reach"] for one in owner.get("/roles").told}["seller"] == "team"
    administrator = make_caller("administrator")
    assert administrator.patch("/roles/administrator", {"reach": "own"}).status_code == 403
    assert make_caller("seller").patch("/roles/agent", {"reach": "own"}).status_code == 403
    assert make_caller("owner", scopes=["admin"]).get("/roles").status_code == 403
    assert not AuditEntry.objects.filter(object_type="role").exists()


def test_team_is_renamed_and_moved_within_the_tree_of_territories(owner: Caller) -> None:
    north = owner.post("/territories", {"name": "North"})
    taipei = owner.post("/territories", {"name": "Taipei", "parent": north.told["id"]})
    assert (north.status_code, taipei.told["parent"]) == (201, north.told["id"])
    assert taipei.told["path"] == f"/{north.told['id']}/{taipei.told['id']}/"
    team, other = (owner.post("/teams", {"name": name}).told["id"] for name in ("Inside", "Outside"))
    changed = owner.patch(f"/teams/{team}", {"name": " Tea ", "territory": taipei.told["id"]})
    assert (changed.told["name"], changed.told["territory"]["name"]) == ("Tea", "Taipei")
    assert owner.patch(f"/teams/{team}", {"name": "tea"}).told["territory"]["name"] == "Taipei"
    assert owner.patch(f"/teams/{team}", {"territory": None}).told["territory"] is None
    assert {one["id"]: one["name"] for one in owner.get("/teams").told} == {team: "tea", other: "Outside"}
    made, *told = AuditEntry.objects.filter(object_type="team", object_id=team).order_by("pk")
    assert made.action == "staff.team_created"
    assert [(one.action, one.actor_id, one.detail) for one in told] == [
        ("staff.team_changed", owner.user.pk, {"name": ["Inside", "Tea"], "territory": [None, "Taipei"]}),
        ("staff.team_changed", owner.user.pk, {"name": ["Tea", "tea"]}),
        ("staff.team_changed", owner.user.pk, {"territory": ["Taipei", None]}),
    ]
    assert AuditEntry.objects.filter(action="staff.territory_created", actor=owner.user).count() == 2


def test_team_and_territory_are_refused_in_words(owner: Caller) -> None:
    team = owner.post("/teams", {"name": "Inside"}).told["id"]
    owner.post("/teams", {"name": "Outside"})
    for given in ({"name": "OUTSIDE"}, {"name": "  "}, {"territory": 99}, {"department": "x"}):
        assert owner.patch(f"/teams/{team}", given).status_code == 422, given
    assert owner.patch("/teams/999999", {"name": "x"}).status_code == 404
    for below in ({"name": " "}, {"name": "x", "parent": 99}):
        assert owner.post("/territories", below).status_code == 422, below
    parent = Territory.objects.create(name="Deep", path=f"/{'1/' * 127}")
    assert "deep" in owner.post("/territories", {"name": "Deeper", "parent": parent.pk}).told["detail"]
    assert Territory.objects.count() == 1
    assert Team.objects.get(pk=team).name == "Inside"


def test_company_is_read_and_changed_a_part_at_a_time(owner: Caller) -> None:
    before = owner.get("/company").told
    assert (before["currency"], before["cost_per_order"]) == ("TWD", None)
    changed = owner.patch("/company", {"name": "遠山旅禮", "cost_per_order": 8_000})
    assert (changed.told["name"], changed.told["cost_per_order"], changed.told["cost_per_contact"]) == (
        "遠山旅禮",
        8_000,
        None,
    )
    assert owner.patch("/company", {"cost_per_contact": 0}).told["cost_per_order"] == 8_000
    assert owner.patch("/company", {"cost_per_order": None}).told["cost_per_order"] is None
    assert owner.patch("/company", {"name": ""}).told["name"] == before["name"]
    assert owner.get("/company").told["cost_per_contact"] == 0
    for given in ({"cost_per_order": -1}, {"cost_per_order": "5"}, {"currency": "USD"}, {"name": None}):
        assert owner.patch("/company", given).status_code == 422, given
    told = AuditEntry.objects.filter(object_type="company").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["staff.company_named", *["staff.costs_set"] * 3, "staff.company_named"]


def test_only_whoever_runs_the_house_changes_it(make_caller: MakeCaller, owner: Caller) -> None:
    team = owner.post("/teams", {"name": "Inside"}).told["id"]
    for caller in (make_caller("manager"), make_caller("seller"), make_caller("owner", scopes=["customers:write"])):
        assert caller.patch(f"/teams/{team}", {"name": "Mine"}).status_code == 403
        assert caller.post("/territories", {"name": "Mine"}).status_code == 403
        assert caller.get("/company").status_code == 403
        assert caller.patch("/company", {"name": "Mine"}).status_code == 403
    assert make_caller("owner", scopes=["admin"]).patch(f"/teams/{team}", {"name": "Mine"}).status_code == 403
    assert make_caller("owner", scopes=["users:write"]).patch("/company", {"name": "Mine"}).status_code == 403
    assert (Team.objects.get().name, CompanySetting.objects.exists(), Territory.objects.exists()) == (
        "Inside",
        False,
        False,
    )


def test_number_of_another_system_is_added_taken_off_and_refused(owner: Caller) -> None:
    one, other = (owner.post("/customers", {"name": name}).told["id"] for name in ("王小明", "陳大文"))
    number = {"system": "erp", "external_id": "C-1"}
    made = owner.post(f"/customers/{one}/identifiers", number)
    assert (made.status_code, made.told["external_id"]) == (201, "C-1")
    assert owner.post(f"/customers/{one}/identifiers", number).told["id"] == made.told["id"]
    refused = owner.post(f"/customers/{other}/identifiers", number)
    assert refused.status_code == 409
    assert "belongs to 王小明" in refused.told["detail"]
    assert owner("DELETE", f"/customers/{other}/identifiers/{made.told['id']}").status_code == 404
    assert owner("DELETE", f"/customers/{one}/identifiers/{made.told['id']}").status_code == 204
    assert owner.post(f"/customers/{other}/identifiers", number).status_code == 201
