"""Suppressing, unsubscribing, choosing, confirming: with the entry on the timeline, the proof, and nothing twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from regulars.customers import actions
from regulars.customers.models import (
    Confirmation,
    Consent,
    ConsentText,
    ContactPoint,
    Event,
    Party,
    Pressure,
    Suppression,
)
from regulars.customers.permission import links
from regulars.customers.permission.actions import (
    ask_confirmation,
    choose,
    confirm,
    confirmation,
    lift,
    publish_text,
    sha256,
    suppress,
    unsubscribe,
)
from regulars.customers.permission.links import Link
from regulars.customers.permission.pressure import reserve
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry
from tests.customers.permission.conftest import MAIL, NOON, Ask, person

pytestmark = pytest.mark.django_db


def kinds(party: Party) -> list[str]:
    rows = Event.objects.filter(customer=party).exclude(kind="customers.created")
    return list(rows.order_by("pk").values_list("kind", flat=True))


def link_of(party: Party, purpose: str = "marketing") -> Link:
    told = links.read(links.token(party_id=party.pk, channel="email", address=MAIL, purpose=purpose))
    assert told is not None
    return told


def test_address_is_kept_as_a_digest_alone(ming: Party) -> None:
    suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming, source="feedback loop")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customers_suppression")
        assert "shop.example" not in str(cursor.fetchall()).lower()
    entry = Event.objects.get(kind="customers.suppressed")
    assert entry.payload == {"channel": "email", "code": "complaint", "kind": "marketing"}


def test_said_again_changes_nothing_unless_it_is_graver(ming: Party) -> None:
    first = suppress(channel="email", address=MAIL, reason="unsubscribe", by=None, party=ming)
    assert suppress(channel="email", address=MAIL, reason="unsubscribe", by=None, party=ming) == first
    graver = suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming)
    assert suppress(channel="email", address=MAIL, reason="unsubscribe", by=None, party=ming) == graver
    assert list(Suppression.objects.standing()) == [graver]
    assert Suppression.objects.count() == 2
    assert kinds(ming).count("customers.suppressed") == 2
    with pytest.raises(UserError):
        suppress(channel="email", address=MAIL, reason="mood", by=None)


def test_lifting_is_remembered_and_accountable(ming: Party, make_user: Any) -> None:
    boss = make_user()
    held = suppress(channel="email", address=MAIL, reason="hard_bounce", by=boss, party=ming)
    assert lift(suppression=held, by=boss)
    assert not lift(suppression=held, by=boss)
    held.refresh_from_db()
    assert held.lifted_by == boss
    assert kinds(ming)[-1] == "customers.unsuppressed"
    assert AuditEntry.objects.filter(action="customers.suppression_lifted").count() == 1


def test_unsubscribing_ends_marketing_to_the_address_and_is_written_down_once(ming: Party, ask: Ask) -> None:
    assert unsubscribe(link=link_of(ming), source="one-click", evidence="by link")
    assert not unsubscribe(link=link_of(ming), source="one-click")
    assert ask(ming).reason == "suppressed"
    assert ask(ming, purpose="order", purpose_class="transactional").ok
    word = Consent.objects.filter(party=ming).order_by("-pk")[0]
    assert (word.state, word.evidence, word.source) == ("withdrawn", "by link", "one-click")
    assert kinds(ming)[-2:] == ["customers.suppressed", "customers.consent_withdrawn"]


def test_unsubscribing_from_one_purpose_leaves_the_others(ming: Party, ask: Ask) -> None:
    assert unsubscribe(link=link_of(ming, "news"), source="page")
    assert ask(ming, purpose="news").reason == "refused"
    assert ask(ming).ok


def test_unsubscribing_reaches_the_record_into_which_it_was_merged(ming: Party, ask: Ask) -> None:
    link = link_of(ming)
    winner = person("王明", "w@x.example")
    actions.merge_parties(winner=winner, loser=ming, by=None)
    unsubscribe(link=link, source="page")
    assert ask(winner).reason == "suppressed"
    assert Consent.objects.filter(party=winner, state="withdrawn").exists()


def test_suppression_survives_the_erasure_and_says_nothing_of_the_person(ming: Party, ask: Ask) -> None:
    link = link_of(ming)
    suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming, source="王小明 called")
    actions.erase_person(party=ming, by=None)
    held = Suppression.objects.standing().get()
    assert (held.party, held.source, held.reason) == (None, "", "complaint")
    assert actions.allow_again(kind="email", value=MAIL, by=None)
    again = person("陳大文")
    actions.record_consent(party=again, channel="email", state="granted", by=None)
    assert ask(again).reason == "suppressed"
    assert not unsubscribe(link=link, source="page")
    assert Suppression.objects.count() == 1


def test_erased_person_can_still_unsubscribe(ming: Party) -> None:
    link = link_of(ming)
    actions.erase_person(party=ming, by=None)
    consents = Consent.objects.count()
    assert unsubscribe(link=link, source="page")
    assert Suppression.objects.standing().get().party is None
    assert Consent.objects.count() == consents


def agreed(words: str = "Yes to news.") -> ConsentText:
    return publish_text(key="preferences", language="en", words=words)


def test_text_gets_a_version_only_when_its_words_change() -> None:
    first = agreed()
    assert agreed() == first
    second = agreed("Yes to news and offers.")
    assert (first.version, second.version) == (1, 2)
    assert second.sha256 == sha256("Yes to news and offers.")
    with pytest.raises(UserError):
        agreed("  ")


def test_nobody_changes_the_words_agreed_to(ming: Party) -> None:
    text = agreed()
    with pytest.raises(TypeError):
        text.save()
    for statement in ("UPDATE customers_consenttext SET text = 'other'", "DELETE FROM customers_consenttext"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    choose(party=ming, offered=["email"], wanted=[], agreed=text, source="page")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE customers_consent SET text_id = %s", [text.pk])


def test_choice_is_written_down_only_where_it_is_news(ming: Party, ask: Ask) -> None:
    text = agreed()
    assert choose(party=ming, offered=["email"], wanted=["email"], agreed=text, source="page") == 0
    assert choose(party=ming, offered=["email"], wanted=[], agreed=text, source="page") == 1
    assert ask(ming).reason == "suppressed"
    assert choose(party=ming, offered=["email"], wanted=[], agreed=text, source="page") == 0
    assert choose(party=ming, offered=["email"], wanted=["email"], agreed=text, source="page") == 1
    assert ask(ming).ok
    assert Consent.objects.filter(party=ming).latest("pk").text == text


def test_choice_lifts_no_complaint(ming: Party, ask: Ask) -> None:
    suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming)
    choose(party=ming, offered=["email"], wanted=["email"], agreed=agreed(), source="page")
    assert ask(ming).reason == "suppressed"


def test_no_to_a_channel_that_was_never_asked_about_is_a_no(ask: Ask) -> None:
    one = person("陳大文", "b@x.example")
    assert choose(party=one, offered=["email"], wanted=[], agreed=agreed(), source="page") == 1
    assert ask(one, addresses={one.pk: "c@x.example"}).reason == "refused"


def test_confirmation_by_link_is_consent_with_its_proof(ask: Ask) -> None:
    one = person("陳大文", MAIL)
    point = one.contact_points.get()
    first = ask_confirmation(point=point, channel="email", agreed=agreed())
    with clock.stopped_at(clock.now() + timedelta(minutes=5)):
        token = ask_confirmation(point=point, channel="email", agreed=agreed())
        assert not Confirmation.objects.filter(digest=token).exists()
        old, asked = confirmation(first), confirmation(token)
        assert old is not None
        assert asked is not None
        with pytest.raises(UserError, match="no longer valid"):
            confirm(asked=old)
        given = confirm(asked=asked)
        assert given is not None
        assert (given.state, given.text, given.source) == ("granted", asked.text, "double-opt-in")
        assert confirm(asked=asked) is None
    assert ask(one, at=NOON + timedelta(days=365)).ok
    assert ContactPoint.objects.get(pk=point.pk).verified_at is not None
    assert confirmation("another") is None


def test_confirmation_ends_after_its_time_and_with_the_address(ming: Party) -> None:
    point = ming.contact_points.get()
    asked = confirmation(ask_confirmation(point=point, channel="email", agreed=agreed()))
    assert asked is not None
    with clock.stopped_at(clock.now() + timedelta(days=15)), pytest.raises(UserError):
        confirm(asked=asked)
    actions.end_contact_point(point=point, by=None)
    with pytest.raises(UserError):
        confirm(asked=asked)


def test_merge_adds_up_what_both_got_and_taking_apart_gives_it_back(ming: Party) -> None:
    other = person("王明", "w@x.example")
    reserve([ming.pk, ming.pk, other.pk], channel="email", at=NOON)
    reserve([other.pk], channel="sms", at=NOON)
    held = suppress(channel="email", address="w@x.example", reason="unsubscribe", by=None, party=other)
    merge = actions.merge_parties(winner=ming, loser=other, by=None)
    counted = Pressure.objects.filter(party=ming).order_by("channel")
    assert list(counted.values_list("channel", "n")) == [("email", 3), ("sms", 1)]
    held.refresh_from_db()
    assert held.party == ming
    actions.unmerge(merge=merge, by=None)
    assert list(counted.values_list("channel", "n")) == [("email", 2)]
    mine = Pressure.objects.filter(party=other).order_by("channel")
    assert list(mine.values_list("channel", "n")) == [("email", 1), ("sms", 1)]
