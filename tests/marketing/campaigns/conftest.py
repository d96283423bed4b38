"""Customers who permit e-mail and some who do not, a segment of them, and contents to be said."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.customers.actions import create_party, record_consent
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.campaigns import actions, sending
from regulars.marketing.campaigns.models import Campaign
from regulars.marketing.campaigns.plan import Plan
from regulars.marketing.content.actions import make_content
from regulars.marketing.content.models import Content
from regulars.marketing.segments import membership
from regulars.marketing.segments.actions import make_segment
from regulars.marketing.segments.models import Segment
from tests.conftest import MakeUser

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{words}</mj-text></mj-column></mj-section></mj-body></mjml>"
DAYTIME = datetime(2026, 3, 11, 6, tzinfo=UTC)
"""Two in the afternoon in Taipei: nobody's quiet hours."""


@pytest.fixture(autouse=True)
def daytime() -> Iterator[None]:
    """It is day where the customers live."""
    with clock.stopped_at(DAYTIME):
        yield


@pytest.fixture
def marketer(make_user: MakeUser) -> Any:
    return make_user(role="marketer")


def customer(number: int, *, says_yes: bool = True, address: str | None = "", **facts: Any) -> Party:
    """A customer in Taipei; without consent, or without an address, where told."""
    told = f"c{number}@example.com" if address == "" else address
    points = [("email", told)] if told else []
    party = create_party(by=None, name=f"Customer {number}", city="Taipei", contact_points=points, **facts)
    if says_yes:
        record_consent(party=party, channel="email", state="granted", evidence="form", source="test", by=None)
    return party


@pytest.fixture
def customers(db: None) -> list[Party]:
    """Forty who permit it, two who never said yes, one without an address."""
    return [
        *(customer(n) for n in range(40)),
        customer(40, says_yes=False),
        customer(41, says_yes=False),
        customer(42, address=None),
    ]


@pytest.fixture
def segment(customers: list[Party], marketer: Any) -> Segment:
    """All of them, as a segment that was worked out."""
    rule = {"match": "all", "parts": [{"is": "is_city", "value": "Taipei"}]}
    made = make_segment(name="In Taipei", rule=rule, by=marketer)
    while membership.work_out_next():
        pass
    made.refresh_from_db()
    return made


MakeContent = Callable[..., Content]


@pytest.fixture
def make_words(db: None) -> MakeContent:
    """Something to say in both languages: ``make_words("Spring")``."""

    def make(name: str = "Spring") -> Content:
        draft = {
            language: {"subject": f"{name} {language}", "preheader": "", "mjml": MJML.format(words=name)}
            for language in ("en", "zh-hant")
        }
        return make_content(name=name, by=None, draft=draft)

    return make


@pytest.fixture
def make_campaign(segment: Segment, marketer: Any, make_words: MakeContent) -> Callable[..., Campaign]:
    """A draft to the segment, half of it control: ``make_campaign(days=14)``."""

    def make(**facts: Any) -> Campaign:
        told = {"name": "Spring", "measure": "revenue", "segment": segment, "control_share": 5_000} | facts
        if "said" not in told:
            told["said"] = (make_words(),)
        return actions.make_campaign(told=Plan(**told), by=marketer)

    return make


def run(campaign: Campaign, by: Any, *, size: int = 10) -> Campaign:
    """Start and carry out, in small parts."""
    actions.start(campaign=campaign, by=by)
    sending.carry_out(campaign.pk, size=size)
    campaign.refresh_from_db()
    return campaign
