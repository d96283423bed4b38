"""What a mail is told to be, by its headers and by what servers report."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from regulars.channels.email import kinds, letter, reports
from regulars.channels.email.models import Fate, MailKind
from tests.support.mails import complaint, dsn, written

OWN = frozenset({"hello@tea.example"})


def told(**facts: Any) -> tuple[str, str]:
    """Kind and reason of a mail."""
    verdict = kinds.of(letter.read(written(**facts)), own=OWN)
    return verdict.kind.value, verdict.reason


@pytest.mark.parametrize(
    ("headers", "kind", "reason"),
    [
        ({}, "message", ""),
        ({"Auto-Submitted": "no"}, "message", ""),
        ({"Auto-Submitted": "auto-replied; owner-email=x"}, "auto_reply", "auto_submitted"),
        ({"Auto-Submitted": "auto-generated"}, "message", ""),  # a form or a shop that writes on its own account
        ({"Auto-Submitted": "auto-generated", "In-Reply-To": "<x@tea.example>"}, "auto_reply", "auto_submitted"),
        ({"X-Autoreply": "yes"}, "auto_reply", "auto_header"),
        ({"Precedence": "auto_reply"}, "auto_reply", "precedence"),
        ({"Precedence": "bulk", "In-Reply-To": "<x@tea.example>"}, "auto_reply", "precedence"),
        ({"Precedence": "bulk", "In-Reply-To": "<x@tea.example>", "List-Id": "<tea.lists.example>"}, "message", ""),
        ({"Precedence": "bulk"}, "message", ""),
        ({"Subject": "Automatic reply: Spring"}, "auto_reply", "subject"),
        ({"Subject": "自動回覆：春茶"}, "auto_reply", "subject"),
        ({"Subject": "Is your automatic reply machine broken?"}, "message", ""),
        ({"X-Spam-Flag": "YES"}, "spam", "filter"),
        ({"X-Spam-Status": "No, score=1.0"}, "message", ""),
        ({"X-Forefront-Antispam-Report": "CIP:1.2.3.4;SFV:SPM;SCL:5"}, "spam", "filter"),
        ({"X-Virus-Status": "Infected"}, "quarantined", "virus"),
        ({"Authentication-Results": "mx.example; spf=pass; dmarc=fail (p=REJECT)"}, "quarantined", "forged"),
        ({"Authentication-Results": "mx.example; dmarc=fail (p=NONE dis=NONE) header.from=example.com"}, "message", ""),
        ({"Authentication-Results": "mx.example; dmarc=fail action=oreject header.from=example.com"}, "quarantined", "forged"),
        ({"Authentication-Results": "mx; dmarc=fail (p=REJECT)", "List-Id": "<tea.lists.example>"}, "message", ""),
        ({"From": None}, "quarantined", "no_sender"),
        ({"From": "nobody at all"}, "quarantined", "no_sender"),
        ({"From": "a@example.com, b@example.com"}, "quarantined", "two_senders"),
        ({"From": "a@example.com, b@example.com", "Sender": "a@example.com"}, "message", ""),
        ({"From": "Tea House <Hello@Tea.example>"}, "loop", "own_sender"),
        ({"From": "hello@tea.example", "Reply-To": "ming@example.com"}, "message", ""),  # a form on our own site
        ({"X-Loop": "hello@tea.example"}, "loop", "x_loop"),
    ],
)  # fmt: skip
def test_headers_tell_what_a_mail_is(headers: dict[str, str | None], kind: str, reason: str) -> None:
    assert told(headers=headers) == (kind, reason)


def test_a_mail_that_went_through_too_many_servers_is_a_loop() -> None:
    raw = b"".join(b"Received: from a by b; Mon, 2 Mar 2026 08:00:00 +0000\r\n" for _ in range(60)) + written()
    verdict = kinds.of(letter.read(raw))
    assert (verdict.kind, verdict.reason) == (MailKind.LOOP, "hops")


@pytest.mark.parametrize("name", ["offer.pdf.exe", "run.js", "look.scr ", "\u202egpj.exe"])
def test_programs_are_kept_apart(name: str) -> None:
    mail = EmailMessage()
    mail["From"] = "ming@example.com"
    mail.set_content("see")
    mail.add_attachment(b"anything", maintype="application", subtype="pdf", filename=name)
    verdict = kinds.of(letter.read(mail.as_bytes()))
    assert (verdict.kind, verdict.reason) == (MailKind.QUARANTINED, "program")


def test_a_program_under_a_harmless_name_is_known_by_its_content() -> None:
    mail = EmailMessage()
    mail["From"] = "ming@example.com"
    mail.set_content("see")
    mail.add_attachment(b"MZ\x90\x00" + bytes(200), maintype="image", subtype="png", filename="photo.png")
    assert kinds.of(letter.read(mail.as_bytes())).reason == "program"


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "fate"),
    [
        ("failed", "5.1.1", "smtp; 550 5.1.1 no such user", Fate.HARD),
        ("failed", "5.1.2", "", Fate.HARD),
        ("failed", "5.0.0", "smtp; 550 User unknown", Fate.HARD),
        ("failed", "5.0.0", "smtp; 550 5.1.1 <x>: Recipient address rejected", Fate.HARD),
        ("failed", "5.2.2", "smtp; 552 mailbox full", Fate.SOFT),
        ("failed", "5.1.1", "smtp; 552 over quota", Fate.SOFT),
        ("failed", "5.7.1", "smtp; 550 5.7.1 blocked by policy, user unknown to us as sender", Fate.SOFT),
        ("failed", "4.4.1", "", Fate.SOFT),
        ("failed", "5.4.7", "", Fate.SOFT),
        ("delayed", "4.4.1", "", Fate.DELAYED),
        ("delivered", "2.0.0", "", Fate.DELIVERED),
    ],
)
def test_a_delivery_report_tells_whether_the_address_is_dead(
    action: str, status: str, diagnostic: str, fate: Fate
) -> None:
    extra = f"\r\nDiagnostic-Code: {diagnostic}" if diagnostic else ""
    raw = dsn(f"Final-Recipient: rfc822; Ming@example.com\r\nAction: {action}\r\nStatus: {status}{extra}")
    verdict = kinds.of(letter.read(raw), own=OWN)
    assert verdict.kind is MailKind.BOUNCE
    assert verdict.report is not None
    (said,) = verdict.report.said
    assert (said.address, said.fate) == ("ming@example.com", fate)
    assert verdict.report.about == ["<sent@tea.example>"]


QMAIL = """From: MAILER-DAEMON@mx.example
Subject: failure notice
Return-Path: <>

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ming@example.com>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <sent@tea.example>
To: someone-else@example.com
"""
EXIM = """From: Mail Delivery System <Mailer-Daemon@mx.example>
X-Failed-Recipients: ming@example.com
Subject: Mail delivery failed: returning message to sender

  ming@example.com
    host mx.example [192.0.2.1]: 452 4.2.2 Mailbox is over quota

