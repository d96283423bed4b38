"""Segments on screen: written in sentences, counted while one types, opened as a list; nobody sees whom they may not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Party
from regulars.kit import clock
from regulars.marketing.segments import editing
from regulars.marketing.segments.models import Segment
from regulars.staff.models import Team
from tests.marketing.segments.conftest import all_of, any_of, event, fact, follow, none_of

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Gone", "note": "", "match": "all", "line": ["0", "4"],
    "0.is": "is_stage", "0.group": "main", "0.value": ["divorce"],
    "4.is": "event", "4.group": "except", "4.kind": "commerce.order_placed", "4.measure": "at_least", "4.times": "1", "4.days": "30",
}  # fmt: skip


@pytest.fixture
def client(owner: Any) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_segment_is_made_from_the_form_and_opened_as_a_list(client: Client, people: dict[str, Party]) -> None:
    CustomerSummary.objects.filter(party=people["王小明"]).update(stage="divorce")
    answer = client.post("/segments/new/", FORM)
    segment = Segment.objects.get()
    assert answer.headers["Location"] == f"/segments/{segment.pk}/"
    assert segment.rule == all_of({"match": "all", "parts": [fact("stage", "divorce")]}, none_of(event(days="30")))
    follow()
    page = client.get(f"/segments/{segment.pk}/").content.decode()
    assert "王小明" in page
    assert "陳大文" not in page
    assert "the rule was made or changed" in page
    listed = client.get(f"/customers/?segment={segment.pk}").content.decode()
    assert "王小明" in listed
    assert "陳大文" not in listed
    assert "Gone" in client.get("/segments/").content.decode()


def test_draft_counts_and_shows_whom_it_finds_before_it_is_kept(client: Client, people: dict[str, Party]) -> None:
    CustomerSummary.objects.filter(party__in=[people["王小明"].pk, people["林美玉"].pk]).update(stage="divorce")
    live = client.post("/segments/draft/", FORM).content.decode()
    assert '<strong class="num">2</strong>' in live
    assert "林美玉" in live
    missing = client.post("/segments/draft/", {**FORM, "0.value": []}).content.decode()
    assert "please choose" in missing
    assert not Segment.objects.exists()


def test_editor_adds_and_drops_lines(client: Client) -> None:
    longer = client.post("/segments/draft/", {**FORM, "part": "lines", "add": "main"}).content.decode()
    assert longer.count('name="line"') == 3
    shorter = client.post("/segments/draft/", {**FORM, "part": "lines", "drop": "4"}).content.decode()
    assert shorter.count('name="line"') == 1
    amount = client.post("/segments/draft/", {**FORM, "part": "lines", "4.measure": "sum_at_least"}).content.decode()
    assert 'name="4.amount"' in amount
    assert 'name="4.times"' not in amount


def test_line_that_asks_something_else_begins_afresh(client: Client) -> None:
    told = {**FORM, "part": "lines", "0.is": "is_complaint"}
    answer = client.post("/segments/draft/", told, headers={"HX-Trigger-Name": "0.is"}).content.decode()
    assert "Open complaint: yes" in answer
    answer = client.post(
        "/segments/draft/", {**told, "0.is": "event"}, headers={"HX-Trigger-Name": "0.is"}
    ).content.decode()
    assert "Order: at least once in the last 90 days" in answer


def test_form_that_makes_no_sense_comes_back_as_it_was(client: Client) -> None:
    answer = client.post("/segments/new/", {**FORM, "4.days": "soon", "note": "keep this"})
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "whole number" in told
    assert "keep this" in told
    assert 'value="soon"' in told


@pytest.mark.parametrize("rule", [
    all_of(fact("stage", "divorce")),
    any_of(fact("stage", "divorce"), event()),
    all_of(any_of(fact("stage", "divorce"), event()), none_of(event("never"))),
    all_of(fact("orders", "2.."), event(), none_of(fact("stage", "divorce"))),
])  # fmt: skip
def test_editor_says_again_what_was_kept(rule: dict[str, Any]) -> None:
    draft = editing.of_rule(rule)
    assert editing.of_rule(draft.rule()) == draft
    assert {str(leaf.node) for leaf in draft.lines} == {str(one) for one in _leaves(rule)}


def _leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node] if "is" in node else [leaf for part in node["parts"] for leaf in _leaves(part)]


def test_narrowed_list_becomes_a_draft_and_says_what_cannot(client: Client, people: dict[str, Party]) -> None:
    query = "stage=divorce,recovery&orders=2..&owner=me&ordered_in=2026-01"
    assert f"/segments/new/?{query.split('&', maxsplit=1)[0]}" in client.get(f"/customers/?{query}").content.decode()
    page = client.get(f"/segments/new/?{query}").content.decode()
    assert page.count('name="line"') == 3
    assert "cannot follow it: Ordered in" in page
    assert 'value="recovery" checked' in page


def test_change_and_remove_by_the_page(client: Client, people: dict[str, Party], make: Callable[..., Segment]) -> None:
    segment = make(all_of(fact("stage", "recruit")), "New")
    page = client.get(f"/segments/{segment.pk}/edit/").content.decode()
    assert 'value="New"' in page
    changed = {**FORM, "version": str(segment.version), "name": "Changed"}
    assert client.post(f"/segments/{segment.pk}/edit/", changed).status_code == 302
    assert client.post(f"/segments/{segment.pk}/edit/", changed).status_code == 422
    segment.refresh_from_db()
    assert (segment.name, segment.version) == ("Changed", 2)
    client.post(f"/segments/{segment.pk}/remove/")
    assert client.get(f"/segments/{segment.pk}/").status_code == 404


def test_page_tells_who_was_in_it_on_a_day(
    client: Client, people: dict[str, Party], make: Callable[..., Segment]
) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=5)):
        segment = make(all_of(fact("stage", "recruit")))
    CustomerSummary.objects.filter(party=people["王小明"]).update(stage="divorce")
    follow()
    days = [timezone.localdate(clock.now() - timedelta(days=ago)).isoformat() for ago in (0, 2, 9)]
    today, before, long_ago = (client.get(f"/segments/{segment.pk}/?on={day}").content.decode() for day in days)
    assert "2 customers were in it" in today
    assert "3 customers were in it" in before
    assert "nothing is known" in long_ago


def test_list_of_customers_shows_who_was_in_it_on_a_day(
    client: Client, make_user: Callable[..., Any], people: dict[str, Party], make: Callable[..., Segment]
) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=5)):
        segment = make(all_of(fact("stage", "recruit")))
    CustomerSummary.objects.filter(party=people["王小明"]).update(stage="divorce")
    follow()
    days = [timezone.localdate(clock.now() - timedelta(days=ago)).isoformat() for ago in (0, 2)]
    assert (
        f"/customers/?was_in={segment.pk}@{days[1]}"
        in client.get(f"/segments/{segment.pk}/?on={days[1]}").content.decode()
    )
    today, before = (client.get(f"/customers/?was_in={segment.pk}@{day}").content.decode() for day in days)
    assert "王小明" in before
    assert "王小明" not in today
    assert segment.name in before
    for nonsense in (f"{segment.pk}@soon", f"{segment.pk}@9999-12-31", "x@2026-01-01", "²@2026-01-01", str(segment.pk)):
        assert "王小明" not in client.get("/customers/", {"was_in": nonsense}).content.decode(), nonsense
    seller = Client()
    seller.force_login(make_user(role="seller", reach="all"))
    shown = seller.get(f"/customers/?was_in={segment.pk}@{days[0]}").content.decode()
    assert segment.name not in shown
    assert "Was in the segment" not in shown


def test_seller_sees_of_a_segment_only_their_own(make_user: Callable[..., Any], make: Callable[..., Segment]) -> None:
    mine, theirs = Team.objects.create(name="A"), Team.objects.create(name="B")
    actions.create_party(by=None, name="自己客戶", team=mine)
    actions.create_party(by=None, name="祕密客戶", team=theirs)
    segment = make(all_of(fact("stage", "recruit")), "Everybody")
    assert segment.size == 2
    marketer = make_user(role="marketer", team=mine, reach="team")
    client = Client()
    client.force_login(marketer)
    day = timezone.localdate(clock.now()).isoformat()
    for path in (f"/segments/{segment.pk}/?on={day}", f"/customers/?segment={segment.pk}"):
        told = client.get(path).content.decode()
        assert "自己客戶" in told, path
        assert "祕密客戶" not in told, path
    page = client.get(f"/segments/{segment.pk}/").content.decode()
    assert '<strong class="num">1</strong>' in page
    line = {"line": "0", "0.is": "is_stage", "0.value": "recruit", "match": "all"}
    live = client.post("/segments/draft/", line).content.decode()
    assert '<strong class="num">1</strong>' in live
    assert "祕密客戶" not in live


@pytest.mark.parametrize(("role", "reads", "writes"), [
    ("owner", 200, 200), ("manager", 200, 200), ("marketer", 200, 200), ("analyst", 200, 403), ("seller", 403, 403), ("agent", 403, 403),
])  # fmt: skip
def test_roles_may_what_the_rules_say(
    make_user: Callable[..., Any], make: Callable[..., Segment], role: str, reads: int, writes: int
) -> None:
    segment = make(all_of(event()))
    client = Client()
    client.force_login(make_user(role=role))
    assert client.get("/segments/").status_code == reads
    assert client.get(f"/segments/{segment.pk}/").status_code == reads
    assert client.get("/segments/new/").status_code == writes
    assert client.post("/segments/draft/", FORM).status_code == writes
    if writes == 403:
        assert client.post(f"/segments/{segment.pk}/remove/").status_code == 403


def test_filter_by_segment_is_closed_to_whoever_sees_none(
    make_user: Callable[..., Any], make: Callable[..., Segment]
) -> None:
    segment = make(all_of(event()))
    seller = make_user(role="seller")
    actions.create_party(by=None, name="自己客戶", owner=seller)
    client = Client()
    client.force_login(seller)
    assert "自己客戶" in client.get(f"/customers/?segment={segment.pk}").content.decode()
