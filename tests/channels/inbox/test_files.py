"""Answers take files along and quote what they answer: the same files with every try, none when they are gone."""

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from regulars.channels.inbox import actions, quoting
from regulars.channels.inbox.actions import Before, NewAttachment
from regulars.channels.inbox.models import Attachment, Conversation, Draft, Entry
from regulars.channels.models import Message
from regulars.channels.outbox import contents, tasks, transports
from regulars.channels.outbox.transports.smtp import Smtp
from regulars.customers.actions import erase_person
from regulars.customers.models import Party
from regulars.kit.errors import UserError
from regulars.staff.models import User
from tools import sink

pytestmark = pytest.mark.django_db
Hear = Callable[..., Entry]
PDF = NewAttachment("報價單.pdf", "application/pdf", b"%PDF-1.7 ...")


def on_disk(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


def add(held: Conversation, by: User, one: NewAttachment = PDF) -> int:
    return actions.add_file(held, one=one, by=by).pk


def test_files_wait_with_the_draft_and_leave_with_the_answer(hear: Hear, seller: User, files: Path) -> None:
    held = hear().conversation
    ids = [add(held, seller), add(held, seller, NewAttachment("../../a.csv", "text/csv; charset=big5", b"1,2"))]
    assert Draft.objects.get().attachments.count() == 2
    with sink.running(with_mails=True) as kept:
        before = transports.of("email")
        transports.register("email", Smtp(kept.url, "熟客商店 <hello@example.com>"))
        try:
            entry = actions.reply(held, text="請見附件", by=seller, files=ids, undo_seconds=0)
            tasks.send_batch([entry.message_id])  # type: ignore[list-item]
        finally:
            transports.register("email", before)
    (mail,) = (message_from_bytes(one, policy=default) for one in kept.mails)
    assert isinstance(mail, EmailMessage)
    assert mail.get_content_type() == "multipart/mixed"
    told = [
        (one.get_filename(), one.get_content_type(), one.get_payload(decode=True)) for one in mail.iter_attachments()
    ]
    assert told == [("報價單.pdf", "application/pdf", b"%PDF-1.7 ..."), ("a.csv", "text/csv", b"1,2")]
    assert Message.objects.get().state == "sent"
    assert not Draft.objects.exists()
    assert len(on_disk(files)) == 2


def test_every_try_sends_the_same_files_and_none_goes_without(hear: Hear, seller: User, files: Path) -> None:
    held = hear().conversation
    actions.reply(held, text="x", by=seller, files=[add(held, seller)], undo_seconds=0)
    message = Message.objects.get()
    smtp = Smtp("smtp://127.0.0.1:1", "hello@example.com")
    first, second = (smtp.render([(message, contents.of([message])[message.pk])])[message.pk]() for _ in range(2))
    parts = [
        next(iter(message_from_bytes(one, policy=default).iter_attachments())).get_content() for one in (first, second)
    ]
    assert parts == [PDF.content, PDF.content]
    on_disk(files)[0].unlink()
    rendered = smtp.render([(message, contents.of([message])[message.pk])])[message.pk]
    outcome = smtp.send(None, message, rendered)  # type: ignore[arg-type]
    assert (outcome.result, outcome.reason) == ("later", "no_file")


def test_an_answer_taken_back_keeps_its_files_and_whether_it_quotes(hear: Hear, seller: User) -> None:
    held = hear().conversation
    before = Before.of(held)
    entry = actions.reply(held, text="Oops", by=seller, files=[add(held, seller)], quote=True)
    actions.unsend(entry, by=seller, before=before)
    draft = Draft.objects.get()
    assert (draft.text, draft.quotes, draft.attachments.count()) == ("Oops", True, 1)
    entry = actions.reply(held, text="Better", by=seller, files=[Attachment.objects.get().pk])
    actions.unsend(entry, by=seller, before=before)
    assert not Draft.objects.get().quotes


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (NewAttachment("a.txt", "text/plain", b""), "is empty"),
        (NewAttachment("a.pdf", "application/pdf", b"MZ\x90"), "is a program"),
        (NewAttachment("run\u202efdp.exe", "application/pdf", b"x"), "runfdp.exe. is a program"),
        (NewAttachment("a.bin", "", b"x" * (actions.MOST_BYTES + 1)), "15 MB together"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_sentence(
    hear: Hear, seller: User, files: Path, one: NewAttachment, why: str
) -> None:
    with pytest.raises(UserError, match=why):
        add(hear().conversation, seller, one)
    assert not on_disk(files)


def test_ten_files_and_no_more(hear: Hear, seller: User) -> None:
    held = hear().conversation
    for _ in range(actions.MOST_FILES):
        add(held, seller)
    with pytest.raises(UserError, match="At most 10 files"):
        add(held, seller)


def test_nobody_sends_files_of_another_draft(hear: Hear, seller: User, make_user: Callable[..., User]) -> None:
    held, agent = hear().conversation, make_user(role="agent")
    mine = add(held, seller)
    elsewhere = add(hear().conversation, agent)
    for wrong in ([mine], [elsewhere], [10**9]):
        with pytest.raises(UserError, match="no longer here"):
            actions.reply(held, text="x", by=agent, files=wrong)
    assert not Message.objects.exists()
    actions.remove_file(held, pk=mine, by=agent)
    assert Attachment.objects.filter(pk=mine).exists()


def test_a_draft_without_words_stays_as_long_as_files_wait(hear: Hear, seller: User) -> None:
    held = hear().conversation
    pk = add(held, seller)
    actions.keep_draft(held, by=seller, text="Dear")
    actions.keep_draft(held, by=seller, text="")
    assert Draft.objects.get().text == ""
    actions.reply(held, text="Without it", by=seller)
    assert Attachment.objects.get(pk=pk).draft is not None


def test_a_file_taken_away_leaves_the_disk(
    hear: Hear, seller: User, files: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    held = hear().conversation
    pk = add(held, seller)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        actions.remove_file(held, pk=pk, by=seller)
    assert not on_disk(files)
    actions.remove_file(held, pk=pk, by=seller)


def test_erasure_takes_files_that_were_sent_and_those_that_wait(
    hear: Hear, party: Party, seller: User, make_user: Callable[..., User], files: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:  # fmt: skip
    held = hear().conversation
    actions.reply(held, text="x", by=seller, files=[add(held, seller)], undo_seconds=0)
    add(held, seller)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        erase_person(party=party, by=make_user(), reason="asked")
    assert not Attachment.objects.exists()
    assert not on_disk(files)
    assert contents.of([Message.objects.get()]) == {}


def test_what_is_answered_is_quoted_in_the_readers_language(hear: Hear, seller: User, party: Party) -> None:
    hear(text="第一封")
    held = hear(text="您好：\n<b>何時</b>出貨？\n\n2026年5月1日 店家 寫道：\n> 舊信\n").conversation
    with translation.override("en"):
        entry = actions.reply(held, text="明天 <3", by=seller, quote=True)
    body = Message.objects.get().body
    said, _blank, before, *quoted = body.text.split("\n")
    assert (said, quoted) == ("明天 <3", ["> 您好：", "> <b>何時</b>出貨？"])
    assert before.endswith("王小明 寫道：")
    assert '<html lang="zh-Hant"><body><p>明天 &lt;3</p><p>' in body.html
    assert "您好：<br>&lt;b&gt;何時&lt;/b&gt;出貨？</p></blockquote>" in body.html
    assert (entry.text, entry.quotes) == ("明天 <3", held.entries.get(direction="in"))
    Party.objects.filter(pk=party.pk).update(language="en")
    held = Conversation.objects.get(pk=held.pk)
    assert quoting.as_text(held.entries.get(direction="in"), held).startswith("On ")
    again = hear(thread_of=[entry.ref], text=f"謝謝\n\n{body.text}")
    assert again.conversation.preview == "謝謝 明天 <3"


def test_a_long_letter_is_quoted_in_part_and_an_empty_one_not_at_all(hear: Hear, seller: User) -> None:
    long = hear(text="字" * 60_000).conversation
    actions.reply(long, text="x", by=seller, quote=True)
    body = Message.objects.get().body.text
    assert body.endswith("\n> […]")
    assert len(body) < quoting.LONGEST + 200
    bare = actions.reply(hear(text="> only old words").conversation, text="y", by=seller, quote=True)
    assert bare.message is not None
    assert (bare.quotes, bare.message.body.html) == (None, "")


def test_the_screen_keeps_files_says_what_is_wrong_and_sends_what_is_shown(
    hear: Hear, seller: User, make_user: Callable[..., User]
) -> None:
    held, client = hear().conversation, Client()
    client.force_login(seller)
    good, bad = SimpleUploadedFile("a<b>.pdf", b"%PDF-1"), SimpleUploadedFile("x.exe", b"MZ")
    answer = client.post("/inbox/files/", {"conversation": held.pk, "upload": [good, bad]})
    assert answer.status_code == 200
    told = answer.content.decode()
    assert "a b .pdf" in told
    assert "“x.exe” is a program" in told
    alone = client.post("/inbox/files/", {"conversation": held.pk, "upload": SimpleUploadedFile("y.exe", b"MZ")})
    assert alone.status_code == 422
    file = Attachment.objects.get()
    assert f'name="file" value="{file.pk}"' in told
    shown = client.get(f"/inbox/{held.pk}/").content.decode()
    assert f'name="file" value="{file.pk}"' in shown
    assert "Quote below the answer" in shown
    assert "請問我的訂單什麼時候出貨？" in shown
    assert client.get(f"/inbox/files/{file.pk}/").status_code == 200
    other = Client()
    other.force_login(make_user(role="agent"))
    assert other.get(f"/inbox/files/{file.pk}/").status_code == 404
    refused = client.post(f"/inbox/{held.pk}/reply/", {"text": "", "seen": "1", "file": file.pk})
    assert refused.status_code == 422
    assert f'name="file" value="{file.pk}"' in refused.content.decode()
    assert 'name="quote" value="1" hx-post' in refused.content.decode()
    sent = client.post(f"/inbox/{held.pk}/reply/", {"text": "Here", "seen": "1", "file": file.pk, "quote": "1"})
    assert f'href="/inbox/files/{file.pk}/"' in sent.content.decode()
    assert sent.content.decode().count("wrote:") + sent.content.decode().count("寫道：") >= 1
    assert Entry.objects.get(direction="out").attachments.get() == file
    assert client.post(f"/inbox/{held.pk}/files/{file.pk}/remove/").status_code == 200
    assert Attachment.objects.filter(pk=file.pk).exists()
    for told_badly in ({}, {"conversation": "x"}, {"conversation": 10**25}):
        assert client.post("/inbox/files/", told_badly).status_code == 404
    client.force_login(make_user(role="technician"))
    assert client.post("/inbox/files/", {"conversation": held.pk}).status_code == 403
    client.force_login(make_user(role="analyst"))
    assert client.post("/inbox/files/", {"conversation": held.pk}).status_code in {403, 404}


def test_the_draft_remembers_that_nothing_is_to_be_quoted(hear: Hear, seller: User) -> None:
    held, client = hear().conversation, Client()
    client.force_login(seller)
    client.post(f"/inbox/{held.pk}/draft/", {"text": "Hi", "kind": "reply", "quotable": "1"})
    assert not Draft.objects.get().quotes
    assert 'name="quote" value="1" hx-post' in client.get(f"/inbox/{held.pk}/").content.decode()
    client.post(f"/inbox/{held.pk}/draft/", {"text": "Hi", "kind": "reply", "quotable": "1", "quote": "1"})
    assert 'name="quote" value="1" checked' in client.get(f"/inbox/{held.pk}/").content.decode()
