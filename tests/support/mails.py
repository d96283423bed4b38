"""Mails for tests: made here, and the real ones beside the repository."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.models import Message, MessageState
from regulars.customers.models import Party
from regulars.kit import clock


def written(**facts: Any) -> bytes:
    """A mail; `header={...}` adds or (None) removes headers."""
    mail = EmailMessage()
    mail["From"] = facts.get("sender", "王小明 <ming@example.com>")
    mail["To"] = "hello@tea.example"
    mail["Subject"] = facts.get("subject", "請問茶葉")
    mail["Date"] = format_datetime(facts.get("at", datetime(2026, 3, 1, 8, 0, tzinfo=UTC)))
    mail["Message-ID"] = facts.get("message_id", "<one@example.com>")
    for name, value in facts.get("headers", {}).items():
        del mail[name]
        if value is not None:
            mail[name] = value
    mail.set_content(facts.get("text", "請問還有高山茶嗎？\n"))
    if "html" in facts:
        mail.add_alternative(facts["html"], subtype="html")
    return mail.as_bytes()


def dsn(*blocks: str, sent_back: str = "Message-ID: <sent@tea.example>\r\nSubject: x\r\n") -> bytes:
    """A delivery report (RFC 3464) with these groups of fields."""
    fields = "\r\n\r\n".join(("Reporting-MTA: dns; mx.example", *blocks))
    return (
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nReturn-Path: <>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        f"sorry\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{fields}\r\n\r\n--b\r\n"
        f"Content-Type: text/rfc822-headers\r\n\r\n{sent_back}\r\n--b--\r\n"
    ).encode()


def complaint(sort: str = "abuse") -> bytes:
    """A report of a feedback loop (RFC 5965)."""
    return (
        "From: fbl@isp.example\r\nSubject: complaint\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        f"a complaint\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {sort}\r\nUser-Agent: x/1\r\n"
        "Version: 1\r\nOriginal-Rcpt-To: <ming@example.com>\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "Message-ID: <sent@tea.example>\r\nSubject: Spring\r\n\r\nhello\r\n\r\n--b--\r\n"
    ).encode()


def sent_to(party: Party, *, step: str = "1", address: str = "ming@example.com", channel: str = "email") -> Message:
    """A message of a campaign that went out."""
    new = outbox.NewMessage(
        channel=channel, party_id=party.pk, address=address, origin="campaign:1", step=step, subject="Spring", text="…"
    )
    outbox.put([new])
    Message.objects.filter(key=new.key).update(state=MessageState.SENT, done_at=clock.now())
    return Message.objects.get(key=new.key)


def spam_assassin(data: Path) -> Iterator[tuple[str, bytes]]:
    """The 1,000 mails of the corpus, by name."""
    (archive,) = (data / "mail_spamassassin").glob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            if not name.endswith("/"):
                yield name, opened.read(name)


def fixtures(data: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the mail fixtures, by name, licences left out."""
    for path in sorted((data / "mail_fixtures").rglob("*")):
        if path.is_file() and "LICENSE" not in path.name:
            yield str(path.relative_to(data)), path.read_bytes()
