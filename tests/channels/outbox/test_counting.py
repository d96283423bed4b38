"""Messages in the counters of contact, and taking back what has not gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.channels.models import Message
from regulars.channels.outbox import actions, queries
from regulars.channels.outbox.permission import Verdict
from regulars.customers.models import Pressure
from regulars.kit import clock
from tests.channels.outbox.conftest import Put

pytestmark = pytest.mark.django_db
MARKETING = {"purpose": "marketing", "purpose_class": "marketing", "origin": "campaign:7", "counted": True}


def counted() -> dict[Any, int]:
    return dict(Pressure.objects.filter(n__gt=0).values_list("day", "n"))


def test_message_counts_once_however_often_it_is_put(put: Put) -> None:
    put(visit="1", **MARKETING)
    put(visit="1", **MARKETING)
    assert counted() == {timezone.localdate(clock.now()): 1}


def test_ghost_and_refused_count_nothing_and_are_settled_from_the_start(put: Put) -> None:
    ghost = put(ghost=True, variant="control", **MARKETING)
    refused = put(refused="no_consent", **MARKETING)
    assert (ghost.state, ghost.variant, refused.state, refused.reason) == ("ghost", "control", "refused", "no_consent")
    assert refused.done_at is not None
    assert counted() == {}


def test_what_waits_longer_counts_on_its_new_day_and_what_never_goes_on_none(put: Put) -> None:
    one = put(**MARKETING)
    until = clock.now() + timedelta(days=2)
    lease = actions.claim("email", most=5)
    actions.hold_back(lease, {one.pk: Verdict(ok=False, reason="capped", until=until)})
    assert counted() == {timezone.localdate(until): 1}
    with clock.stopped_at(until + timedelta(seconds=1)):
        lease = actions.claim("email", most=5)
        actions.hold_back(lease, {one.pk: Verdict(ok=False, reason="refused")})
    assert counted() == {}


def test_too_late_counts_nothing(put: Put) -> None:
    put(not_after=clock.now() + timedelta(minutes=1), **MARKETING)
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        actions.settle_lost()
    assert counted() == {}


def test_withdrawing_takes_back_all_that_waits_even_what_is_leased(put: Put) -> None:
    waiting, other = put(**MARKETING), put(**{**MARKETING, "origin": "campaign:70"})
    lease = actions.claim("email", most=5)
    assert actions.withdraw(origin="campaign:7", reason="stopped") == 1
    assert [one.pk for one in actions.advance(lease, outcomes=[], group=lease.messages)] == [other.pk]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason, waiting.counted_on) == ("refused", "stopped", None)
    assert counted() == {timezone.localdate(clock.now()): 1}


def test_what_is_put_off_goes_on_when_it_is_told_to(put: Put) -> None:
    put(**MARKETING)
    actions.put_off(origin="campaign:7", reason="paused", until=clock.now() + timedelta(days=30))
    assert (queries.is_due("email"), counted()) == (False, {})
    assert actions.go_on(origin="campaign:7", reason="paused") == 1
    assert queries.is_due("email")
    assert counted() == {timezone.localdate(clock.now()): 1}
    assert Message.objects.get().reason == ""
