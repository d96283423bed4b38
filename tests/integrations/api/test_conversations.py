"""Conversations by API."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from regulars.channels.inbox import actions
from regulars.channels.inbox.models import Conversation
from regulars.channels.models import Message
from regulars.customers.actions import create_party
from regulars.customers.models import Party
from tests.integrations.api.conftest import Caller, MakeCaller


@pytest.fixture
def agent(make_caller: MakeCaller) -> Caller:
    return make_caller("agent")


@pytest.fixture
def party(db: None) -> Party:
    return create_party(by=None, name="王小明", contact_points=[("email", "ming@example.com")])


def hear(party: Party | None, ref: str, text: str = "請問何時出貨？") -> Conversation:
    entry = actions.receive(
        channel="email",
        ref=ref,
        party_id=party.pk if party else None,
        from_address="ming@example.com",
        subject="出貨",
        text=text,
    )
    return entry.conversation


def test_conversations_are_listed_read_and_searched(agent: Caller, party: Party) -> None:
    held = [hear(party, f"<{number}@example.com>") for number in range(3)]
    first = agent.get("/conversations?limit=2").told
    assert [one["id"] for one in first["items"]] == [one.pk for one in held[:2]]
    assert first["items"][0]["customer"] == {"id": party.pk, "name": "王小明"}
    second = agent.get(first["next"]).told
    assert ([one["id"] for one in second["items"]], second["next"]) == ([held[2].pk], None)
    assert len(agent.get("/conversations?box=unassigned&q=出貨").told["items"]) == 3
    assert agent.get("/conversations?q=nothing").told["items"] == []
    assert agent.get("/conversations?after=x").status_code == 422
    one = agent.get(f"/conversations/{held[0].pk}").told
    assert (one["state"], one["entries"][0]["text"], one["earlier"]) == ("open", "請問何時出貨？", None)


def test_a_conversation_is_answered_noted_assigned_closed_and_opened(agent: Caller, party: Party) -> None:
    held = hear(party, "<a@example.com>")
    address = f"/conversations/{held.pk}"
    assert agent.post(f"{address}/note", {"text": "old friend"}).status_code == 201
    assert agent.post(f"{address}/reply", {"text": "Tomorrow", "seen": 1}).status_code == 409
    answered = agent.post(f"{address}/reply", {"text": "Tomorrow", "seen": 2})
    assert (answered.status_code, answered.told["answer"]["state"]) == (201, "queued")
    assert Message.objects.get().body.text == "Tomorrow"
    assert agent.get(address).told["state"] == "waiting"
    assert agent.post(f"{address}/close", {}).told["state"] == "closed"
    assert agent.post(f"{address}/reopen", {}).told["state"] == "open"
    mine = agent.post(f"{address}/assign", {"assignee": agent.user.pk}).told
    assert mine["assignee"]["id"] == agent.user.pk
    assert agent.post(f"{address}/assign", {}).told["assignee"] is None
    assert agent.post(f"{address}/assign", {"assignee": 99_999}).status_code == 422
    assert agent.post(f"{address}/reply", {"text": ""}).status_code == 422


def test_strangers_and_others_customers_are_not_there_for_everybody(make_caller: MakeCaller, party: Party) -> None:
    held, stranger = hear(party, "<a@example.com>"), hear(None, "<b@example.com>", "spam")
    seller, marketer = make_caller("seller"), make_caller("marketer")
    assert seller.get(f"/conversations/{held.pk}").status_code == 404
    assert seller.post(f"/conversations/{held.pk}/close", {}).status_code == 404
    assert marketer.get(f"/conversations/{held.pk}").status_code == 200
    assert marketer.get(f"/conversations/{stranger.pk}").status_code == 404
    assert marketer.get("/conversations?box=aside").told["items"] == []
    assert make_caller("technician").get("/conversations").status_code == 403


def test_an_answer_takes_files_along_and_quotes_once_however_often_it_is_sent(
    agent: Caller, party: Party, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    held = hear(party, "<a@example.com>")
    given = {"text": "見附件", "quote": True, "files": [{"name": "a/b.pdf", "content": b64encode(b"%PDF-1").decode()}]}
    first, again = (agent.post(f"/conversations/{held.pk}/reply", given, Idempotency_Key="one") for _ in range(2))
    assert (first.status_code, again.status_code, first.told) == (201, 201, again.told)
    (file,) = first.told["attachments"]
    assert (file["name"], file["type"], file["size"]) == ("b.pdf", "application/pdf", 6)
    assert first.told["quotes"] == held.entries.get(direction="in").pk
    assert Message.objects.get().body.text.startswith("見附件\n\n")
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 1


@pytest.mark.parametrize(
    "files",
    [
        [{"name": "a.pdf", "content": "***"}],
        [{"name": "", "content": "eA=="}],
        [{"name": "a.txt", "content": "eA=="}, {"name": "x.exe", "content": "eA=="}],
        [{"name": "a", "content": "eA=="}] * 11,
    ],
)
def test_a_wrong_file_keeps_the_answer_back_and_leaves_nothing(
    agent: Caller, party: Party, files: list[dict[str, str]], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    held = hear(party, "<a@example.com>")
    assert agent.post(f"/conversations/{held.pk}/reply", {"text": "x", "files": files}).status_code == 422
    assert not Message.objects.exists()
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]
