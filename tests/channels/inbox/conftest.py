"""A customer whose owner answers mail, and messages that come in."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from regulars.channels.inbox import actions
from regulars.channels.inbox.models import Entry
from regulars.customers.actions import create_party
from regulars.customers.models import Party
from regulars.staff.models import User

Hear = Callable[..., Entry]


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """Attachments of a test go where pytest cleans up."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def seller(make_user: Callable[..., User]) -> User:
    """Whoever owns the customer."""
    return make_user(role="seller", name="Anna Lin")


@pytest.fixture
def party(seller: User) -> Party:
    """Somebody who writes."""
    return create_party(by=None, name="王小明", owner=seller, contact_points=[("email", "ming@example.com")])


@pytest.fixture
def hear(party: Party) -> Hear:
    """Take in a message: ``hear(text="…", thread_of=[…])``; each has a name of its own."""
    numbers = count(1)

    def take_in(**facts: Any) -> Entry:
        told: dict[str, Any] = {
            "channel": "email", "ref": f"<{next(numbers)}@example.com>", "party_id": party.pk, "from_address": "ming@example.com",
            "from_name": "王小明", "subject": "請問出貨時間", "text": "請問我的訂單什麼時候出貨？",
        } | facts  # fmt: skip
        return actions.receive(**told)

    return take_in
