"""The call screen and the page of a list, as an agent uses them; who may do what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.customers.models import Party
from regulars.marketing.call_lists import actions, queries
from regulars.marketing.call_lists.models import Call, CallList, CallTry, Script
from regulars.marketing.segments.actions import make_segment
from regulars.web import resources, undo
from tests.marketing.segments.conftest import all_of, fact, follow

pytestmark = pytest.mark.django_db


def of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def script(db: None) -> Script:
    return actions.save_script(
        script=None, by=None, name="Spring", words_en="Hello {name}, this is {agent}.\n\nWould you like <b>tea</b>?",
        words_zh="{name}您好，我是{agent}。", fields_en="How many?\nFor whom?", fields_zh="幾盒？\n送給誰？",
    )  # fmt: skip


def test_agent_calls_one_after_the_other_by_the_screen(
    call_list: CallList, script: Script, people: list[Party], agent: Any
) -> None:
    CallList.objects.update(script=script)
    client, base = of(agent), f"/call-lists/{call_list.pk}"
    assert client.post(f"{base}/begin/").headers["Location"] == f"{base}/call/"
    page = client.get(f"{base}/call/").content.decode()
    assert f"Hello 王小明, this is {agent}." in page
    assert "&lt;b&gt;tea&lt;/b&gt;" in page
    assert 'href="tel:' in page
    assert "How many?" in page
    call = queries.held_by(agent, call_list)
    assert call is not None
    answer = client.post(
        f"{base}/call/{call.pk}/outcome/", {"outcome": "yes", "note": "Two boxes", "answer-0": "2", "answer-1": ""}
    )
    assert answer.headers["Location"] == f"{base}/call/"
    assert "林美玉" in client.get(f"{base}/call/").content.decode()
    call.refresh_from_db()
    assert (call.outcome, call.answers) == ("yes", {"How many?": "2"})
    token = undo.offer("call_lists.outcome", made=CallTry.objects.get().pk)
    assert "王小明" in str(undo.take_back(token, agent))
    assert "王小明" in client.get(f"{base}/call/").content.decode()


def test_outcome_without_a_choice_or_a_time_is_asked_again(call_list: CallList, agent: Any) -> None:
    client, base = of(agent), f"/call-lists/{call_list.pk}"
    client.post(f"{base}/begin/")
    call = queries.held_by(agent, call_list)
    assert call is not None
    for told in (
        {},
        {"outcome": "later"},
        {"outcome": "later", "call_back_at": "2020-01-01T10:00"},
        {"outcome": "nonsense"},
    ):
        answer = client.post(f"{base}/call/{call.pk}/outcome/", {"note": "kept", **told})
        assert answer.status_code == 422
        assert "kept" in answer.content.decode()
    assert not CallTry.objects.exists()


def test_putting_off_and_stopping_free_the_customer(
    call_list: CallList, people: list[Party], agent: Any, other: Any
) -> None:
    client, base = of(agent), f"/call-lists/{call_list.pk}"
    client.post(f"{base}/begin/")
    first = queries.held_by(agent, call_list)
    assert first is not None
    client.post(f"{base}/call/{first.pk}/later/")
    assert "林美玉" in client.get(f"{base}/call/").content.decode()
    client.post(f"{base}/stop/")
    assert client.get(f"{base}/call/").status_code == 302
    assert not Call.objects.filter(leased_to__isnull=False).exists()


def test_page_counts_outcomes_reasons_and_agents(call_list: CallList, agent: Any) -> None:
    client, base = of(agent), f"/call-lists/{call_list.pk}"
    client.post(f"{base}/begin/")
    call = queries.held_by(agent, call_list)
    assert call is not None
    client.post(f"{base}/call/{call.pk}/outcome/", {"outcome": "no"})
    page = client.get(f"{base}/").content.decode()
    assert "The customer never said yes to it." in page
    assert agent.name in page
    listed = client.get(f"/call-lists/calls/?list={call_list.pk}&outcome=no").content.decode()
    assert "王小明" in listed
    assert "林美玉" not in listed
    assert "Spring" in client.get("/call-lists/").content.decode()


def test_list_is_made_of_a_segment_and_of_selected_customers(
    people: list[Party], make_user: Callable[..., Any]
) -> None:
    marketer = make_user(role="marketer")
    segment = make_segment(name="All", rule=all_of(fact("stage", "recruit")), by=marketer)
    follow()
    told = {
        "segment": segment.pk,
        "name": "From segment",
        "order": "urgency",
        "most_tries": "2",
        "pause_hours": "1",
        "last_day": "2026-03-20",
    }
    of(marketer).post("/call-lists/new/", told)
    made = CallList.objects.get(name="From segment")
    assert made.calls.count() == 4
    assert (made.order, made.most_tries, made.pause_minutes) == ("urgency", 2, 60)
    assert made.not_after is not None
    assert made.not_after.isoformat() == "2026-03-20T16:00:00+00:00"
    action = resources.get("customers").bulk_action("call-list")
    assert action is not None
    done = action.apply(marketer, Party.objects.filter(pk=people[0].pk), {"name": "Two", "order": "value"})
    assert CallList.objects.get(name="Two").calls.count() == 1
    assert "removed" in str(undo.take_back(done.undo, marketer))
    assert not CallList.objects.live().filter(name="Two").exists()


def test_list_that_changes_its_order_ranks_anew(
    call_list: CallList, people: list[Party], make_user: Callable[..., Any], agent: Any
) -> None:
    told = {"name": "Spring", "order": "urgency", "most_tries": "3", "pause_hours": "4"}
    of(make_user(role="marketer")).post(f"/call-lists/{call_list.pk}/change/", told)
    client = of(agent)
    client.post(f"/call-lists/{call_list.pk}/begin/")
    assert "張志強" in client.get(f"/call-lists/{call_list.pk}/call/").content.decode()


def test_roles_do_what_they_may_and_no_more(call_list: CallList, make_user: Callable[..., Any]) -> None:
    base = f"/call-lists/{call_list.pk}/"
    technician, analyst, caller = (
        of(make_user(role="technician")),
        of(make_user(role="analyst")),
        of(make_user(role="agent")),
    )
    assert technician.get(base).status_code == 403
    assert analyst.get(base).status_code == 200
    assert analyst.post(f"{base}begin/").status_code == 403
    assert caller.post(f"{base}remove/").status_code == 403
    assert caller.get("/call-lists/new/").status_code == 403
    assert CallList.objects.live().count() == 1


def test_removed_list_comes_back(call_list: CallList, make_user: Callable[..., Any]) -> None:
    marketer = make_user(role="marketer")
    of(marketer).post(f"/call-lists/{call_list.pk}/remove/")
    assert of(marketer).get(f"/call-lists/{call_list.pk}/").status_code == 404
    undo.take_back(undo.offer("call_lists.removed", call_list=call_list.pk), marketer)
    assert of(marketer).get(f"/call-lists/{call_list.pk}/").status_code == 200


def test_script_is_said_in_the_readers_language(
    script: Script, call_list: CallList, make_user: Callable[..., Any]
) -> None:
    CallList.objects.update(script=script)
    client = of(make_user(role="agent", language="zh-hant"))
    client.post(f"/call-lists/{call_list.pk}/begin/")
    page = client.get(f"/call-lists/{call_list.pk}/call/").content.decode()
    assert "王小明您好" in page
    assert "幾盒？" in page
    assert "請不要再打來" in page
