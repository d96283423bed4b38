"""A company with an address, a customer with one, a message that went out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.channels.outbox.models import Message
from regulars.customers.models import ContactPoint, Party
from tests.support.mails import sent_to


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


@pytest.fixture
def sent(ming: Party) -> Message:
    """A campaign's message to Ming that went out."""
    return sent_to(ming)
