"""Campaigns by API."""

from typing import Any

import pytest

from regulars.customers.actions import create_party, record_consent
from regulars.marketing.campaigns import sending
from regulars.marketing.campaigns.models import Campaign
from regulars.marketing.content.actions import make_content
from tests.integrations.api.conftest import Caller, MakeCaller

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>"


@pytest.fixture
def owner(make_caller: MakeCaller) -> Caller:
    return make_caller("owner")


@pytest.fixture
def people(db: None) -> list[int]:
    found = []
    for number in range(12):
        one = create_party(by=None, name=f"C{number}", contact_points=[("email", f"c{number}@example.com")])
        record_consent(party=one, channel="email", state="granted", evidence="form", source="test", by=None)
        found.append(one.pk)
    return found


@pytest.fixture
def content(db: None) -> int:
    said = {"subject": "Spring", "preheader": "", "mjml": MJML}
    return make_content(name="Spring", by=None, draft={"en": said, "zh-hant": said}).pk


def test_campaign_is_made_started_followed_paused_and_stopped(owner: Caller, people: list[int], content: int) -> None:
    body = {
        "name": "Spring",
        "customers": people,
        "said": [content],
        "contact_cost": 50,
        "costs": [{"name": "Design", "planned": 900}],
    }
    made = owner.post("/campaigns", body)
    assert (made.status_code, made.told["state"], made.told["audience"]) == (201, "draft", 12)
    address = f"/campaigns/{made.told['id']}"
    assert owner.get("/campaigns").told["items"][0]["name"] == "Spring"
    assert owner.post(f"{address}/pause", {}).status_code == 409
    started = owner.post(f"{address}/start", {}).told
    assert (started["state"], started["ends_at"] is not None) == ("running", True)
    sending.carry_out(made.told["id"])
    told = owner.get(f"{address}/standing").told
    assert told["fates"]["chosen"] + told["fates"]["control"] == told["audience"] == 12
    report = owner.get(f"{address}/report").told
    assert (report["further_cost"], report["effect"]["origin"]) == (900, f"campaign:{made.told['id']}")
    assert owner.post(f"{address}/pause", {}).told["state"] == "paused"
    assert owner.post(f"{address}/go-on", {}).told["state"] == "running"
    assert owner.post(f"{address}/stop", {}).told["reason"] == "stopped"
    assert owner.get(f"{address}/standing").told["messages"].get("queued", 0) == 0
    assert owner("DELETE", address).status_code == 409


def test_draft_is_removed(owner: Caller, people: list[int]) -> None:
    made = owner.post("/campaigns", {"name": "Empty", "customers": people}).told
    assert owner.post(f"/campaigns/{made['id']}/start", {}).status_code == 422
    assert owner.post(f"/campaigns/{made['id']}/schedule", {}).status_code == 422
    assert owner("DELETE", f"/campaigns/{made['id']}").status_code == 204
    assert owner.get(f"/campaigns/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"segment": 77},
        {"customers": [], "segment": 1},
        {"customers": [1], "days": 0},
        {"customers": [1], "said": [99]},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(owner: Caller, more: dict[str, Any]) -> None:
    refused = owner.post("/campaigns", {"name": "X", **more})
    assert (refused.status_code, bool(refused.told["detail"])) == (422, True)
    assert not Campaign.objects.exists()


def test_analysts_read_and_do_not_act(make_caller: MakeCaller, owner: Caller, people: list[int], content: int) -> None:
    made = owner.post("/campaigns", {"name": "Spring", "customers": people, "said": [content]}).told
    analyst = make_caller("analyst")
    assert analyst.get(f"/campaigns/{made['id']}").told["name"] == "Spring"
    assert analyst.post(f"/campaigns/{made['id']}/start", {}).status_code == 403
    assert make_caller("seller").get(f"/campaigns/{made['id']}").status_code == 403
    assert (
        make_caller("marketer", scopes=["customers:read"]).post(f"/campaigns/{made['id']}/start", {}).status_code == 403
    )
