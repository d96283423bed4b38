"""The inbox on the screen: boxes, a conversation, writing, acting, strangers, what came with a message; who may what."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.channels.inbox import actions
from regulars.channels.inbox.models import CannedAnswer, Conversation, Draft, Entry, State
from regulars.channels.models import Message, MessageState
from regulars.customers.models import Party
from regulars.staff.models import Team, User

pytestmark = pytest.mark.django_db
Hear = Callable[..., Entry]
MakeUser = Callable[..., User]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent(make_user: MakeUser) -> User:
    return make_user(role="agent", name="Ben Wu")


@pytest.fixture
def desk(agent: User) -> Client:
    return signed_in(agent)


def page(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return answer.content.decode()


def toasts(answer: Any) -> list[dict[str, str]]:
    told: list[dict[str, str]] = json.loads(answer.headers["HX-Trigger"]).get("toast", {}).get("toasts", [])
    return told


def test_boxes_list_what_is_in_them(hear: Hear, desk: Client, seller: User) -> None:
    hear(subject="第一封")
    hear(party_id=None, from_address="new@example.com", subject="批發")
    everything = page(desk, "/inbox/?box=open")
    assert "第一封" in everything
    assert "批發" in everything
    unassigned = page(desk, "/inbox/?box=unassigned")
    assert "第一封" not in unassigned
    assert "批發" in unassigned
    assert "批發" in page(desk, "/inbox/?box=open&q=批發")
    assert "Nothing with these words here." in page(desk, "/inbox/?box=open&q=nowhere")
    assert "第一封" in page(signed_in(seller), "/inbox/")
    assert "Not customers" not in page(signed_in(seller), "/inbox/")


def test_a_conversation_shows_words_as_words_and_folds_quotes(hear: Hear, desk: Client, agent: User) -> None:
    entry = hear(
        text="<b>Bold</b>\n> old words",
        html="<p>Hi</p>",
        attachments=[actions.NewAttachment("帳單.pdf", "application/pdf", b"%PDF")],
    )
    actions.note(entry.conversation, text="careful", by=agent)
    shown = page(desk, f"/inbox/{entry.conversation_id}/")
    assert "&lt;b&gt;Bold&lt;/b&gt;" in shown
    assert '<details class="said-quote">' in shown
    assert f'sandbox loading="lazy" src="/inbox/entries/{entry.pk}/html/"' in shown
    assert "帳單.pdf" in shown
    assert "Only for colleagues" in shown
    part = page(desk, f"/inbox/{entry.conversation_id}/", **{"HX-Target": "inbox-open", "HX-Request": "true"})
    assert "<html" not in part
    assert "careful" in part


def test_the_frame_and_the_files_can_do_nothing(hear: Hear, desk: Client) -> None:
    entry = hear(
        html="<script>alert(1)</script>", attachments=[actions.NewAttachment("x.html", "text/html", b"<script>")]
    )
    frame = desk.get(f"/inbox/entries/{entry.pk}/html/")
    assert "sandbox" in frame.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    file = desk.get(f"/inbox/files/{entry.attachments.get().pk}/")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.getvalue() == b"<script>"
    assert desk.get(f"/inbox/entries/{hear().pk}/html/").status_code == 404
    whole = desk.get(f"/inbox/entries/{entry.pk}/text/")
    assert whole.headers["Content-Type"].startswith("text/plain")


def test_answering_offers_undo_and_undo_takes_it_back(hear: Hear, seller: User) -> None:
    client, held = signed_in(seller), hear().conversation
    answer = client.post(
        f"/inbox/{held.pk}/reply/?box=mine", {"text": "明天", "seen": "1"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "明天" in answer.content.decode()
    assert "Waiting" in answer.content.decode()
    (toast,) = toasts(answer)
    client.post("/undo/", {"token": toast["undo"]})
    assert Conversation.objects.get().state == State.OPEN
    assert Message.objects.get().state == MessageState.REFUSED
    assert 'maxlength="50000"' in page(client, f"/inbox/{held.pk}/")
    assert ">明天</textarea>" in page(client, f"/inbox/{held.pk}/")


def test_an_answer_that_crosses_another_is_shown_it_first(hear: Hear, desk: Client, seller: User) -> None:
    held = hear().conversation
    actions.reply(held, text="I have answered", by=seller)
    refused = desk.post(f"/inbox/{held.pk}/reply/", {"text": "Me too", "seen": "1"})
    assert refused.status_code == 409
    told = refused.content.decode()
    for words in ("I have answered", "Send all the same", ">Me too</textarea>", 'name="seen" value="2"'):
        assert words in told, words
    assert refused.headers["HX-Retarget"] == "#inbox-composer"
    assert desk.post(f"/inbox/{held.pk}/reply/", {"text": "Me too", "seen": "2"}).status_code == 200


def test_nothing_is_said_without_words(hear: Hear, desk: Client) -> None:
    held = hear().conversation
    for kind in ("reply", "note"):
        refused = desk.post(f"/inbox/{held.pk}/{kind}/", {"text": " ", "seen": "1"})
        assert refused.status_code == 422
        assert "Please write something first." in refused.content.decode()


def test_drafts_are_kept_as_one_types(hear: Hear, desk: Client) -> None:
    held = hear().conversation
    assert desk.post(f"/inbox/{held.pk}/draft/", {"text": "Dear Ming", "kind": "reply"}).status_code == 204
    assert Draft.objects.get().text == "Dear Ming"
    assert ">Dear Ming</textarea>" in page(desk, f"/inbox/{held.pk}/")
    assert '<span class="inbox-begun">Draft</span>' in page(desk, "/inbox/?box=open")


def test_colleagues_hear_of_each_other_and_of_what_is_new(hear: Hear, desk: Client, seller: User) -> None:
    held, other = hear().conversation, signed_in(seller)
    desk.post(f"/inbox/{held.pk}/presence/", {"seen": "1", "typing": "1"})
    heard = other.post(f"/inbox/{held.pk}/presence/", {"seen": "1"}).content.decode()
    assert "Ben Wu is writing here now" in heard
    assert "Something new" not in heard
    hear(thread_of=["<1@example.com>"])
    assert 'hx-trigger="load, click"' in other.post(f"/inbox/{held.pk}/presence/", {"seen": "1"}).content.decode()
    writing = other.post(f"/inbox/{held.pk}/presence/", {"seen": "1", "writing": "1"}).content.decode()
    assert "Something new was said here." in writing
    assert "hx-trigger" not in writing


def test_many_are_closed_and_assigned_at_once_with_undo(hear: Hear, desk: Client, agent: User, seller: User) -> None:
    team = Team.objects.create(name="Service")
    held = [hear().conversation for _ in range(3)]
    ids = [str(one.pk) for one in held]
    answer = desk.post("/inbox/acts/", {"ids": ids, "act": "close"}, headers={"HX-Request": "true"})
    assert json.loads(answer.headers["HX-Trigger"])["inbox-gone"] == {"ids": [one.pk for one in held]}
    assert Conversation.objects.filter(state=State.CLOSED).count() == 3
    desk.post("/undo/", {"token": toasts(answer)[0]["undo"]})
    assert Conversation.objects.filter(state=State.OPEN, assignee=seller).count() == 3
    desks: tuple[tuple[str, tuple[int | None, int | None]], ...] = (
        ("me", (agent.pk, None)),
        (f"team:{team.pk}", (None, team.pk)),
        (f"user:{seller.pk}", (seller.pk, None)),
        ("", (None, None)),
    )
    for to, wanted in desks:
        desk.post("/inbox/acts/", {"ids": ids, "act": "assign", "to": to})
        assert set(Conversation.objects.values_list("assignee", "team")) == {wanted}, to
    desk.post("/inbox/acts/", {"ids": ids, "act": "close"})
    desk.post("/inbox/acts/", {"ids": ids, "act": "reopen"})
    assert Conversation.objects.filter(state=State.OPEN).count() == 3
    for wrong in ({"act": "close"}, {"ids": ["x"], "act": "close"}, {"ids": ids, "act": "explode"}):
        assert desk.post("/inbox/acts/", wrong).status_code == 204
    assert Conversation.objects.filter(state=State.OPEN).count() == 3


def test_a_stranger_is_attached_made_or_set_aside(hear: Hear, desk: Client, party: Party) -> None:
    one, two, three = (
        hear(party_id=None, from_address=f"{name}@example.com", from_name="王小明").conversation
        for name in ("a", "b", "c")
    )
    assert "Nobody knows yet who this is" in page(desk, f"/inbox/{one.pk}/glance/")
    assert f'name="party" value="{party.pk}"' in page(desk, f"/inbox/{one.pk}/attach/")
    assert f'name="party" value="{party.pk}"' in page(desk, f"/inbox/{one.pk}/attach/?q=小明")
    assert desk.post(f"/inbox/{one.pk}/attach/", {"party": "x"}).status_code == 422
    assert desk.post(f"/inbox/{one.pk}/attach/", {"party": party.pk}).status_code == 204
    assert 'value="王小明"' in page(desk, f"/inbox/{two.pk}/customer/")
    assert desk.post(f"/inbox/{two.pk}/customer/", {"name": "", "kind": "person"}).status_code == 422
    assert desk.post(f"/inbox/{two.pk}/customer/", {"name": "王大明", "kind": "person"}).status_code == 204
    desk.post("/inbox/acts/", {"ids": [three.pk], "act": "aside"})
    stand = [
        (one.party.name if one.party else None, one.aside_at is None) for one in Conversation.objects.order_by("pk")
    ]
    assert stand == [("王小明", True), ("王大明", True), (None, False)]


def test_the_customer_is_seen_at_a_glance(hear: Hear, desk: Client) -> None:
    held = hear().conversation
    hear(subject="Another matter")
    shown = page(desk, f"/inbox/{held.pk}/glance/")
    for words in ("王小明", "Last orders", "Open matters", "Consent to marketing", "Another matter"):
        assert words in shown, words


def test_the_customer_page_and_its_timeline_lead_to_the_conversation(hear: Hear, desk: Client, party: Party) -> None:
    held = hear(subject="請問出貨").conversation
    shown = page(desk, f"/customers/{party.pk}/")
    assert shown.count(f'href="/inbox/{held.pk}/"') >= 2
    assert "Wrote to us" in shown


def test_the_list_is_not_sent_again_while_nothing_changed(hear: Hear, desk: Client) -> None:
    held = hear().conversation
    import re

    stamp = re.search(r'id="inbox-stamp" name="stamp" value="(\w+)"', page(desk, "/inbox/?box=open"))
    assert stamp
    assert desk.get(f"/inbox/rows/?box=open&stamp={stamp[1]}").status_code == 204
    hear(thread_of=["<1@example.com>"])
    assert "inbox-row" in page(desk, f"/inbox/rows/?box=open&stamp={stamp[1]}")
    assert held.pk


def test_long_threads_and_long_lists_come_in_pages(hear: Hear, desk: Client, agent: User) -> None:
    held = hear().conversation
    for number in range(60):
        actions.note(held, text=f"note-{number:03}", by=agent)
    shown = page(desk, f"/inbox/{held.pk}/")
    assert "note-059" in shown
    assert "note-005" not in shown
    before = Entry.objects.get(text="note-010").pk
    assert "note-005" in page(desk, f"/inbox/{held.pk}/earlier/?before={before}")
    for _ in range(45):
        hear()
    listed = page(desk, "/inbox/?box=open")
    assert listed.count('class="inbox-row ') == 40
    more = listed.split('class="inbox-more" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert page(desk, more).count('class="inbox-row ') == 6


def test_queries_do_not_grow_with_what_is_shown(hear: Hear, desk: Client, agent: User) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(desk, path)
        return len(queries)

    held = hear(attachments=[actions.NewAttachment("a", "", b"a")]).conversation
    paths = ("/inbox/?box=open", f"/inbox/{held.pk}/?box=open", f"/inbox/{held.pk}/glance/")
    before = [count(path) for path in paths]
    for number in range(12):
        hear(attachments=[actions.NewAttachment("a", "", b"a")])
        hear(thread_of=["<1@example.com>"], attachments=[actions.NewAttachment("b", "", b"b")])
        actions.note(held, text="x", by=agent)
        actions.keep_answer(name=f"Answer {number}", text_en="{name} {my_name}", text_zh="{name}", by=agent)
    actions.reply(held, text="Hello", by=agent)
    assert [count(path) for path in paths] == before


def test_canned_answers_are_written_changed_and_removed_with_undo(desk: Client, hear: Hear, seller: User) -> None:
    assert (
        desk.post("/inbox/answers/new/", {"name": "Thanks", "text_zh": "{name}您好", "text_en": ""}).status_code == 302
    )
    made = CannedAnswer.objects.get()
    assert desk.post("/inbox/answers/new/", {"name": "Bad", "text_zh": "{nothing}"}).status_code == 422
    assert desk.post(f"/inbox/answers/{made.pk}/", {"name": "Thanks", "text_zh": "{name}您好！"}).status_code == 302
    assert "{name}您好！" in page(desk, "/inbox/answers/")
    assert 'data-canned="王小明您好！"' in page(desk, f"/inbox/{hear().conversation_id}/")
    desk.post(f"/inbox/answers/{made.pk}/remove/")
    assert "{name}您好！" not in page(desk, "/inbox/answers/")
    assert signed_in(seller).get("/inbox/answers/new/").status_code == 403


def test_who_may_not_see_a_conversation_is_told_it_is_not_there(hear: Hear, make_user: MakeUser) -> None:
    entry = hear(html="<p>x</p>", attachments=[actions.NewAttachment("a", "", b"a")])
    stranger = hear(party_id=None, from_address="new@example.com").conversation
    held, file = entry.conversation_id, entry.attachments.get().pk
    other, technician = signed_in(make_user(role="seller")), signed_in(make_user(role="technician"))
    reads = [f"/inbox/{held}/", f"/inbox/{held}/glance/", f"/inbox/{held}/earlier/", f"/inbox/{held}/attach/", f"/inbox/{stranger.pk}/",
             f"/inbox/entries/{entry.pk}/html/", f"/inbox/entries/{entry.pk}/text/", f"/inbox/entries/{entry.pk}/state/", f"/inbox/files/{file}/"]  # fmt: skip
    for path in reads:
        assert other.get(path).status_code == 404, path
        assert technician.get(path).status_code == 403, path
    for path in (f"/inbox/{held}/reply/", f"/inbox/{held}/note/", f"/inbox/{held}/draft/", f"/inbox/{held}/presence/"):
        assert other.post(path, {"text": "x"}).status_code == 404, path
    other.post("/inbox/acts/", {"ids": [held], "act": "close"})
    assert Conversation.objects.get(pk=held).state == State.OPEN
    assert "Inbox" not in page(technician, "/customers/")


def test_the_inbox_speaks_chinese(hear: Hear, make_user: MakeUser) -> None:
    hear()
    shown = page(signed_in(make_user(role="agent", language="zh-hant")), "/inbox/?box=open")
    for words in ("收件匣", "未指派", "待回覆", "等客戶"):
        assert words in shown, words


def test_the_version_differs_once_something_changed_that_one_sees(
    hear: Hear, desk: Client, seller: User, make_user: MakeUser
) -> None:
    other = signed_in(make_user(role="seller", name="Other"))
    held = hear().conversation

    def version(client: Client) -> str:
        answer = client.get("/inbox/version/")
        told: str = answer.content.decode()
        assert client.get(f"/inbox/version/?seen={told}").status_code == 204
        return told

    for change in (
        lambda: hear(subject="another"), lambda: actions.note(held, text="x", by=seller), lambda: actions.assign([held], by=seller),
        lambda: actions.close([held], by=seller), lambda: actions.reopen([held], by=seller), lambda: actions.reply(held, text="x", by=seller),
    ):  # fmt: skip
        before, unseen = version(desk), version(other)
        change()
        assert version(desk) != before
        assert version(other) == unseen
        assert desk.get(f"/inbox/version/?seen={before}").status_code == 200
    with CaptureQueriesContext(connection) as asked:
        desk.get("/inbox/version/")
    assert len([one for one in asked if "inbox_" in one["sql"]]) == 2
    assert signed_in(make_user(role="technician")).get("/inbox/version/").status_code == 403
    assert Client().get("/inbox/version/").status_code in {302, 401, 403}


def test_as_many_rows_are_shown_anew_as_were_shown(hear: Hear, desk: Client) -> None:
    for _ in range(45):
        hear()
    assert page(desk, "/inbox/rows/?box=open").count('class="inbox-row ') == 40
    assert page(desk, "/inbox/rows/?box=open&shown=45").count('class="inbox-row ') == 45
    for told in ("x", "-1", "9" * 30):
        assert page(desk, f"/inbox/rows/?box=open&shown={told}").count('class="inbox-row ') == 40
