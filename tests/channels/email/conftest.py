"""Mails to take in: made here, and the real ones beside the repository."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.models import Message, MessageState
from regulars.customers.models import ContactPoint, Party
from regulars.kit import clock

MakeMail = Callable[..., bytes]


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> None:
    """A company with an address, and a folder of its own for mail."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MAIL_FROM = "Tea House <hello@tea.example>"
    settings.MAIL_DOMAIN = "tea.example"


@pytest.fixture
def ming(db: None) -> Party:
    """A customer with an address."""
    party = Party.objects.create(name="王小明", fold="王小明")
    ContactPoint.objects.create(party=party, kind="email", raw="Ming@Example.com", normalised="ming@example.com")
    return party


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


@pytest.fixture
def sent(ming: Party) -> Message:
    """A campaign's message to Ming that went out."""
    return sent_to(ming)


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
