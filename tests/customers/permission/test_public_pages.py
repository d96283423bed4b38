"""Unsubscribing, the preference centre and double opt-in as customers meet them: by a link, without a sign-in."""

import re
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import translation

from regulars.customers import actions
from regulars.customers.models import Consent, Event, Party, Suppression
from regulars.customers.permission import links, topics
from regulars.customers.permission.actions import ask_confirmation, publish_text, set_words, suppress
from regulars.staff.models import FailedTries
from tests.customers.permission.conftest import MAIL, Ask, person

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def strict(make_user: Any) -> Client:
    """A browser that has never been here and whose forms are checked like everybody's; the company has somebody who works there."""
    make_user()
    return Client(enforce_csrf_checks=True)


def token_of(party: Party) -> str:
    return links.token(party_id=party.pk, channel="email", address=MAIL)


def state() -> tuple[int, int, int]:
    return Consent.objects.count(), Suppression.objects.count(), Event.objects.count()


def words_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="((?!offered)[^"]+)" value="([^"]+)"', page))


@pytest.mark.parametrize("name", ["unsubscribe", "one-click", "preferences"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(ming: Party, strict: Client, name: str, method: str) -> None:
    before = state()
    answer = getattr(strict, method)(reverse(f"customers:{name}", args=[token_of(ming)]), follow=True)
    assert answer.status_code == 200
    assert state() == before
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]


def test_one_click_of_a_mail_program_unsubscribes_without_cookie_or_form(ming: Party, strict: Client, ask: Ask) -> None:
    answer = strict.post(links.paths(token_of(ming)).one_click, ONE_CLICK)
    assert answer.status_code == 200
    assert ask(ming).reason == "suppressed"
    before = state()
    assert strict.post(links.paths(token_of(ming)).one_click, ONE_CLICK).status_code == 200
    assert state() == before


def test_one_click_as_multipart_counts_too(ming: Party, strict: Client, ask: Ask) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    path = links.paths(token_of(ming)).one_click
    assert strict.post(path, body, content_type="multipart/form-data; boundary=b").status_code == 200
    assert not ask(ming).ok


def test_other_posts_to_the_one_click_address_change_nothing(ming: Party, strict: Client, ask: Ask) -> None:
    assert strict.post(links.paths(token_of(ming)).one_click, {"List-Unsubscribe": "Maybe"}).status_code == 400
    assert strict.post(links.paths(token_of(ming)).unsubscribe, ONE_CLICK).status_code in {403, 405}
    assert ask(ming).ok


def test_button_on_the_page_unsubscribes(ming: Party, strict: Client, ask: Ask) -> None:
    paths = links.paths(token_of(ming))
    page = strict.get(paths.unsubscribe).content.decode()
    assert "M•••@Shop.example" in page
    assert "csrf" not in page
    done = strict.post(paths.one_click, words_of(page)).content.decode()
    assert "You are unsubscribed" in done
    assert "You are unsubscribed" in strict.get(paths.unsubscribe).content.decode()
    assert not ask(ming).ok


def test_preferences_are_under_the_guard_of_forms(ming: Party, strict: Client, ask: Ask) -> None:
    path = links.paths(token_of(ming)).preferences
    words = words_of(strict.get(path).content.decode())
    assert Client(enforce_csrf_checks=True).post(path, {"words": words["words"]}).status_code == 403
    assert ask(ming).ok
    answer = strict.post(path, words)
    assert answer.status_code == 200
    assert ask(ming).reason == "suppressed"
    back = strict.post(path, words | {"channel": "email"}).content.decode()
    assert "Saved" in back
    assert ask(ming).ok
    given = Consent.objects.filter(party=ming).latest("pk")
    assert given.text is not None
    assert given.text.text in back
    assert given.text.sha256 == words["words"]


def test_words_that_changed_meanwhile_are_shown_again(ming: Party, strict: Client) -> None:
    path = links.paths(token_of(ming)).preferences
    told = words_of(strict.get(path).content.decode())
    before = state()
    answer = strict.post(path, told | {"words": "0" * 64})
    assert answer.status_code == 409
    assert "have changed meanwhile" in answer.content.decode()
    assert state() == before


def test_complaint_is_not_lifted_by_a_tick(ming: Party, strict: Client, ask: Ask) -> None:
    suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming)
    path = links.paths(token_of(ming)).preferences
    page = strict.get(path).content.decode()
    assert "disabled" in page
    strict.post(path, words_of(page) | {"channel": "email"})
    assert ask(ming).reason == "suppressed"


@pytest.mark.parametrize(("language", "browser", "words"), [
    ("zh-hant", "en", "取消訂閱"), ("nan", "en", "取消訂閱"), ("en", "zh-hant", "Unsubscribe"), ("", "zh-hant", "取消訂閱"), ("", "en", "Unsubscribe"),
])  # fmt: skip
def test_page_speaks_the_language_of_the_customer(
    ming: Party, strict: Client, language: str, browser: str, words: str
) -> None:
    actions.change_party(party=ming, changes={"language": language}, by=None)
    answer = strict.get(links.paths(token_of(ming)).unsubscribe, headers={"accept-language": browser})
    assert words in answer.content.decode()
    assert answer.headers["Content-Language"] == ("zh-hant" if words == "取消訂閱" else "en")


def test_link_leads_on_when_the_record_was_merged(ming: Party, strict: Client, ask: Ask) -> None:
    token = token_of(ming)
    winner = person("王明", "w@x.example")
    actions.merge_parties(winner=winner, loser=ming, by=None)
    strict.post(links.paths(token).one_click, ONE_CLICK)
    assert ask(winner).reason == "suppressed"


def test_erased_person_is_left_in_peace_and_told_nothing(ming: Party, strict: Client) -> None:
    token = token_of(ming)
    actions.erase_person(party=ming, by=None)
    page = strict.get(links.paths(token).preferences, follow=True).content.decode()
    assert "Choose what may come" not in page
    assert "Erased person" not in page
    assert strict.post(links.paths(token).one_click, ONE_CLICK).status_code == 200
    assert Suppression.objects.standing().count() == 1


@pytest.mark.parametrize("name", ["unsubscribe", "one-click", "preferences", "confirm-address"])
def test_forged_links_lead_nowhere_and_whoever_tries_many_waits(ming: Party, strict: Client, name: str) -> None:
    good = token_of(ming)
    for forged in (
        "x",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.replace(f"{ming.pk}.", f"{ming.pk + 1}.", 1),
    ):
        assert strict.get(reverse(f"customers:{name}", args=[forged])).status_code == 404
    FailedTries.objects.update(tries=40)
    strict.get(reverse(f"customers:{name}", args=["x"]))
    answer = strict.get(reverse(f"customers:{name}", args=["x"]))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 1
    assert strict.get(links.paths(good).unsubscribe).status_code == 200


def test_changing_ones_mind_all_day_has_an_end(ming: Party, strict: Client) -> None:
    path = links.paths(token_of(ming)).preferences
    told = words_of(strict.get(path).content.decode())
    strict.post(path, told)
    FailedTries.objects.filter(scope="choices").update(tries=100)
    strict.post(path, told)
    before = state()
    assert strict.post(path, told | {"channel": "email"}).status_code == 429
    assert state() == before


def test_double_opt_in_wants_the_button(strict: Client, ask: Ask) -> None:
    one = person()
    agreed = publish_text(key="newsletter", language="en", words="Yes, send me the newsletter.")
    token = ask_confirmation(point=one.contact_points.get(), channel="email", agreed=agreed)
    path = reverse("customers:confirm-address", args=[token])
    page = strict.get(path).content.decode()
    assert "Yes, send me the newsletter." in page
    assert ask(one).reason == "no_consent"
    csrf = words_of(page)
    assert "Thank you" in strict.post(path, csrf).content.decode()
    assert ask(one).ok
    consents = Consent.objects.count()
    assert strict.post(path, csrf).status_code == 200
    assert Consent.objects.count() == consents


def test_links_are_signed_as_they_have_always_been(ming: Party) -> None:
    told = links.token(party_id=ming.pk, channel="email", address="ming@example.com")
    plain = Signer(salt="regulars.permission.link", sep="~")
    assert plain.sign(plain.unsign(told)) == told


def test_link_for_what_is_no_plain_word_is_not_made(ming: Party) -> None:
    with pytest.raises(ValueError, match="plain"):
        links.token(party_id=ming.pk, channel="email", address=MAIL, purpose="all.of it")


def test_topics_are_chosen_by_their_own_purpose_and_only_where_they_were_shown(ming: Party, strict: Client) -> None:
    told = [topics.Topic("news", "News of the house"), topics.Topic("trips", "Trips", silent=False)]
    provider = topics.provide(lambda: told)
    try:
        path = links.paths(token_of(ming)).preferences
        page = strict.get(path).content.decode()
        assert "News of the house" in page
        facts = {**words_of(page), "channel": "email"}
        strict.post(path, facts | {"offered": ["news", "trips"], "topic": ["trips"]})
        assert {one.topic.purpose: one.on for one in topics.of(ming)} == {"news": False, "trips": True} | {
            one.topic.purpose: one.on for one in topics.of(ming) if one.topic.purpose not in {"news", "trips"}
        }
        given = Consent.objects.get(party=ming, purpose="trips")
        assert (given.state, given.source, given.text_id is not None) == ("granted", "preferences", True)
        before = Consent.objects.count()
        strict.post(path, facts | {"offered": ["news", "trips"], "topic": ["trips"]})
        strict.post(path, facts)
        assert Consent.objects.count() == before
    finally:
        topics.withdraw(provider)


def test_the_companys_own_words_are_shown_and_agreed_to(ming: Party, strict: Client, make_user: Any) -> None:
    set_words(language="en", words="Own words, <b>ours</b>.", by=make_user(role="owner"))
    path = links.paths(token_of(ming)).preferences
    with translation.override("en"):
        page = strict.get(path, headers={"accept-language": "en"}).content.decode()
    assert "Own words, &lt;b&gt;ours&lt;/b&gt;." in page
    facts = {**words_of(page), "channel": []}
    strict.post(path, facts, headers={"accept-language": "en"})
    strict.post(path, facts | {"channel": "email"}, headers={"accept-language": "en"})
    newest = Consent.objects.filter(party=ming, purpose="marketing").latest("pk")
    assert newest.text is not None
    assert newest.text.text == "Own words, <b>ours</b>."
