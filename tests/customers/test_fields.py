"""Custom fields: defined on screen, understood in any notation, filtered and sorted by, never destroyed."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.customers import actions, fields
from regulars.customers.models import FieldDefinition, Party, Revision
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry
from regulars.web import resources

pytestmark = pytest.mark.django_db
CARD = [{"label": "Gold", "label_zh": "金卡"}, {"label": "Silver", "label_zh": "銀卡"}]


def define(kind: str, **facts: Any) -> FieldDefinition:
    return actions.define_field(by=None, kind=kind, **({"label": kind.title()} | facts))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", " 一 二 ", "一 二"), ("text", "", None), ("number", "1,250.50", 1250.5), ("number", "１２", 12), ("number", -3, -3),
        ("money", "NT$1,200", 120_000), ("money", 12.5, 1_250), ("date", "2026/3/9", "2026-03-09"), ("date", "2026年3月9日", "2026-03-09"),
        ("yes_no", "是", True), ("yes_no", "NO", False), ("yes_no", False, False), ("link", "example.com/a", "https://example.com/a"),
    ],
)  # fmt: skip
def test_value_is_understood(kind: str, raw: Any, value: Any) -> None:
    assert fields.clean(define(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "many"), ("number", "NaN"), ("number", "1e400"), ("number", True), ("number", ["1"]), ("money", "12 dollars"), ("date", "31/02/2026"),
        ("date", "2026-02-31"), ("yes_no", "perhaps"), ("link", "javascript:alert(1)"), ("link", "https://"), ("text", {"a": 1}), ("text", "x" * 2_001),
    ],
)  # fmt: skip
def test_value_that_does_not_fit_is_refused_with_a_sentence(kind: str, raw: Any) -> None:
    with pytest.raises(UserError, match=kind.title()):
        fields.clean(define(kind), raw)


def test_choice_is_taken_by_its_name_in_either_language() -> None:
    card = define("choice", label="Card", options=CARD)
    assert [fields.clean(card, raw) for raw in ("金卡", "SILVER", "gold")] == ["gold", "silver", "gold"]
    with pytest.raises(UserError, match="Gold, Silver"):
        fields.clean(card, "Platinum")


def test_several_choices_keep_the_order_of_the_list() -> None:
    likes = define("choices", options=[{"label": "Tea"}, {"label_zh": "咖啡"}])
    assert fields.clean(likes, "咖啡、tea") == ["tea", "option"]


def test_field_filters_and_sorts_the_list_on_this_database(make_user: Any) -> None:
    owner = make_user()
    seats = define("number", label="Seats")
    held = {
        name: actions.create_party(by=owner, name=name, kind="organisation", custom={"seats": n})
        for name, n in (("Alpha", 5), ("Bravo", 40), ("Charlie", 7))
    }
    actions.create_party(by=owner, name="Delta", kind="organisation")
    client = Client()
    client.force_login(owner)
    page = client.get("/customers/?own_seats=6..&sort=-own_seats&cols=name,own_seats").content.decode()
    assert page.index(">Bravo<") < page.index(">Charlie<")
    assert ">Alpha<" not in page
    assert ">Delta<" not in page
    column = resources.get("customers").by_key["own_seats"]
    assert column.of(held["Alpha"]) == 5
    actions.retire_field(field=seats, by=owner)
    assert "own_seats" not in resources.get("customers").by_key
    held["Alpha"].refresh_from_db()
    assert held["Alpha"].custom == {"seats": 5}


@pytest.mark.parametrize(
    ("kind", "value", "query", "other"),
    [
        ("text", "red wine", "wine", "beer"), ("date", "2026-03-09", "2026-03-01..2026-03-31", "2026-04-01"), ("money", "1200", "1000..1300", "900"),
        ("yes_no", "yes", "1", "no"), ("choice", "gold", "gold", "silver"), ("choices", ["gold", "silver"], "gold", ["silver"]), ("link", "a.example.com", "a.ex", "b.example.com"),
    ],
)  # fmt: skip
def test_every_kind_filters_and_sorts(make_user: Any, kind: str, value: Any, query: str, other: Any) -> None:
    owner = make_user()
    define(kind, label="Own", options=CARD if kind.startswith("choice") else ())
    actions.create_party(by=owner, name="Found", custom={"own": value})
    actions.create_party(by=owner, name="Other", custom={"own": other})
    client = Client()
    client.force_login(owner)
    page = client.get(f"/customers/?own_own={query}&cols=name,own_own").content.decode()
    assert ">Found<" in page
    assert ">Other<" not in page
    assert client.get("/customers/?sort=own_own&cols=name,own_own").status_code == 200


def test_filter_uses_the_index_of_the_field() -> None:
    define("text", label="Shelf")
    sql, parameters = (
        Party.objects.alias(own=fields.OwnValue(FieldDefinition.objects.get()))
        .filter(own="a7")
        .values("pk")
        .query.sql_with_params()
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql, parameters)
        plan = str(cursor.fetchall())
    assert "party_own_" in plan


def test_change_keeps_history_and_cleans(make_user: Any) -> None:
    owner = make_user()
    define("number", label="Seats")
    party = actions.create_party(by=owner, name="A", custom={"seats": "4"})
    actions.change_party(party=party, changes={"custom.seats": "1,000"}, by=owner)
    assert party.custom == {"seats": 1000}
    revision = Revision.objects.latest("pk")
    assert (revision.before, revision.after) == ({"custom": {"seats": 4}}, {"custom": {"seats": 1000}})
    with pytest.raises(UserError, match="is not a number"):
        actions.change_party(party=party, changes={"custom.seats": "many"}, by=owner)


def test_required_field_is_asked_of_a_new_customer_but_not_of_a_feed(make_user: Any) -> None:
    define("text", label="Guide", required=True, applies_to=["person"])
    with pytest.raises(UserError, match="Guide cannot be empty"):
        actions.create_party(by=make_user(), name="A", custom={})
    assert actions.create_party(by=None, name="A").custom == {}
    assert actions.create_party(by=None, name="A", kind="organisation", custom={}).custom == {}


def test_option_that_customers_have_stays() -> None:
    card = define("choice", label="Card", options=CARD)
    actions.create_party(by=None, name="A", custom={"card": "gold"})
    with pytest.raises(UserError, match="1 customers have it"):
        actions.change_field(field=card, changes={"options": [{"label": "Silver"}]}, by=None)
    renamed = actions.change_field(field=card, changes={"options": [{"value": "gold", "label": "Golden"}]}, by=None)
    assert fields.option_label(renamed, "gold") == "Golden"


def test_column_kept_by_an_import_becomes_a_field() -> None:
    fits = Party.objects.create(name="A", custom={"會員等級": "3", "x": "y"})
    odd = Party.objects.create(name="B", custom={"會員等級": "none"})
    made = actions.define_field(by=None, kind="number", label_zh="會員等級", adopt="會員等級")
    fits.refresh_from_db()
    odd.refresh_from_db()
    assert fits.custom == {"x": "y", made.key: 3}
    assert odd.custom == {"會員等級": "none"}


@pytest.mark.parametrize("key", ["", "1st", "a-b", "a'; DROP TABLE x; --", "A", "a" * 41])
def test_key_is_plain(key: str) -> None:
    with pytest.raises(ValueError, match="not the key"):
        fields.value_sql("sqlite", key, "text")
    if key:
        with pytest.raises(UserError, match="key"):
            define("text", key=key)


def test_screen_makes_changes_and_retires_a_field(make_user: Any) -> None:
    client = Client()
    client.force_login(make_user())
    told = {
        "label": "Card",
        "label_zh": "卡別",
        "kind": "choice",
        "options": "Gold | 金卡\n銀卡",
        "applies_to": ["person"],
        "filterable": "on",
    }
    assert client.post("/settings/fields/new/", told).status_code == 302
    made = FieldDefinition.objects.get()
    assert made.options == [
        {"value": "gold", "label": "Gold", "label_zh": "金卡"},
        {"value": "option", "label": "", "label_zh": "銀卡"},
    ]
    assert made.applies_to == ["person"]
    assert AuditEntry.objects.filter(action="customers.field_defined").count() == 1
    assert "Card" in client.get("/settings/fields/").content.decode()
    assert client.post(f"/settings/fields/{made.pk}/", told | {"label": "Tier"}).status_code == 302
    assert "Tier" in client.get("/customers/new/").content.decode()
    created = client.post(
        "/customers/new/",
        {"kind": "person", "family_name": "王", "given_name": "小明", "role": "prospect", "own_card": "gold"},
    )
    assert created.status_code == 302
    assert Party.objects.get(name="王小明").custom == {"card": "gold"}
    client.post(f"/settings/fields/{made.pk}/retire/")
    assert "own_card" not in client.get("/customers/new/").content.decode()


@pytest.mark.parametrize("role", ["manager", "marketer", "seller", "agent", "analyst", "technician"])
def test_only_who_manages_settings_defines_fields(make_user: Any, role: str) -> None:
    client = Client()
    client.force_login(make_user(role=role))
    assert client.get("/settings/fields/").status_code == 403
    assert client.post("/settings/fields/new/", {"label": "X", "kind": "text"}).status_code == 403
    assert not FieldDefinition.objects.exists()


def test_names_in_hostile_dress_are_shown_as_text(make_user: Any) -> None:
    owner = make_user()
    define("text", label="<script>alert(1)</script>")
    client = Client()
    client.force_login(owner)
    for path in ("/settings/fields/", "/customers/new/", "/customers/?cols=name"):
        assert "<script>alert" not in client.get(path).content.decode()


def test_within_one_request_the_fields_are_read_once(rf):
    from django.http import HttpResponse

    from regulars.customers.middleware import fields_once

    def page(_request):
        for _ in range(3):
            fields.active()
        return HttpResponse()

    with CaptureQueriesContext(connection) as within:
        fields_once(page)(rf.get("/"))
    assert len(within) == 1
    with CaptureQueriesContext(connection) as outside:
        page(None)
    assert len(outside) == 3
