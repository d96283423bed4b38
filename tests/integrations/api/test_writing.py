"""What a program writes: once, with versions, refused in one shape, whatever it is sent."""

import json
from typing import Any

import pytest
from django.test import Client

from regulars.commerce.models import Order
from regulars.customers.models import CustomerSummary, Event, Party
from regulars.integrations.api.idempotency import ABANDONED_AFTER
from regulars.integrations.api.models import KeptAnswer
from regulars.kit import clock
from regulars.staff.models import AuditEntry
from tests.integrations.api.conftest import Caller, MakeCaller

pytestmark = pytest.mark.django_db
CALL = "channels.call_logged"


@pytest.fixture
def customer(owner: Caller) -> int:
    point = {"kind": "mobile", "value": "0912-345-678"}
    number = {"system": "shop", "external_id": "C1"}
    made = owner.post("/customers", {"name": "王小明", "contact_points": [point], "identifiers": [number]})
    assert made.status_code == 201
    return int(made.told["id"])


def test_entry_is_added_once_per_source(owner: Caller, customer: int) -> None:
    entry = {
        "customer": customer,
        "kind": CALL,
        "source": "pbx",
        "source_key": "77",
        "text": "He called",
        "amount": 1_200,
    }
    first, second = owner.post("/timeline", entry), owner.post("/timeline", entry)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.told["id"] == second.told["id"]
    event = Event.objects.get(source="pbx")
    assert (event.body.text, event.amount, event.currency, event.channel) == ("He called", 1_200, "TWD", "phone")
    assert CustomerSummary.objects.get(party=customer).last_contact_channel == "phone"


def test_entry_finds_its_customer_by_the_number_of_another_system(owner: Caller, customer: int) -> None:
    entry = {"identifier": {"system": "shop", "external_id": "C1"}, "kind": "shop.cart_left"}
    assert owner.post("/timeline", entry).status_code == 201
    assert Event.objects.get(kind="shop.cart_left").customer_id == customer
    entry["identifier"] = {"system": "shop", "external_id": "C2"}
    assert owner.post("/timeline", entry).told["errors"][0]["pointer"] == "/identifier"


def test_many_entries_are_written_all_or_none(owner: Caller, customer: int) -> None:
    good = [{"customer": customer, "kind": CALL, "source": "pbx", "source_key": str(n)} for n in range(1_000)]
    told = owner.post("/timeline/bulk", {"entries": good}).told
    assert (told["added"], told["known"], len(told["entries"])) == (1_000, 0, 1_000)
    assert owner.post("/timeline/bulk", {"entries": good}).told["known"] == 1_000
    bad = [
        {"customer": customer, "kind": CALL},
        {"customer": 999, "kind": CALL},
        {"customer": customer, "kind": "commerce.order_placed"},
    ]
    answer = owner.post("/timeline/bulk", {"entries": bad})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.told["errors"]] == ["/entries/1/customer", "/entries/2/kind"]
    assert Event.objects.filter(kind=CALL).count() == 1_000
    assert owner.post("/timeline/bulk", {"entries": [*good, good[0]]}).status_code == 422


def test_kinds_that_tell_of_the_products_own_acts_cannot_be_forged(owner: Caller, customer: int) -> None:
    for kind in ("customers.merged", "commerce.order_placed", "staff.signed_in"):
        assert owner.post("/timeline", {"customer": customer, "kind": kind}).status_code == 422


def test_timeline_is_read_page_by_page(owner: Caller, customer: int) -> None:
    entries = [{"customer": customer, "kind": "shop.seen", "source": "s", "source_key": str(n)} for n in range(25)]
    owner.post("/timeline/bulk", {"entries": entries})
    seen, path = [], f"/customers/{customer}/timeline?limit=10"
    while path:
        page = owner.get(path.removeprefix("/api/v1"))
        assert page.status_code == 200
        seen += [one["id"] for one in page.told["items"]]
        path = page.told["next"]
    assert len(seen) == len(set(seen)) == Event.objects.filter(customer=customer).count()


def test_list_is_read_page_by_page_in_any_order(owner: Caller) -> None:
    for name in ("丙", "甲", "乙", "丁"):
        owner.post("/customers", {"name": name})
    for sort in ("name", "-created", "revenue_12m"):
        names, path = [], f"/customers?limit=1&sort={sort}&fields=name"
        while path:
            page = owner.get(path.removeprefix("/api/v1")).told
            names += [one["name"] for one in page["items"]]
            path = page["next"]
        assert sorted(names) == sorted(["丙", "甲", "乙", "丁"])


