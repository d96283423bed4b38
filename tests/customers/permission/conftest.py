"""Somebody who permitted e-mail, and the question whether they may be written to."""

from datetime import UTC, datetime
from typing import Any, Protocol

import pytest

from regulars.customers import actions
from regulars.customers.models import Party
from regulars.customers.permission.decisions import Decision
from regulars.customers.permission.queries import decide

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
"""Noon in Taipei."""
MAIL = "Ming@Shop.example"


class Ask(Protocol):
    def __call__(self, *parties: Party, **told: Any) -> Decision: ...


def person(name: str = "王小明", address: str = MAIL, **facts: Any) -> Party:
    return actions.create_party(by=None, name=name, contact_points=[("email", address)], **facts)


def say(party: Party, state: str, purpose: str = "marketing", **facts: Any) -> None:
    actions.record_consent(party=party, channel="email", state=state, purpose=purpose, by=None, **facts)


@pytest.fixture
def ming(db: None) -> Party:
    one = person()
    say(one, "granted", given_at=datetime(2026, 1, 1, tzinfo=UTC), evidence="signed")
    return one


@pytest.fixture
def ask(db: None) -> Ask:
    def about(*parties: Party, **told: Any) -> Decision:
        facts: dict[str, Any] = {"channel": "email", "purpose": "marketing", "at": NOON} | told
        addresses = facts.pop("addresses", {one.pk: MAIL for one in parties})
        return decide([one.pk for one in parties], addresses=addresses, **facts)[parties[0].pk]

    return about
