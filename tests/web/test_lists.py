"""The generic list: what the URL says is what the page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.staff.models import User
from regulars.web.listing import paging, state
from regulars.web.listing.state import State
from regulars.web.resources import Column, Filter, Resource

HTMX = {"headers": {"HX-Request": "true"}}
SignIn = Callable[..., Client]


def read(query: str, user: Any = None) -> State:
    from django.http import QueryDict

    from tests.web.people import PEOPLE

    return state.read(PEOPLE, QueryDict(query), user)


def names(query: str, user: Any = None) -> list[str]:
    return [row.name for row in paging.page(read(query, user), user).rows]


def test_list_shows_a_page_and_loads_the_rest_by_key(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    client = sign_in()
    seen: list[str] = []
    query = "?"
    while query:
        answer = client.get(f"/people/{query}", **(HTMX if seen else {}))
        screen = answer.context["screen"]
        seen += [str(row.pk) for row in screen.page.rows]
        query = screen.next_query
        assert len(screen.page.rows) <= people.page_size
    assert len(seen) == len(set(seen)) == User.objects.count()


@pytest.mark.parametrize(
    ("sort", "expected"), [("name", "Name 0"), ("-name", "Name 6"), ("-team", "West"), ("team", "East")]
)
def test_list_sorts_by_its_columns(crowd: list[User], sort: str, expected: str) -> None:
    first = paging.page(read(f"sort={sort}"), None).rows[0]
    assert expected in {first.name, first.team_name}


def test_unknown_words_of_the_url_are_left_out(people: Resource) -> None:
    told = read("sort=nothing&cols=nothing,worth&role=king&worth=much&joined=soon&after=broken&active=maybe")
    assert (told.sort, told.cols, told.narrowings, told.after) == ("", ("worth",), (), None)
    assert set(told.ignored) == {"role", "worth", "joined", "active"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("role=seller", 20), ("role=seller,agent", 40), ("role=seller&role=agent", 40), ("active=0", 10), ("active=1&role=seller", 20),
        ("worth=6..6", 40), ("worth=7..", 0), ("worth-from=1&worth-to=5.99", 0), ("called=ame+3", 6), ("q=NAME+3", 6),
        ("joined=last7", 40), ("joined=..2001-01-01", 0), ("joined=2001-01-01..", 40),
    ],
)  # fmt: skip
def test_filters_narrow(crowd: list[User], query: str, expected: int) -> None:
    assert paging.count(read(query), None).number == expected


def test_day_of_a_date_filter_is_the_company_s_day(crowd: list[User]) -> None:
    from datetime import UTC, datetime

    just_after_midnight_in_taipei = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    User.objects.filter(pk=crowd[0].pk).update(created_at=just_after_midnight_in_taipei)
    assert paging.count(read("joined=2026-03-02..2026-03-02"), None).number == 1
    assert paging.count(read("joined=2026-03-01..2026-03-01"), None).number == 0


@pytest.mark.parametrize(
    ("large", "cap", "most", "said"),
    [(1, 39, 50, "39+"), (1, 40, 50, "40"), (10**9, 5, 39, "39+"), (10**9, 5, 40, "40")],
)
def test_count_stops_at_its_cap_and_sooner_in_a_large_table(
    crowd: list[User], monkeypatch: pytest.MonkeyPatch, large: int, cap: int, most: int, said: str
) -> None:
    for name, value in (("LARGE", large), ("LARGE_CAP", cap), ("COUNT_CAP", most)):
        monkeypatch.setattr(paging, name, value)
    assert str(paging.count(read(""), None)) == said


def test_rows_found_by_the_count_are_the_page_and_the_totals(crowd: list[User]) -> None:
    told = read("role=seller")
    counted = paging.count(told, None)
    assert counted.pks is not None
    assert paging.page(told, None, counted).rows == paging.page(told, None).rows
    assert paging.totals(told, None, counted) == paging.totals(told, None)


def test_totals_add_up_the_whole_view_in_one_query(crowd: list[User]) -> None:
    told = read("role=seller")
    with CaptureQueriesContext(connection) as captured:
        totals = paging.totals(told, None)
    assert totals == {"worth": "NT$120"}
    assert len(captured) == 1


def test_address_of_a_list_survives_there_and_back(people: Resource) -> None:
    told = read("q=chen&role=agent,seller&worth=1..&sort=-worth&cols=name,email&view=4")
    again = read(told.query().removeprefix("?"))
    assert again == told
    assert again.query(sort="name", role="") == "?q=chen&worth=1..&sort=name&cols=name,email&view=4"


def test_first_column_is_always_there(people: Resource) -> None:
    assert [column.key for column in read("cols=worth").columns] == ["name", "worth"]


def test_neighbours_follow_the_view(crowd: list[User]) -> None:
    told = read("role=seller&sort=-team")
    told_rows = list(paging.page(told, None).rows)
    middle = paging.neighbours(told, None, told_rows[4].pk)
    assert (middle.previous, middle.next) == (told_rows[3].pk, told_rows[5].pk)
    assert paging.neighbours(told, None, told_rows[0].pk).previous is None
    outside = next(user for user in crowd if user.role == "agent")
    assert paging.neighbours(told, None, outside.pk) == paging.Neighbours()


def test_slide_over_has_its_own_address(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    client = sign_in()
    row = crowd[3]
    page = client.get(f"/people/?open={row.pk}").content.decode()
    part = client.get(f"/people/?open={row.pk}&part=panel", **HTMX).content.decode()
    assert f'data-full="/full/{row.pk}/"' in page
    assert "<html" in page
    assert "<html" not in part
    assert f'data-pk="{row.pk}"' in part


def test_slide_over_of_a_row_nobody_may_see_is_not_there(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    hidden = User.objects.create(username="hidden-one", name="Hidden", role="agent")
    client = sign_in()
    assert client.get(f"/people/?open={hidden.pk}").status_code == 404
    assert client.get("/people/?open=nonsense").status_code == 404
    assert "Hidden" not in client.get("/people/?q=hidden").content.decode()
    elsewhere = sign_in(role="marketer")  # who does not manage staff, and so finds no users as such
    assert "Hidden" not in elsewhere.get("/palette/?q=hidden").content.decode()


def test_list_is_refused_without_the_rule(people: Resource, sign_in: SignIn) -> None:
    import dataclasses

    from regulars.web import resources

    resources.unregister("people")
    resources.register(dataclasses.replace(people, rule="settings.manage"))
    assert sign_in("seller").get("/people/").status_code == 403
    assert sign_in("owner").get("/people/").status_code == 200


def test_list_asks_as_often_for_one_row_as_for_many(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    client.get("/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/people/?sort=-team")
    User.objects.bulk_create(User(username=f"more-{n}", name=f"More {n}", role="agent") for n in range(300))
    with CaptureQueriesContext(connection) as many:
        client.get("/people/?sort=-team")
    assert (
        len(many) == len(few) <= 11
    )  # one counts what waits in the inbox, one is for whoever is in no team and comes last


@pytest.mark.parametrize(
    "part", ["rows", "totals", "list", "filter&filter=role", "filter&filter=joined", "filter&filter=worth"]
)
def test_parts_of_the_page_come_alone(people: Resource, sign_in: SignIn, crowd: list[User], part: str) -> None:
    answer = sign_in().get(f"/people/?part={part}", **HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_narrowed_list_without_rows_says_how_to_widen_it(people: Resource, sign_in: SignIn) -> None:
    assert "Nothing matches these filters." in sign_in().get("/people/?q=zzz").content.decode()


def test_bulk_action_asks_then_acts_then_is_taken_back(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    client = sign_in("manager")
    picked = [str(crowd[1].pk), str(crowd[3].pk)]
    asked = client.post("/people/bulk/role/", {"pk": picked}, **HTMX)
    assert asked.status_code == 200
    assert b'name="role"' in asked.content
    assert (
        client.post("/people/bulk/role/", {"pk": picked, "confirmed": "1", "role": "king"}, **HTMX).status_code == 422
    )
    done = client.post("/people/bulk/role/", {"pk": picked, "confirmed": "1", "role": "analyst"}, **HTMX)
    assert done.headers["HX-Refresh"] == "true"
    assert User.objects.filter(role="analyst").count() == 2
    (toast,) = client.get("/people/").context["frame"].toasts()
    assert toast["text"] == "2 changed"
    client.post("/undo/", {"token": toast["undo"]}, **HTMX)
    assert User.objects.filter(role="analyst").count() == 0
    assert client.get("/people/").context["frame"].toasts()[0]["text"] == "Roles are back"


def test_bulk_action_on_the_whole_view_touches_only_the_view(
    people: Resource, sign_in: SignIn, crowd: list[User]
) -> None:
    data = {"scope": "view", "confirmed": "1", "role": "analyst"}
    sign_in("manager").post("/people/bulk/role/?role=seller&active=1", data, **HTMX)
    assert User.objects.filter(role="analyst").count() == 20
    assert User.objects.filter(role="seller").count() == 0


def test_bulk_action_is_refused_without_its_rule(people: Resource, sign_in: SignIn, crowd: list[User]) -> None:
    client = sign_in("agent")
    assert (
        client.post("/people/bulk/role/", {"pk": [crowd[0].pk], "confirmed": "1", "role": "owner"}).status_code == 403
    )
    assert client.post("/people/bulk/nothing/", {"pk": [crowd[0].pk]}).status_code == 404
    assert "Change role" not in client.get("/people/").content.decode()


def test_bulk_action_cannot_reach_rows_out_of_sight(people: Resource, sign_in: SignIn) -> None:
    hidden = User.objects.create(username="hidden-two", name="Hidden", role="agent")
    sign_in("manager").post("/people/bulk/role/", {"pk": [hidden.pk], "confirmed": "1", "role": "owner"}, **HTMX)
    hidden.refresh_from_db()
    assert hidden.role == "agent"


def test_resource_refuses_a_column_twice_and_reserved_filters(people: Resource) -> None:
    with pytest.raises(ValueError, match="two columns"):
        Resource("x", "X", people.queryset, (Column("a", "A"), Column("a", "B")))
    with pytest.raises(ValueError, match="words of the list itself"):
        Resource("x", "X", people.queryset, (Column("a", "A"),), filters=(Filter("sort", "Sort"),))
    with pytest.raises(ValueError, match="does not have"):
        Resource("x", "X", people.queryset, (Column("a", "A"),), default_sort="-b")
