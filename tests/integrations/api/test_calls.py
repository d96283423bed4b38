"""Calls and requests for literature by another system."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.customers import actions as customers
from regulars.customers.models import Event, Party, Task
from regulars.kit import clock
from regulars.marketing.call_lists import actions as call_lists
from regulars.marketing.call_lists.models import Call, CallList
from regulars.marketing.fulfilment import actions as fulfilment
from regulars.marketing.fulfilment.models import Item, Request
from tests.integrations.api.conftest import Caller, MakeCaller

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
"""Noon in Taipei: nobody's quiet hours."""


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.stopped_at(NOON):
        yield


@pytest.fixture
def people(db: None) -> list[Party]:
    found = []
    for number in range(3):
        one = customers.create_party(
            by=None, name=f"客戶{number}", country="Taiwan", contact_points=[("mobile", f"091200000{number}")]
        )
        customers.record_consent(party=one, channel="phone", state="granted", by=None, evidence="asked")
        found.append(one)
    return found


@pytest.fixture
def call_list(people: list[Party], make_user: Any) -> CallList:
    return call_lists.make(
        origin="", name="Spring", script=None, party_ids=[one.pk for one in people], not_after=None, by=make_user(role="marketer")
    )  # fmt: skip


@pytest.fixture
def agent(make_caller: MakeCaller) -> Caller:
    return make_caller("agent", scopes=["calls:write", "customers:read"])


@pytest.fixture
def item(make_user: Any) -> Item:
    return fulfilment.save_item(
        item=None, name_en="Catalogue", name_zh="型錄", kind="catalogue", public=True, cost=0, by=make_user()
    )


def test_the_next_customer_is_given_and_what_came_of_the_call_written_down(agent: Caller, call_list: CallList) -> None:
    given = agent.post(f"/call-lists/{call_list.pk}/next").told
    assert (given["state"], given["list"]["name"], given["number"][:4]) == ("open", "Spring", "+886")
    later = clock.now() + timedelta(days=1)
    told = {
        "outcome": "later",
        "note": "問秋季價格",
        "call_back_at": later.isoformat(),
        "minutes": 4,
        "answers": {"Tea?": "Oolong"},
    }
    first, again = (agent.post(f"/calls/{given['id']}/outcome", told, Idempotency_Key="call-1") for _ in range(2))
    assert (first.status_code, again.status_code, first.told) == (201, 201, again.told)
    assert (first.told["outcome"], first.told["tries"], first.told["state"]) == ("later", 1, "open")
    entry = Event.objects.get(kind="channels.call_logged")
    assert (entry.customer_id, entry.actor_id, entry.body.text) == (
        given["customer"]["id"],
        agent.user.pk,
        "問秋季價格",
    )
    assert Task.objects.get().assignee_id == agent.user.pk
    assert Call.objects.get(pk=given["id"]).answers == {"Tea?": "Oolong"}
    assert agent.post(f"/calls/{given['id']}/outcome", told).status_code == 409, "it waits for tomorrow"
    second = agent.post(f"/call-lists/{call_list.pk}/next").told
    assert second["id"] != given["id"]
    assert agent.post(f"/calls/{second['id']}/outcome", {"outcome": "never"}).told["state"] == "done"
    assert not customers_may_be_called(second["customer"]["id"])


def customers_may_be_called(pk: int) -> bool:
    return Party.objects.get(pk=pk).consents.order_by("-pk")[0].state == "granted"


def test_a_call_made_elsewhere_is_taken_unless_somebody_has_the_customer(
    agent: Caller, make_caller: MakeCaller, call_list: CallList
) -> None:
    one, two = call_list.calls.order_by("pk")[:2]
    assert agent.post(f"/calls/{one.pk}/outcome", {"outcome": "yes"}).status_code == 201
    assert agent.post(f"/calls/{one.pk}/outcome", {"outcome": "yes"}).status_code == 409
    Call.objects.filter(pk=two.pk).update(
        leased_to=make_caller("agent").user, lease_until=clock.now() + timedelta(minutes=5)
    )
    assert agent.post(f"/calls/{two.pk}/outcome", {"outcome": "no"}).status_code == 409
    assert Call.objects.get(pk=two.pk).tries == 0


