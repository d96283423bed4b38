"""The page on which a content is written: kept, published, looked at as a customer, tried out; and who may do so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.channels.outbox.models import Message
from regulars.customers.models import Party
from regulars.marketing.content import designs
from regulars.marketing.content.actions import make_content
from regulars.marketing.content.models import Content, Edition, Imprint
from tests.marketing.content.conftest import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(owner: Any) -> Content:
    return make_content(name="Autumn", draft=designs.draft("offer"), by=owner)


@pytest.fixture
def page(client: Client, owner: Any) -> Client:
    client.force_login(owner)
    return client


def written(content: Content, **facts: str) -> dict[str, str]:
    """What the page sends: the draft with some of it changed."""
    told = {f"{language}.{part}": words for language, said in content.draft.items() for part, words in said.items()}
    return {**told, "name": content.name, "version": str(content.version), "language": "en", **facts}


def test_one_begins_from_a_design(page: Client) -> None:
    answer = page.post(reverse("content:new"), {"name": "Autumn", "design": "again"})
    made = Content.objects.get()
    assert answer.headers["Location"] == made.get_absolute_url()
    assert made.draft == designs.draft("again")
    again = page.post(reverse("content:new"), {"name": "Autumn", "design": "again"})
    assert again.status_code == 422
    assert "There is another one called" in again.content.decode()


def test_a_draft_is_kept_with_its_faults_and_not_published_with_them(page: Client, content: Content) -> None:
    told = written(content, **{"en.mjml": mail("{{ nobody }}")["mjml"]})
    assert page.post(content.get_absolute_url(), told | {"then": "keep"}).status_code == 302
    content.refresh_from_db()
    answer = page.post(content.get_absolute_url(), written(content, then="publish"))
    assert answer.status_code == 422
    assert "English · Line 1: There is no field “nobody”." in answer.content.decode()
    assert Edition.objects.count() == 0


def test_publishing_makes_an_edition(page: Client, content: Content) -> None:
    answer = page.post(content.get_absolute_url(), written(content, then="publish"), follow=True)
    assert "Edition 1" in answer.content.decode()
    assert Edition.objects.get().content == content


def test_who_is_late_keeps_their_words_on_the_page(page: Client, content: Content) -> None:
    page.post(content.get_absolute_url(), written(content, then="keep"))
    answer = page.post(content.get_absolute_url(), written(content, then="keep", **{"en.subject": "My words"}))
    assert answer.status_code == 409
    assert "Somebody changed it meanwhile" in answer.content.decode()
    assert "My words" in answer.content.decode()


def test_the_check_says_what_a_customer_would_get(page: Client, content: Content, person: Callable[..., Party]) -> None:
    one = person("Emma", family_name="Turner", given_name="Emma")
    facts = written(
        content, party=str(one.pk), **{"en.subject": "For {{ given_name }}", "en.mjml": mail("Hi {{ name }}")["mjml"]}
    )
    said = page.post(reverse("content:check", args=[content.pk]), facts).content.decode()
    assert "For Emma" in said
    assert "Hi Emma Turner" in said
    faulty = page.post(reverse("content:check", args=[content.pk]), facts | {"en.mjml": "<mjml>"}).content.decode()
    assert "&lt;mjml&gt; is never closed." in faulty


def test_the_preview_can_do_nothing_and_knows_day_and_night(
    page: Client, content: Content, person: Callable[..., Party]
) -> None:
    one = person('<img src=x onerror="alert(1)">')
    facts = written(content, party=str(one.pk), **{"en.mjml": mail("Hi {{ name }}")["mjml"]})
    answer = page.post(reverse("content:preview", args=[content.pk]), facts)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    html = answer.content.decode()
    assert "<img src=x" not in html
    assert "prefers-color-scheme: dark" in html
    assert "/l/" not in html
    night = page.post(reverse("content:preview", args=[content.pk]), facts | {"scheme": "dark"}).content.decode()
    assert "prefers-color-scheme: dark" not in night
    assert "@media all" in night
    assert page.post(reverse("content:preview", args=[content.pk]), facts | {"en.mjml": "<p>"}).status_code == 204


def test_customers_to_be_looked_at_as_are_those_one_sees(
    client: Client, make_user: Callable[..., Any], content: Content, person: Callable[..., Party]
) -> None:
    person("Emma")
    client.force_login(make_user(role="marketer"))
    found = client.get(reverse("content:people", args=[content.pk]), {"who": "emma"}).content.decode()
    assert "Emma" in found
    assert "Nobody found" in client.get(reverse("content:people", args=[content.pk]), {"who": "zzzz"}).content.decode()


def test_a_test_goes_to_oneself(page: Client, content: Content, person: Callable[..., Party]) -> None:
    facts = written(content, party=str(person("Emma").pk), address="me@example.com")
    assert page.post(reverse("content:test", args=[content.pk]), facts).status_code == 204
    assert Message.objects.get().address == "me@example.com"
    assert page.post(reverse("content:test", args=[content.pk]), facts | {"address": ""}).status_code == 422
    assert page.post(reverse("content:test", args=[content.pk]), facts | {"party": "987654"}).status_code == 422


def test_a_removed_one_is_gone_and_comes_back(page: Client, content: Content) -> None:
    page.post(reverse("content:remove", args=[content.pk]))
    assert page.get(content.get_absolute_url()).status_code == 404
    assert Content.objects.live().count() == 0


def test_only_who_may_writes(client: Client, make_user: Callable[..., Any], content: Content) -> None:
    client.force_login(make_user(role="analyst"))
    page = client.get(content.get_absolute_url())
    assert page.status_code == 200
    assert "Publish" not in page.content.decode()
    assert client.post(content.get_absolute_url(), written(content, then="keep")).status_code == 403
    assert client.get(reverse("content:new")).status_code == 403
    client.force_login(make_user(role="seller"))
    for name in ("one", "people"):
        assert client.get(reverse(f"content:{name}", args=[content.pk])).status_code == 403


def test_the_pages_speak_chinese(
    client: Client, make_user: Callable[..., Any], content: Content, person: Callable[..., Party]
) -> None:
    person("陳美玲", family_name="陳", given_name="美玲", salutation="小姐")
    client.force_login(make_user(role="owner", language="zh-hant"))
    page = client.get(content.get_absolute_url()).content.decode()
    assert "以這位客戶的角度檢視" in page
    assert "陳小姐您好" in page
    assert "從哪個樣式開始" in client.get(reverse("content:new")).content.decode()
    assert "郵件頁尾" in client.get(reverse("content:imprint")).content.decode()
    assert "點擊與開信" in client.get(reverse("tracking:settings")).content.decode()


def test_what_stands_under_every_mail_is_set(page: Client) -> None:
    facts = {
        "address_en": "1 Zhongshan Rd",
        "address_zh-hant": "中山路1號",
        "website": "https://tea.example",
        "product_page": "",
        "language": "en",
    }
    assert page.post(reverse("content:imprint"), facts).status_code == 302
    held = Imprint.objects.get()
    assert held.address == {"en": "1 Zhongshan Rd", "zh-hant": "中山路1號"}
    assert page.post(reverse("content:imprint"), facts | {"product_page": "javascript:x"}).status_code == 422