def test_cursor_that_is_forged_or_of_another_order_is_refused(owner: Caller) -> None:
    for name in ("甲", "乙"):
        owner.post("/customers", {"name": name})
    cursor = owner.get("/customers?limit=1&sort=name").told["next"].partition("after=")[2]
    assert owner.get(f"/customers?limit=1&sort=name&after={cursor}").status_code == 200
    for query in (f"sort=created&after={cursor}", f"sort=name&after={cursor[:-1]}x", "sort=name&after=W10"):
        answer = owner.get(f"/customers?limit=1&{query}")
        assert (answer.status_code, answer.told["errors"][0]["pointer"]) == (422, "#query/after")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=²", "sort=nothing", "nothing=1", "stage=nothing", "fields=nothing", "count=1", "created=0001-01-01..9999-12-31", "revenue_12m=a..b", "q=" + "x" * 201, "relation=²"]
)  # fmt: skip
def test_parameter_that_means_nothing_is_refused(query: str, owner: Caller) -> None:
    answer = owner.get(f"/customers?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.told["errors"][0]["pointer"].startswith("#query/")


def test_customer_is_changed_under_its_version(owner: Caller, customer: int) -> None:
    read = owner.get(f"/customers/{customer}")
    assert read.headers["ETag"] == '"1"'
    changed = owner.patch(f"/customers/{customer}", {"city": "臺北市"}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    late = owner.patch(f"/customers/{customer}", {"city": "高雄市"}, If_Match='"1"')
    assert (late.status_code, late.told["title"]) == (412, "Precondition Failed")
    conflict = owner.patch(f"/customers/{customer}", {"city": "高雄市", "version": 1})
    assert conflict.status_code == 409
    other_field = owner.patch(f"/customers/{customer}", {"industry": "Tea", "version": 1})
    assert other_field.status_code == 200
    assert owner.patch(f"/customers/{customer}", {"city": "x"}, If_Match="nonsense").status_code == 400
    assert Party.objects.get(pk=customer).city == "臺北市"


def test_idempotency_key_answers_twice_and_does_once(owner: Caller, make_caller: MakeCaller) -> None:
    body = {"name": "陳大文"}
    first = owner.post("/customers", body, Idempotency_Key="k")
    second = owner.post("/customers", body, Idempotency_Key="k")
    assert (first.status_code, first.told["id"]) == (second.status_code, second.told["id"])
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert owner.post("/customers", {"name": "別人"}, Idempotency_Key="k").status_code == 422
    assert owner.post("/products", {"code": "x"}, Idempotency_Key="k").status_code == 422
    assert Party.objects.filter(name="陳大文").count() == 1
    assert make_caller().post("/customers", body, Idempotency_Key="k").status_code == 201
    for key in ("", "x" * 256, "é"):
        assert owner.post("/customers", body, Idempotency_Key=key).status_code == 422


def test_second_request_meanwhile_is_told_to_wait_and_one_that_died_is_taken_over(owner: Caller) -> None:
    body = {"name": "陳大文"}
    assert owner.post("/customers", body, Idempotency_Key="k").status_code == 201
    KeptAnswer.objects.update(status=None, body="")  # as if the first were still under way
    waiting = owner.post("/customers", body, Idempotency_Key="k")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")
    KeptAnswer.objects.update(claimed_at=clock.now() - ABANDONED_AFTER * 2)
    assert owner.post("/customers", body, Idempotency_Key="k").status_code == 201


def test_refusal_is_repeated_and_leaves_nothing(owner: Caller) -> None:
    body = {"name": "林美麗", "contact_points": [{"kind": "email", "value": "nonsense"}]}
    first = owner.post("/customers", body, Idempotency_Key="k")
    second = owner.post("/customers", body, Idempotency_Key="k")
    assert first.status_code == second.status_code == 422
    assert second.headers["Idempotency-Replayed"] == "true"
    assert not Party.objects.filter(name="林美麗").exists()


def test_order_is_recorded_once_and_counts(owner: Caller, customer: int) -> None:
    owner.post("/products", {"code": "T1", "name": "Tea", "price": 30_000})
    order = {
        "source": "shop", "number": "A1", "customer": customer, "ordered_at": "2026-01-02T03:04:05+08:00",
        "lines": [{"product": "T1", "quantity": 2, "amount": 60_000}, {"kind": "fee", "amount": 6_000, "description": "Postage"}],
    }  # fmt: skip
    first, second = owner.post("/orders", order), owner.post("/orders", order)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.told["amount"] == {"amount": 66_000, "currency": "TWD"}
    summary = CustomerSummary.objects.get(party=customer)
    assert (summary.orders, summary.revenue) == (1, 66_000)
    back = {
        "source": "shop",
        "number": "R1",
        "order": "A1",
        "returned_at": "2026-01-05T00:00:00Z",
        "lines": [{"product": "T1", "amount": 30_000}],
    }
    assert owner.post("/returns", back).told["amount"]["amount"] == -30_000
    assert CustomerSummary.objects.get(party=customer).revenue == 36_000
    assert owner.post(f"/orders/{first.told['id']}/cancel").told["state"] == "cancelled"
    assert CustomerSummary.objects.get(party=customer).orders == 0
    assert (
        owner.post("/orders", {**order, "number": "A2", "lines": [{"product": "none", "amount": 1}]}).status_code == 422
    )
    assert not Order.objects.filter(number="A2").exists()


def test_records_are_merged_and_taken_apart(owner: Caller, customer: int) -> None:
    other = owner.post("/customers", {"name": "王小明"}).told["id"]
    merged = owner.post(f"/customers/{customer}/merge", {"loser": other})
    assert merged.status_code == 200
    assert owner.get(f"/customers/{other}").status_code == 404
    entry = owner.post("/timeline", {"customer": other, "kind": CALL})
    assert Event.objects.get(pk=entry.told["id"]).customer_id == customer
    assert AuditEntry.objects.get(action="customers.merged").by_token.endswith("test")
    assert owner.post(f"/merges/{merged.told['id']}/undo", {}).status_code == 200
    assert owner.get(f"/customers/{other}").status_code == 200


def test_file_is_sent_looked_at_and_forgotten(owner: Caller) -> None:
    sent = owner(
        "POST",
        "/imports?name=orders.csv",
        b"number,customer,date,amount\nA1,C1,2026-01-02,100\n",
        Content_Type="text/csv",
    )
    assert (sent.status_code, sent.told["columns"]) == (201, ["number", "customer", "date", "amount"])
    assert owner("POST", "/imports?name=a.csv", b"{}", Content_Type="application/json").status_code == 415
    assert owner("DELETE", f"/imports/{sent.told['id']}").status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"{", 400), (b"\xff\xfe", 400), (b'{"name": "\\u0000"}', 400), (b'{"name": "\\ud800"}', 400), (b'"x"', 422),
        (b"[" * 100_000, 400), (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400), (b'{"name": NaN}', 400), (b"1" * 10_000, 400), (b'{"owner": ' + b"9" * 400 + b"}", 422),
        (b'{"name": 1}', 422), (b'{"nonsense": 1, "name": "x"}', 422), (b'{"name": "x", "birth_date": "2026-02-30"}', 422), (b'{"name": "x", "owner": true}', 422),
    ],
)  # fmt: skip
def test_hostile_body_is_refused_in_one_shape(body: bytes, status: int, owner: Caller) -> None:
    answer = owner("POST", "/customers", body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.told["status"] == status
    assert answer.told["detail"]


def test_other_ways_of_going_wrong_have_the_same_shape(owner: Caller) -> None:
    found = {
        owner.get("/nothing").status_code, owner("PUT", "/customers", {}).status_code, owner("TRACE", "/me").status_code,
        owner("POST", "/customers", b"name=x", Content_Type="application/x-www-form-urlencoded").status_code,
        owner.get(f"/customers/{10**30}").status_code, owner.get("/customers/0").status_code, owner.get("/customers?q=%00").status_code,
        owner.get("/customers/1/../../admin").status_code, owner("POST", "/customers", b" " * 5_300_000).status_code,
    }  # fmt: skip
    assert found == {404, 405, 415, 422, 400, 413}
    answer = Client().get("/api/v2/customers")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_refusals_are_said_in_the_language_asked_for(owner: Caller) -> None:
    assert "權杖" in owner.get("/nothing", Accept_Language="zh-TW").told["detail"]
    assert "token" in owner.get("/nothing").told["detail"]


def test_answers_are_kept_by_no_cache_and_run_nothing(owner: Caller) -> None:
    headers = owner.get("/customers").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_custom_field_is_a_field_a_filter_and_a_value(owner: Caller, customer: int) -> None:
    assert owner.post("/fields", {"label": "Shoe size", "kind": "number", "key": "shoe"}).status_code == 201
    assert owner.patch(f"/customers/{customer}", {"custom": {"shoe": 42}}).status_code == 200
    assert owner.get(f"/customers/{customer}").told["custom"] == {"shoe": 42}
    schema = json.dumps(owner.get("/openapi.json").told["paths"]["/api/v1/customers"]["get"])
    assert "Shoe size" in schema


def test_every_resource_is_in_the_schema(owner: Caller) -> None:
    from regulars.web import resources

    paths = owner.get("/openapi.json").told["paths"]
    for resource in resources.all():
        assert "get" in paths[f"/api/v1/{resource.key}"], resource.key
        assert "get" in paths[f"/api/v1/{resource.key}/{{id}}"], resource.key
    told = {one.get("name") for one in paths["/api/v1/customers"]["get"]["parameters"]}
    assert told >= {
        "limit",
        "after",
        "sort",
        "fields",
        "q",
        "count",
        *(one.key for one in resources.get("customers").filters),
    }


def test_schema_is_of_the_version_it_says(owner: Caller) -> None:
    told: dict[str, Any] = owner.get("/openapi.json").told
    assert told["openapi"].startswith("3.1")
    assert told["components"]["responses"]["conflict"]["content"].keys() == {"application/problem+json"}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"], f"{method} {path}"
            assert operation.get("description"), f"{method} {path} says nothing"