@pytest.mark.parametrize(
    "told",
    [
        {}, {"outcome": "perhaps"}, {"outcome": "later"}, {"outcome": "yes", "call_back_at": "2026-04-01T04:00:00Z"},
        {"outcome": "later", "call_back_at": "2020-01-01T04:00:00Z"}, {"outcome": "later", "call_back_at": "2026-03-11T19:00:00Z"},
        {"outcome": "yes", "minutes": -1}, {"outcome": "yes", "answers": {"": "x"}}, {"outcome": "yes", "more": 1},
        {"outcome": "yes", "note": "x" * 5_001},
    ],
)  # fmt: skip
def test_a_wrong_outcome_is_refused_and_nobody_keeps_the_customer(
    agent: Caller, call_list: CallList, told: Any
) -> None:
    call = call_list.calls.order_by("pk")[0]
    assert agent.post(f"/calls/{call.pk}/outcome", told).status_code == 422
    call.refresh_from_db()
    assert (call.tries, call.leased_to_id) == (0, None)


def test_others_roles_and_scopes_neither_call_nor_ask(
    make_caller: MakeCaller, call_list: CallList, people: list[Party], item: Item
) -> None:
    call = call_list.calls.order_by("pk")[0]
    wanted = {"customer": people[0].pk, "item": item.pk}
    for caller in (make_caller("technician"), make_caller("agent", scopes=["marketing:write", "customers:write"])):
        assert caller.post(f"/calls/{call.pk}/outcome", {"outcome": "yes"}).status_code == 403
        assert caller.post(f"/call-lists/{call_list.pk}/next").status_code == 403
        assert caller.post("/literature-requests", wanted).status_code == 403
    seller = make_caller("seller")  # whose customers these are not
    assert seller.post(f"/calls/{call.pk}/outcome", {"outcome": "yes"}).status_code == 404
    assert seller.post(f"/call-lists/{call_list.pk}/next").status_code == 204
    assert seller.post("/literature-requests", wanted).status_code == 422
    assert not Request.objects.exists()


def test_literature_is_asked_for_once_and_told_where_to(
    make_caller: MakeCaller, people: list[Party], item: Item
) -> None:
    caller = make_caller("agent", scopes=["literature:write"])
    wanted: dict[str, Any] = {"customer": people[0].pk, "item": item.pk}
    first = caller.post("/literature-requests", wanted, Idempotency_Key="a")
    assert (first.status_code, first.told["new"], first.told["source"]) == (201, True, "api")
    assert caller.post("/literature-requests", wanted, Idempotency_Key="a").told == first.told
    address = {"recipient": "王太太", "address": "中山北路一段 1 號", "city": "台北市", "postcode": "104"}
    second = caller.post("/literature-requests", {**wanted, "quantity": 3, "address": address})
    assert (second.status_code, second.told["new"], second.told["id"], second.told["quantity"]) == (
        200,
        False,
        first.told["id"],
        3,
    )
    held = Request.objects.get()
    assert (held.recipient, held.city, held.asked_by) == ("王太太", "台北市", caller.user)
    assert Event.objects.filter(kind="fulfilment.asked", customer=people[0]).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer": 10**9}, {"item": 10**9}, {"item": "1"}, {"quantity": 0}, {"quantity": 100}, {"address": {"recipient": "x"}},
        {"address": {"recipient": "x", "address": "Main Street 1"}}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_wrong_request_for_literature_is_refused(
    make_caller: MakeCaller, people: list[Party], item: Item, wrong: Any
) -> None:
    caller = make_caller("agent", scopes=["literature:write"])
    assert caller.post("/literature-requests", {"customer": people[0].pk, "item": item.pk} | wrong).status_code == 422
    item.removed_at = clock.now()
    item.save()
    assert caller.post("/literature-requests", {"customer": people[0].pk, "item": item.pk}).status_code == 422
    assert not Request.objects.exists()
