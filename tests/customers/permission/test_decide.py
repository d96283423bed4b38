"""May we say this to them now: one answer per party, with the reason and when it may be tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from regulars.customers import actions
from regulars.customers.models import Party, SuppressionReason
from regulars.customers.permission.actions import suppress, unsuppress
from regulars.customers.permission.caps import Cap
from regulars.customers.permission.decisions import Decision, Reason, words
from regulars.customers.permission.pressure import hold_caps, release, reserve, set_rules
from regulars.customers.permission.queries import decide
from tests.customers.permission.conftest import MAIL, NOON, Ask, person, say

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def test_yes_is_needed_and_the_newest_word_counts(ming: Party, ask: Ask) -> None:
    assert ask(ming) == Decision(True, "ok")
    say(ming, "withdrawn", given_at=LATER)
    assert ask(ming).reason == "refused"
    say(ming, "granted", given_at=LATER - timedelta(days=5))  # written down late: the refusal is newer
    assert ask(ming).reason == "refused"
    say(ming, "granted", given_at=LATER + timedelta(days=5))
    assert ask(ming).ok
    assert ask(person("陳大文", "b@x.example")).reason == "no_consent"


def test_word_on_the_purpose_itself_counts_until_a_wider_one_takes_it_back(ming: Party, ask: Ask) -> None:
    assert ask(ming, purpose="news").ok  # marketing covers it
    say(ming, "withdrawn", "news", given_at=LATER)
    assert ask(ming, purpose="news").reason == "refused"
    assert ask(ming).ok
    say(ming, "granted", "news", given_at=LATER + timedelta(days=1))
    say(ming, "withdrawn", "all", given_at=LATER + timedelta(days=2))
    assert ask(ming, purpose="news").reason == "refused"
    assert ask(ming).reason == "refused"


def test_consent_is_of_a_channel(ming: Party, ask: Ask) -> None:
    assert ask(ming, channel="sms", addresses={ming.pk: "0912345678"}).reason == "no_consent"


def test_transactional_mail_needs_no_yes_but_hears_a_no(ming: Party, ask: Ask) -> None:
    one = person("陳大文", "b@x.example")
    told: dict[str, Any] = {"purpose": "order", "purpose_class": "transactional"}
    assert ask(one, **told).ok
    say(one, "withdrawn")
    assert ask(one, **told).ok
    say(one, "withdrawn", "all")
    assert ask(one, **told).reason == "refused"
    with pytest.raises(ValueError, match="neither"):
        ask(ming, purpose_class="news")


@pytest.mark.parametrize("reason", SuppressionReason.values)
def test_suppressed_address_gets_nothing_of_its_scope(ming: Party, ask: Ask, reason: str) -> None:
    suppress(channel="email", address=" ming@shop.EXAMPLE ", reason=reason, by=None)
    assert ask(ming).reason == "suppressed"
    transactional = ask(ming, purpose="order", purpose_class="transactional")
    assert transactional.ok is (reason not in {"hard_bounce", "legal"})
    assert ask(ming, addresses={ming.pk: "other@shop.example"}).ok
    assert unsuppress(channel="email", address=MAIL, by=None) == 1
    assert ask(ming).ok


def test_number_is_the_same_however_it_is_written(ming: Party, ask: Ask) -> None:
    actions.record_consent(party=ming, channel="sms", state="granted", by=None)
    suppress(channel="sms", address="0912-345-678", reason="unsubscribe", by=None)
    assert ask(ming, channel="sms", addresses={ming.pk: "+886912345678"}).reason == "suppressed"
    actions.record_consent(party=ming, channel="phone", state="granted", by=None)
    assert ask(ming, channel="phone", addresses={ming.pk: "+886912345678"}).ok


def test_no_address_no_message(ming: Party, ask: Ask) -> None:
    assert ask(ming, addresses={}).reason == "no_address"
    assert ask(ming, addresses={ming.pk: "  "}).reason == "no_address"


def test_merged_erased_and_trashed_get_nothing(ming: Party, ask: Ask) -> None:
    twin, gone = person("舊名", "t@x.example"), person("離去", "g@x.example")
    actions.merge_parties(winner=ming, loser=twin, by=None)
    actions.erase_person(party=gone, by=None)
    assert ask(twin).reason == "merged"
    assert ask(gone).reason == "erased"
    assert ask(ming).ok
    actions.trash_parties(party_ids=[ming.pk], by=None)
    assert ask(ming).reason == "closed"
    assert decide([10**9], channel="email", purpose="x", at=NOON, addresses={10**9: "a"})[10**9].reason == "closed"


def test_quiet_hours_are_those_of_the_customer(ming: Party, ask: Ask) -> None:
    night = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)  # 21:00 in Taipei, 13:00 in London
    assert ask(ming, at=night - timedelta(minutes=1)).ok
    assert ask(ming, at=night) == Decision(False, "quiet_hours", datetime(2026, 3, 11, 1, 0, tzinfo=UTC))
    actions.change_party(party=ming, by=None, changes={"country": "英國"})
    assert ask(ming, at=night).ok
    assert ask(ming).reason == "quiet_hours"  # 04:00 in London
    assert ask(ming, purpose="order", purpose_class="transactional").ok
    set_rules(quiet_from=0, quiet_until=0, caps=[], by=None)
    assert ask(ming).ok


def test_letter_wakes_nobody(ming: Party, ask: Ask) -> None:
    actions.record_consent(party=ming, channel="post", state="granted", by=None)
    night = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
    assert ask(ming, channel="post", at=night, addresses={ming.pk: "大同路一號"}).ok


def test_caps_count_over_all_campaigns_and_channels(ming: Party, ask: Ask) -> None:
    set_rules(quiet_from=0, quiet_until=0, caps=[Cap("", 3, 7), Cap("email", 1, 2)], by=None)
    reserve([ming.pk], channel="email", at=NOON)
    assert ask(ming) == Decision(False, "capped", datetime(2026, 3, 11, 16, 0, tzinfo=UTC))  # the 12th begins in Taipei
    assert ask(ming, at=NOON + timedelta(days=2)).ok
    actions.record_consent(party=ming, channel="sms", state="granted", by=None)
    sms: dict[str, Any] = {"channel": "sms", "addresses": {ming.pk: "0912345678"}}
    assert ask(ming, **sms).ok
    reserve([ming.pk, ming.pk], channel="sms", at=NOON)
    assert ask(ming, **sms) == Decision(False, "capped", datetime(2026, 3, 16, 16, 0, tzinfo=UTC))
    release([ming.pk], channel="sms", at=NOON)
    assert ask(ming, **sms).ok
    assert ask(ming, purpose="order", purpose_class="transactional").ok


def test_what_is_reserved_for_later_counts_too(ming: Party, ask: Ask) -> None:
    set_rules(quiet_from=0, quiet_until=0, caps=[Cap("", 1, 3)], by=None)
    reserve([ming.pk], channel="email", at=NOON + timedelta(days=1))
    assert ask(ming).reason == "capped"
    assert ask(ming, at=NOON - timedelta(days=2)).ok


def test_message_that_is_counted_already_is_not_in_its_own_way(ming: Party, ask: Ask) -> None:
    set_rules(quiet_from=0, quiet_until=0, caps=[Cap("", 1, 7)], by=None)
    hold_caps()
    reserve([ming.pk], channel="email", at=NOON)
    assert ask(ming).reason == "capped"
    assert ask(ming, reserved=True).ok
    reserve([ming.pk], channel="email", at=NOON)
    assert ask(ming, reserved=True).reason == "capped"


def test_capped_until_is_not_at_night(ming: Party, ask: Ask) -> None:
    set_rules(quiet_from=21 * 60, quiet_until=9 * 60, caps=[Cap("", 1, 1)], by=None)
    reserve([ming.pk], channel="email", at=NOON)
    assert ask(ming) == Decision(False, "capped", datetime(2026, 3, 11, 1, 0, tzinfo=UTC))


def test_four_messages_in_seven_days_while_nobody_set_anything(ming: Party, ask: Ask) -> None:
    reserve([ming.pk] * 3, channel="email", at=NOON)
    assert ask(ming).ok
    reserve([ming.pk], channel="email", at=NOON)
    assert ask(ming).reason == "capped"


def test_same_number_of_queries_for_one_and_for_many(ming: Party) -> None:
    parties = [ming, *(person(f"Person {n}", f"p{n}@x.example") for n in range(40))]
    for one in parties[1:]:
        say(one, "granted", given_at=LATER)

    def count(some: list[Party]) -> int:
        with CaptureQueriesContext(connection) as asked:
            told = decide(
                [one.pk for one in some], channel="email", purpose="marketing", at=NOON,
                addresses={one.pk: f"p{one.pk}@x.example" for one in some},
            )  # fmt: skip
        assert {one.ok for one in told.values()} == {True}
        return len(asked)

    assert count(parties[:1]) == count(parties) == 5


def test_decides_for_more_than_a_statement_has_parameters(ming: Party) -> None:
    ids = [ming.pk, *range(10**8, 10**8 + 40_000)]
    told = decide(ids, channel="email", purpose="marketing", at=NOON, addresses=dict.fromkeys(ids, MAIL))
    assert len(told) == 40_001
    assert told[ming.pk].ok


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_each_reason_is_said_in_words(language: str) -> None:
    with translation.override(language):
        said = [words(reason) for reason in Reason.values]
        assert words("other") == "other"
    assert len(set(said)) == len(Reason.values)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one) is (language == "zh-hant") for one in said)
