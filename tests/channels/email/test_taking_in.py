"""Taking mail in: once, to the right customer, with what follows from it; and letting through what was kept apart."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import close_old_connections, connection

from regulars.channels.email import actions, letter, store
from regulars.channels.email.actions import NotKept, take_in
from regulars.channels.email.models import Mail, MailKind
from regulars.channels.inbox.models import Attachment, Entry
from regulars.channels.outbox.models import Message, MessageEvent
from regulars.customers.models import ContactPoint, Event, Party, Suppression
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry
from tests.support.mails import complaint, dsn, sent_to, written

pytestmark = pytest.mark.django_db


def bounced(message: Message, status: str = "5.1.1", *, number: int = 1, recipient: str = "ming@example.com") -> bytes:
    """A report that a message of ours was not delivered."""
    fields = f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}"
    return f"Message-ID: <report-{number}@mx.example>\r\n".encode() + dsn(
        fields, sent_back=f"Message-ID: {message.rfc_message_id}\r\n"
    )


def test_a_customers_mail_lands_on_the_timeline_and_in_the_inbox(ming: Party) -> None:
    mail = take_in(written(), source="test")
    entry = Entry.objects.get()
    assert (mail.kind, mail.party, mail.ref) == (MailKind.MESSAGE, ming, "<one@example.com>")
    assert (entry.conversation.party, entry.text, entry.ref) == (ming, "請問還有高山茶嗎？", "<one@example.com>")
    assert Event.objects.get(kind="inbox.message_received").customer == ming
    assert store.read(mail.file) == written()


def test_the_same_mail_by_another_way_is_one(ming: Party) -> None:
    first = take_in(written(), source="imap:a")
    other_way = (
        b"Received: from x by y; Mon, 2 Mar 2026 08:00:00 +0000\r\nDelivered-To: sales@tea.example\r\n" + written()
    )
    assert take_in(other_way, source="imap:b") == first
    assert take_in(written().replace(b"\n", b"\r\n"), source="lmtp") == first
    assert (Mail.objects.count(), Entry.objects.count()) == (1, 1)


def test_another_mail_under_the_same_message_id_is_not_lost(ming: Party) -> None:
    first, second = take_in(written(), source="test"), take_in(written(text="另一封信\n"), source="test")
    assert first != second
    assert first.ref == "<one@example.com>" != second.ref
    assert {one.text for one in Entry.objects.all()} == {"請問還有高山茶嗎？", "另一封信"}


def test_an_unknown_sender_gets_a_conversation_without_a_customer() -> None:
    mail = take_in(written(sender="Stranger <new@example.org>"), source="test")
    assert mail.party is None
    assert Entry.objects.get().conversation.party is None
    assert Entry.objects.get().conversation.address == "new@example.org"


def test_a_reply_from_another_address_belongs_to_whom_we_had_written(sent: Message, ming: Party) -> None:
    reply = written(sender="ming@work.example", headers={"In-Reply-To": sent.rfc_message_id})
    mail = take_in(reply, source="test")
    assert (mail.party, mail.message) == (ming, sent)
    assert MessageEvent.objects.get(message=sent).kind == "replied"


def test_a_reply_of_another_customer_is_that_customers(sent: Message) -> None:
    other = Party.objects.create(name="陳大文", fold="陳大文")
    ContactPoint.objects.create(party=other, kind="email", raw="chen@example.com", normalised="chen@example.com")
    mail = take_in(
        written(sender="chen@example.com", headers={"References": f"<x@y.example> {sent.rfc_message_id}"}),
        source="test",
    )
    assert (mail.party, mail.message) == (other, sent)


def test_one_address_of_two_customers_is_told_by_what_is_answered(sent: Message, ming: Party) -> None:
    older = Party.objects.create(name="同一信箱", fold="同一信箱")
    Party.objects.filter(pk=older.pk).update(created_at=clock.now() - timedelta(days=900))
    ContactPoint.objects.create(
        party=older, kind="email", raw="ming@example.com", normalised="ming@example.com", preferred=True
    )
    assert take_in(written(message_id="<a@example.com>"), source="test").party == older
    answer = written(message_id="<b@example.com>", headers={"In-Reply-To": sent.rfc_message_id})
    assert take_in(answer, source="test").party == ming


def test_threads_follow_message_ids_and_never_the_subject(ming: Party) -> None:
    take_in(written(), source="test")
    take_in(written(message_id="<two@example.com>", subject="Re: 請問茶葉", text="還有呢"), source="test")
    take_in(
        written(
            message_id="<three@example.com>", subject="別的事", text="續", headers={"In-Reply-To": "<one@example.com>"}
        ),
        source="test",
    )
    one, two, three = Entry.objects.order_by("pk")
    assert one.conversation != two.conversation
    assert one.conversation == three.conversation


def test_a_form_of_our_own_site_belongs_to_whoever_filled_it_in(ming: Party) -> None:
    mail = take_in(written(sender="hello@tea.example", headers={"Reply-To": "ming@example.com"}), source="test")
    assert (mail.kind, mail.party) == (MailKind.MESSAGE, ming)
    assert Entry.objects.get().conversation.address == "ming@example.com"


def test_our_own_message_that_comes_back_is_a_loop(sent: Message) -> None:
    mail = take_in(written(message_id=sent.rfc_message_id, sender="ming@example.com"), source="test")
    assert (mail.kind, mail.reason) == (MailKind.LOOP, "own_message")
    assert not Entry.objects.exists()


def test_an_automatic_answer_stays_out_of_the_inbox_and_counts_as_no_reply(sent: Message, ming: Party) -> None:
    mail = take_in(
        written(headers={"Auto-Submitted": "auto-replied", "In-Reply-To": sent.rfc_message_id}), source="test"
    )
    assert (mail.kind, mail.party) == (MailKind.AUTO_REPLY, ming)
    assert not Entry.objects.exists()
    assert not MessageEvent.objects.exists()


def test_an_address_that_does_not_exist_gets_nothing_any_more(sent: Message, ming: Party) -> None:
    mail = take_in(bounced(sent), source="test")
    assert (mail.kind, mail.fate, mail.status, mail.about, mail.party) == (
        "bounce",
        "hard",
        "5.1.1",
        "ming@example.com",
        ming,
    )
    suppression = Suppression.objects.standing().get(party=ming)
    assert (suppression.reason, suppression.scope) == ("hard_bounce", "all")
    assert MessageEvent.objects.get(message=sent).kind == "bounced"
    assert take_in(bounced(sent), source="again") == mail
    assert MessageEvent.objects.count() == 1


def test_a_forged_report_about_what_we_never_sent_does_nothing(ming: Party) -> None:
    fields = "Final-Recipient: rfc822; ming@example.com\r\nAction: failed\r\nStatus: 5.1.1"
    mail = take_in(dsn(fields), source="test")
    assert (mail.kind, mail.reason, mail.party) == ("bounce", "not_ours", None)
    assert not Suppression.objects.exists()


def test_what_a_forwarding_address_refuses_counts_against_the_address_we_wrote_to(sent: Message, ming: Party) -> None:
    assert take_in(bounced(sent, recipient="forwarded@elsewhere.example"), source="test").about == "ming@example.com"
    assert Suppression.objects.standing().get().party == ming


def test_five_messages_in_a_row_refused_for_the_time_being_are_as_good_as_never(ming: Party) -> None:
    for number in range(1, 6):
        assert not Suppression.objects.exists()
        message = sent_to(ming, step=str(number))
        assert take_in(bounced(message, "4.2.2", number=number), source="test").fate == "soft"
        take_in(
            bounced(message, "4.2.2", number=100 + number), source="test"
        )  # the same message told of twice counts once
    assert Suppression.objects.standing().get().reason == "hard_bounce"


def test_somebody_who_writes_in_between_is_alive(ming: Party) -> None:
    now = clock.now()
    for number in range(1, 7):
        if number == 4:
            take_in(written(), source="test", received_at=now + timedelta(seconds=-30))
        at = now - timedelta(seconds=60 - number * 10)
        take_in(bounced(sent_to(ming, step=str(number)), "4.2.2", number=number), source="test", received_at=at)
    assert not Suppression.objects.exists()


def test_a_complaint_ends_marketing(sent: Message, ming: Party) -> None:
    raw = complaint().replace(b"<sent@tea.example>", sent.rfc_message_id.encode())
    mail = take_in(raw, source="test")
    assert (mail.kind, mail.reason, mail.message) == ("complaint", "abuse", sent)
    assert Suppression.objects.standing().get(party=ming).reason == "complaint"
    assert MessageEvent.objects.get(message=sent).kind == "complained"


def test_a_complaint_taken_back_changes_nothing(sent: Message) -> None:
    assert (
        take_in(
            complaint("not-spam").replace(b"<sent@tea.example>", sent.rfc_message_id.encode()), source="test"
        ).reason
        == "not-spam"
    )
    assert not Suppression.objects.exists()


def test_what_was_kept_apart_can_be_let_through(ming: Party, make_user: Any) -> None:
    user = make_user()
    mail = take_in(written(headers={"X-Spam-Flag": "YES"}), source="test")
    assert (mail.kind, Entry.objects.count()) == (MailKind.SPAM, 0)
    actions.release(mail, by=user)
    mail.refresh_from_db()
    assert (mail.kind, mail.reason, mail.released_by, mail.party) == (MailKind.MESSAGE, "filter", user, ming)
    assert Entry.objects.get().conversation.party == ming
    assert AuditEntry.objects.get(action="email.released").actor == user
    with pytest.raises(UserError):
        actions.release(mail, by=user)
    assert take_in(written(headers={"X-Spam-Flag": "YES"}), source="again") == mail


def test_a_mail_that_is_too_large_keeps_its_beginning(monkeypatch: pytest.MonkeyPatch, make_user: Any) -> None:
    monkeypatch.setattr(store, "LARGEST", 10_000)
    monkeypatch.setattr(store, "KEPT_OF_LARGER", 1_000)
    mail = take_in(written(text="x" * 70 + "\n" + "long\n" * 5_000), source="test")
    assert (mail.kind, mail.reason, mail.from_address) == (MailKind.QUARANTINED, "too_large", "ming@example.com")
    assert mail.size > 20_000
    assert len(store.read(mail.file)) == 1_000
    with pytest.raises(UserError):
        actions.release(mail, by=make_user())


def test_a_defect_of_ours_keeps_the_mail_in_quarantine(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_facts: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("regulars.channels.email.consequences.receive", broken)
    mail = take_in(written(), source="test")
    assert (mail.kind, mail.reason) == (MailKind.QUARANTINED, "defect")
    monkeypatch.undo()
    actions.release(mail, by=None)
    assert Entry.objects.count() == 1


def test_a_full_disk_is_said_and_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "keep", full)
    with pytest.raises(NotKept):
        take_in(written(), source="test")
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n", b"\x00" * 100, b"From: \xff\xfe <\xff@\xff>\nSubject: \xe9\n\n\x80", b"From: a@b.example\nDate: 99999999999999999999\n\nx",
     b"Content-Type: multipart/mixed\n\nx", b"From: a@b.example\nContent-Type: text/plain; charset=nonsense\n\n\xa4\xa4\xa4\xe5",
     b"From: a@b.example\nContent-Transfer-Encoding: base64\n\n====", b"From: =?big5?B?!!!?= <a@b.example>\nSubject: =?x?q?=ff?=\n\n",
     b"From: a@b.example\nContent-Type: text/plain; charset=idna\n\nx", b"From: a@b.example\nMessage-ID: <" + b"x" * 5_000 + b">\n\nx",
     b"From: " + b"(" * 20_000 + b"\n\nx", b"From: a@b.example\nContent-Disposition: attachment; filename*0*=utf-8'" + b"'%" * 100 + b"\n\nx"],
)  # fmt: skip
def test_nothing_a_mail_says_makes_it_fail(raw: bytes) -> None:
    mail = take_in(raw, source="test")
    assert mail.reason != "defect"
    assert take_in(raw, source="again") == mail
    assert store.read(mail.file) == raw


def test_a_mail_nested_without_end_is_quarantined() -> None:
    raw = b"From: a@b.example\n"
    for number in range(1_500):
        raw += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
    mail = take_in(raw + b"\nx", source="test")
    assert (mail.kind, mail.reason) in {
        ("quarantined", "too_deep"),
        ("quarantined", "too_many_parts"),
        ("quarantined", "unreadable"),
    }
    many = b'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 5_000
    assert take_in(many, source="test").reason == "too_many_parts"
    assert take_in(b"X: y\n" * 200_000 + b"\nx", source="test").reason == "head_too_long"


def test_files_keep_harmless_names_and_the_type_their_content_shows(ming: Party) -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["Message-ID"] = "ming@example.com", "<files@example.com>"
    message.set_content("see")
    message.add_attachment(
        b"\x89PNG\r\n\x1a\nrest", maintype="text", subtype="html", filename="../../etc/pass\u202ewd.png"
    )
    message.add_attachment(b"<html><script>alert(1)</script>", maintype="text", subtype="html", filename="hello.html")
    message.add_attachment("茶".encode(), maintype="text", subtype="plain", filename="茶單.txt")
    take_in(message.as_bytes(), source="test")
    told = {one.name: (one.type, one.size) for one in Attachment.objects.all()}
    assert told["passwd.png"][0] == "image/png"
    assert told["hello.html"][0] == "application/octet-stream"
    assert told["茶單.txt"] == ("text/plain", 3)


def test_a_letter_with_a_wrong_clock_is_dated_by_when_it_came(ming: Party) -> None:
    came = datetime(2026, 3, 2, tzinfo=UTC)
    take_in(written(at=datetime(1999, 1, 1, tzinfo=UTC)), source="imap", received_at=came)
    take_in(written(message_id="<b@example.com>", at=came + timedelta(days=90)), source="imap", received_at=came)
    take_in(written(message_id="<c@example.com>", at=came - timedelta(hours=5)), source="imap", received_at=came)
    assert [one.at for one in Entry.objects.order_by("pk")] == [came, came, came - timedelta(hours=5)]


def test_erasing_a_person_removes_their_mail(
    ming: Party, make_user: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from regulars.customers.privacy import registry

    kept = take_in(written(), source="test")
    stranger = take_in(written(message_id="<x@example.org>", sender="ming@old.example"), source="test")
    files = [Path(store._path(one.file)) for one in (kept, stranger)]
    assert all(one.exists() for one in files)
    with django_capture_on_commit_callbacks(execute=True):
        registry.carry_out([ming.pk], ["王小明", "ming@old.example"])
    assert not any(one.exists() for one in files)
    for one in Mail.objects.all():
        assert (one.from_address, one.from_name, one.subject, one.file, one.rfc_id) == ("", "", "", "", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.process
def test_the_same_mail_at_the_same_moment_is_one(ming: Party) -> None:
    taken: list[int] = []
    gate = threading.Barrier(4)

    def take() -> None:
        gate.wait()
        try:
            taken.append(take_in(written(), source="test").pk)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(taken) == 4
    assert len(set(taken)) == 1
    assert (Mail.objects.count(), Entry.objects.count()) == (1, 1)


def test_a_key_does_not_depend_on_what_servers_wrote() -> None:
    raw = written()
    assert letter.key_of(b"X-Spam-Flag: NO\nReceived: x\n" + raw) == letter.key_of(raw)
    assert letter.key_of(raw.replace(b"<one@", b"<two@")) != letter.key_of(raw)