------ This is a copy of the message, including all the headers. ------

Message-ID: <sent@tea.example>
"""
CHINESE = """From: postmaster@example.tw
Subject: =?utf-8?b?6YCA5L+h6YCa55+l?=
Return-Path: <>
Content-Type: text/plain; charset=utf-8
References: <sent@tea.example>

您的郵件無法傳遞：
ming@example.com
550 查無此人
"""


@pytest.mark.parametrize(
    ("raw", "fate"), [(QMAIL, Fate.HARD), (EXIM, Fate.SOFT), (CHINESE, Fate.HARD)], ids=["qmail", "exim", "chinese"]
)
def test_reports_in_plain_words_are_understood(raw: str, fate: Fate) -> None:
    report = reports.bounce(letter.read(raw.replace("\n", "\r\n").encode()))
    assert report is not None
    assert [(one.address, one.fate) for one in report.said] == [("ming@example.com", fate)]
    assert "<sent@tea.example>" in report.about


def test_somebody_who_writes_about_a_failure_is_no_report() -> None:
    assert told(subject="Mail delivery failed yesterday?", text="My mail to you came back: undeliverable.") == (
        "message",
        "",
    )


def test_a_feedback_report_is_a_complaint() -> None:
    verdict = kinds.of(letter.read(complaint("fraud")))
    assert (verdict.kind, verdict.reason) == (MailKind.COMPLAINT, "fraud")
    assert verdict.report is not None
    assert (verdict.report.said[0].address, verdict.report.about) == ("ming@example.com", ["<sent@tea.example>"])
