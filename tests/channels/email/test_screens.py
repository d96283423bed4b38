"""The list of mail that came, what is let through from it, and the page of mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.channels.email.actions import take_in
from regulars.channels.email.models import Mail, Mailbox, MailKind
from regulars.channels.inbox.models import Conversation, Entry
from regulars.customers.models import Party
from regulars.kit import clock
from tests.support.mails import written

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]


@pytest.fixture
def spam(ming: Party) -> Mail:
    """A mail that a filter called spam."""
    return take_in(written(headers={"X-Spam-Flag": "YES"}, subject="Tea?"), source="test", received_at=clock.now())


def test_what_was_kept_apart_is_listed_with_its_reason_and_let_through(
    client: Client, make_user: MakeUser, spam: Mail
) -> None:
    client.force_login(make_user(role="agent"))
    page = client.get("/mails/?kind=spam").content.decode()
    assert "Tea?" in page
    assert "A filter before us called it spam" in page
    panel = client.get(f"/mails/?open={spam.pk}").content.decode()
    assert "請問還有高山茶嗎？" in panel
    assert f"/mails/{spam.pk}/release/" in panel

    answer = client.post(f"/mails/{spam.pk}/release/")
    assert answer.headers["Location"] == Conversation.objects.get().get_absolute_url()
    spam.refresh_from_db()
    assert spam.kind == MailKind.MESSAGE
    again = client.post(f"/mails/{spam.pk}/release/")
    assert again.headers["Location"] == f"/mails/?open={spam.pk}"
    assert Entry.objects.count() == 1
    assert "Open the conversation" in client.get(f"/mails/?open={spam.pk}").content.decode()


def test_the_words_of_a_hostile_mail_are_shown_as_text(client: Client, make_user: MakeUser, db: None) -> None:
    mail = take_in(
        written(headers={"X-Spam-Flag": "YES"}, text="<script>alert(1)</script>", subject="<img src=x onerror=y>"),
        source="t",
    )
    client.force_login(make_user())
    page = client.get(f"/mails/?open={mail.pk}").content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("role", ["seller", "dispatcher", "technician", "analyst"])
def test_who_may_not_see_unknown_senders_sees_no_mail(
    client: Client, make_user: MakeUser, spam: Mail, role: str
) -> None:
    client.force_login(make_user(role=role))
    assert client.get("/mails/").status_code == 403
    assert client.post(f"/mails/{spam.pk}/release/").status_code == 403
    spam.refresh_from_db()
    assert spam.kind == MailKind.SPAM


def test_mail_can_only_be_let_through_by_post(client: Client, make_user: MakeUser, spam: Mail) -> None:
    client.force_login(make_user())
    assert client.get(f"/mails/{spam.pk}/release/").status_code == 405
    assert client.post("/mails/99999999999999999999/release/").status_code == 404


def test_the_page_of_mailboxes_says_how_each_stands(client: Client, make_user: MakeUser, spam: Mail) -> None:
    now = clock.now()
    Mailbox.objects.create(
        name="hello @ mail.example:993/INBOX", seen_at=now, last_mail_at=now, held_until=now + timedelta(minutes=1)
    )
    Mailbox.objects.create(name="old @ mail.example:993/INBOX", seen_at=now, held_until=now - timedelta(minutes=5))
    Mailbox.objects.create(name="wrong @ mail.example:993/INBOX", error="LoginError: no", error_at=now)
    client.force_login(make_user())
    page = client.get("/settings/mailboxes/").content.decode()
    for words in ("hello @ mail.example", "Connected", "Nobody is reading", "Cannot be read", "LoginError: no"):
        assert words in page
    assert "/mails/?kind=spam" in page
    client.force_login(make_user(role="agent"))
    assert client.get("/settings/mailboxes/").status_code == 403


def test_an_empty_page_of_mailboxes_says_how_to_set_one(client: Client, make_user: MakeUser) -> None:
    client.force_login(make_user())
    assert "REGULARS_IMAP_URL" in client.get("/settings/mailboxes/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_both_pages_speak_the_readers_language(client: Client, make_user: MakeUser, spam: Mail, language: str) -> None:
    client.force_login(make_user(language=language))
    page = client.get("/mails/").content.decode() + client.get("/settings/mailboxes/").content.decode()
    assert ("收到的郵件" in page) == (language == "zh-hant")


def test_as_many_queries_for_many_mails_as_for_one(
    client: Client, make_user: MakeUser, ming: Party, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(make_user())
    counts = []
    for number in (1, 30):
        for one in range(number):
            take_in(written(message_id=f"<{number}-{one}@example.com>", headers={"X-Spam-Flag": "YES"}), source="test")
        client.get("/mails/")
        with CaptureQueriesContext(connection) as told:
            client.get("/mails/")
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_pictures_from_elsewhere_are_loaded_only_when_somebody_asks(
    client: Client, make_user: MakeUser, ming: Party
) -> None:
    html = '<p>茶</p><img src="https://pictures.example/tea.png" width="300">'
    take_in(written(html=html), source="test")
    entry = Entry.objects.get()
    client.force_login(make_user())
    opened = client.get(f"/inbox/{entry.conversation_id}/").content.decode()
    assert f"{reverse('inbox:html', args=[entry.pk])}?pictures=1" in opened

    address = reverse("inbox:html", args=[entry.pk])
    quiet, asked = client.get(address), client.get(f"{address}?pictures=1")
    assert b" src=" not in quiet.content
    assert "https:" not in quiet.headers["Content-Security-Policy"]
    assert b'<img src="https://pictures.example/tea.png"' in asked.content
    policy = asked.headers["Content-Security-Policy"]
    assert "img-src data: https: http:;" in policy
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
