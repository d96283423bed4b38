"""Every mail of the corpora goes in: none is lost, none breaks anything, the same mail twice is one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from regulars.channels.email import store
from regulars.channels.email.actions import take_in
from regulars.channels.email.models import Mail, MailKind
from regulars.channels.email.words import REASONS
from regulars.channels.inbox.models import Entry
from tests.support.mails import fixtures, spam_assassin

pytestmark = pytest.mark.django_db


def test_every_mail_of_spam_assassin_becomes_a_message(real_data: Path) -> None:
    mails = dict(spam_assassin(real_data))
    assert len(mails) == 1_000
    taken = {name: take_in(raw, source=name) for name, raw in mails.items()}
    again = {name: take_in(raw, source="again") for name, raw in mails.items()}

    assert {name: mail.pk for name, mail in again.items()} == {name: mail.pk for name, mail in taken.items()}
    assert Mail.objects.count() == len({mail.pk for mail in taken.values()}) >= 998
    assert Counter(mail.kind for mail in taken.values()) == {MailKind.MESSAGE: 1_000}
    assert Entry.objects.count() == Mail.objects.count()
    assert all(store.read(mail.file) == mails[name] for name, mail in taken.items() if mail.source == name)
    assert not Mail.objects.filter(from_address="").exists()
    assert Mail.objects.filter(subject="").count() <= 3


def test_every_fixture_becomes_a_message_or_stands_in_quarantine_with_a_reason(real_data: Path) -> None:
    mails = dict(fixtures(real_data))
    assert len(mails) > 180
    taken = {name: take_in(raw, source="fixtures") for name, raw in mails.items()}
    assert {take_in(raw, source="again").pk for raw in mails.values()} == {mail.pk for mail in taken.values()}

    told = Counter(mail.kind for mail in taken.values())
    assert told[MailKind.BOUNCE] == 4
    assert told[MailKind.MESSAGE] > 100
    assert all(
        mail.reason in REASONS and mail.reason != "defect" for mail in taken.values() if mail.kind != MailKind.MESSAGE
    )
    assert all(len(store.read(mail.file)) == mail.size for mail in taken.values())
    entries = set(Entry.objects.values_list("ref", flat=True))
    assert {mail.ref for mail in taken.values() if mail.kind == MailKind.MESSAGE} == entries
