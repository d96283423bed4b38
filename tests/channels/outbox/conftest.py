"""Customers who permit e-mail, and a mail server of this machine."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from regulars.channels.models import Message
from regulars.channels.outbox import actions, transports
from regulars.channels.outbox.transports.smtp import Smtp
from regulars.customers.actions import create_party, record_consent
from regulars.customers.models import Party
from tools import sink

Put = Callable[..., Message]


@pytest.fixture
def party(db: None) -> Party:
    """Somebody with an address who permits marketing by e-mail."""
    one = create_party(by=None, name="王小明", contact_points=[("email", "ming@example.com")])
    record_consent(party=one, channel="email", state="granted", evidence="form", source="test", by=None)
    return one


@pytest.fixture
def put(party: Party) -> Put:
    """Put a message to `party` into the outbox: ``put(purpose_class="transactional")``; each is another visit."""
    visits = count(1)

    def make(**facts: Any) -> Message:
        told: dict[str, Any] = {
            "channel": "email", "party_id": party.pk, "address": "ming@example.com", "origin": "test:1",
            "visit": str(next(visits)), "subject": "熟客您好", "text": "明天見。", "purpose_class": "transactional", "purpose": "service",
        } | facts  # fmt: skip
        new = actions.NewMessage(**told)
        actions.put([new])
        return Message.objects.get(key=new.key)

    return make


@pytest.fixture
def mail() -> Iterator[sink.Kept]:
    """A mail server to which e-mail goes as long as the test runs."""
    with sink.running(with_mails=True) as kept:
        before = transports.of("email")
        transports.register("email", Smtp(kept.url, "熟客商店 <hello@example.com>"))
        yield kept
        transports.register("email", before)
