"""Segments by API."""

from typing import Any

import pytest

from regulars.customers import actions as customers
from regulars.kit import clock
from regulars.marketing.segments import membership
from regulars.marketing.segments.models import Segment
from tests.integrations.api.conftest import Caller, MakeCaller

NAMED_WANG = {"match": "all", "parts": [{"is": "moment", "what": "created", "side": "within", "days": "30"}]}
NOT_BOUGHT = {"is": "event", "kind": "commerce.order_placed", "measure": "never", "days": "30"}


@pytest.fixture
def owner(make_caller: MakeCaller) -> Caller:
    return make_caller("owner")


@pytest.fixture
def people(db: None) -> list[int]:
    return [customers.create_party(by=None, name=name).pk for name in ("王小明", "陳大文", "林美玉")]


def test_segment_is_tried_made_changed_and_removed(owner: Caller, people: list[int]) -> None:
    tried = owner.post("/segments/try", {"rule": NAMED_WANG}).told
    assert (tried["customers"], {one["id"] for one in tried["sample"]}) == (3, set(people))
    assert len(tried["words"]) == 2
    made = owner.post("/segments", {"name": "New", "rule": NAMED_WANG})
    assert (made.status_code, made.told["rule"], made.told["being_worked_out"]) == (201, NAMED_WANG, True)
    while membership.work_out_next():
        pass
    address = f"/segments/{made.told['id']}"
    assert (owner.get(address).told["customers"], owner.get("/segments").told["items"][0]["seen"]) == (3, 3)
    rule = {"match": "all", "parts": [NOT_BOUGHT, {"match": "none", "parts": [NAMED_WANG["parts"][0]]}]}
    changed = owner.patch(address, {"rule": rule, "note": "none"}, If_Match='"1"').told
    assert (changed["version"], changed["name"], changed["note"]) == (2, "New", "none")
    assert owner.patch(address, {"name": "Old"}, If_Match='"1"').status_code == 412
    while membership.work_out_next():
        pass
    assert owner.get(f"{address}/members").told["items"] == []
    assert owner("DELETE", address).status_code == 204
    assert owner.get(address).status_code == 404
    assert Segment.objects.get().removed_at is not None


def test_members_are_read_page_by_page_now_and_at_a_past_moment(owner: Caller, people: list[int]) -> None:
    made = owner.post("/segments", {"name": "New", "rule": NAMED_WANG}).told
    while membership.work_out_next():
        pass
    first = owner.get(f"/segments/{made['id']}/members?limit=2").told
    assert [one["customer"]["id"] for one in first["items"]] == people[:2]
    second = owner.get(first["next"]).told
    assert ([one["customer"]["id"] for one in second["items"]], second["next"]) == (people[2:], None)
    now = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert len(owner.get(f"/segments/{made['id']}/members?at={now}").told["items"]) == 3
    assert owner.get(f"/segments/{made['id']}/members?at=2001-01-01T00:00:00Z").told["items"] == []


def test_whoever_sees_some_customers_sees_these_in_a_segment(
    owner: Caller, make_caller: MakeCaller, people: list[int]
) -> None:
    made = owner.post("/segments", {"name": "New", "rule": NAMED_WANG}).told
    while membership.work_out_next():
        pass
    seller = make_caller("seller")
    assert seller.get(f"/segments/{made['id']}").status_code == 403
    marketer = make_caller("marketer", scopes=["customers:read"])
    assert len(marketer.get(f"/segments/{made['id']}/members").told["items"]) == 3
    assert marketer.post("/segments", {"name": "Mine", "rule": NAMED_WANG}).status_code == 403
    assert make_caller("analyst").post("/segments", {"name": "Mine", "rule": NAMED_WANG}).status_code == 403


def test_conditions_say_what_may_be_asked(owner: Caller) -> None:
    told = {one["key"]: one for one in owner.get("/segments/conditions").told}
    event = {one["key"]: one for one in told["event"]["values"]}
    assert event["times"]["when"] == {"measure": ["at_least", "fewer"]}
    assert "commerce.order_placed" in {one["value"] for one in event["kind"]["choices"]}
    assert event["days"]["choices"] is None


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"match": "all", "parts": []},
        {"match": "some", "parts": [NOT_BOUGHT]},
        {"is": "no_such"},
        {"is": "event", "kind": "commerce.order_placed", "measure": "never", "days": "-1"},
        {"match": "all", "parts": [{"match": "any", "parts": [{"match": "any", "parts": [{"match": "any", "parts": [{"match": "any", "parts": [NOT_BOUGHT]}]}]}]}]},
    ],
)  # fmt: skip
def test_rule_that_makes_no_sense_is_refused_in_words(owner: Caller, rule: dict[str, Any]) -> None:
    for path, body in (("/segments/try", {"rule": rule}), ("/segments", {"name": "x", "rule": rule})):
        refused = owner.post(path, body)
        assert (refused.status_code, bool(refused.told["detail"])) == (422, True)
    assert not Segment.objects.exists()
