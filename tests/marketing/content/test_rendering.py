"""What recipients get: in their language, by name, with links of their own; and what a batch costs."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.catalogue.models import Product
from regulars.channels.outbox import contents, tasks
from regulars.channels.outbox.models import Message, MessageState
from regulars.channels.tracking import links as tracking
from regulars.channels.tracking.actions import set_tracking
from regulars.channels.tracking.models import Link
from regulars.commerce.actions import place_order
from regulars.commerce.actions.orders import Line
from regulars.customers.actions.contact import record_consent
from regulars.customers.models import ConsentState, Party, PartyRelation, RelationKind
from regulars.customers.permission import links
from regulars.kit import clock
from regulars.marketing.content import designs, registries, rendering
from regulars.marketing.content.actions import make_content, publish, set_imprint
from regulars.marketing.content.models import Edition
from tests.marketing.content.conftest import mail, put, words_of

Person = Callable[..., Party]
Published = Callable[..., Edition]
pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = {"language": "en"}, {"language": "zh-hant"}


@pytest.mark.parametrize(
    ("facts", "in_english", "in_chinese"),
    [
        ({"family_name": "陳", "given_name": "美玲", "salutation": "小姐"}, "Dear 陳美玲", "陳小姐您好"),
        ({"family_name": "陳", "given_name": "美玲"}, "Dear 陳美玲", "陳美玲您好"),
        (
            {"family_name": "陳", "given_name": "美玲", "salutation": "Ms", "other_name": "Mei-Ling Chen"},
            "Dear Mei-Ling Chen",
            "陳女士您好",
        ),
        ({"family_name": "Turner", "given_name": "Emma", "salutation": "Ms."}, "Dear Ms Turner", "Emma Turner 您好"),
        ({"family_name": "Turner", "given_name": "Emma"}, "Dear Emma", "Emma Turner 您好"),
        ({"family_name": "Turner", "given_name": "Emma", "salutation": "博士"}, "Dear Dr Turner", "Emma Turner 您好"),
        ({"name": "山水茶行有限公司", "kind": "organisation"}, "Hello 山水茶行有限公司", "山水茶行有限公司您好"),
        ({"name": "Acme Ltd", "kind": "organisation"}, "Hello Acme Ltd", "Acme Ltd 您好"),
    ],
)
def test_the_greeting_is_right_in_either_language(
    facts: dict[str, str], in_english: str, in_chinese: str, person: Person, published: Published
) -> None:
    edition = published("{{ greeting }}!", "{{ greeting }}！")
    for language, said in (("en", in_english), ("zh-hant", in_chinese)):
        told = words_of(edition, person(**({"name": ""} | facts), language=language))
        assert f"{said}!" in told.text or f"{said}！" in told.text


def test_each_is_written_to_in_their_language_else_in_the_companys(
    person: Person, published: Published, owner: Any
) -> None:
    edition = published("English {{ name }}", "中文{{ name }}")
    assert "English Emma" in words_of(edition, person("Emma", **ENGLISH)).text
    assert "中文王小明" in words_of(edition, person("王小明", language="zh-TW")).text
    assert "中文Ana" in words_of(edition, person("Ana", language="pt")).text
    set_imprint(address={}, website="", product_page="", language="en", by=owner)
    assert "English Ana" in words_of(edition, person("Ana")).text
    only_english = published("English {{ name }}")
    assert "English 王小明" in words_of(only_english, person("王小明", **CHINESE)).text


def test_what_is_known_of_them_is_said_in_their_language(person: Person, published: Published, owner: Any) -> None:
    one = person("陳美玲", city="台北市", **CHINESE)
    company = person("山水茶行", kind="organisation")
    PartyRelation.objects.create(party=one, other=company, kind=RelationKind.EMPLOYED_BY)
    tea = Product.objects.create(code="T1", name="高山烏龍茶", price=120_000, currency="TWD")
    cup = Product.objects.create(code="C/1", name="Cup <b>", price=None, currency="TWD")
    at = clock.now() - timedelta(days=40)
    place_order(
        customer=one, source="shop", number="1", ordered_at=at, currency="TWD", by=None,
        lines=[Line(120_000, product=tea.code), Line(500, product=cup.code)],
    )  # fmt: skip
    registries.recommend_by(lambda ids: {pk: registries.Recommended((tea.pk,), (cup.pk, 987_654)) for pk in ids})
    set_imprint(
        address={"zh-hant": "台北市中山路1號"},
        website="https://tea.example",
        product_page="https://tea.example/p/{code}",
        language="",
        by=owner,
    )
    edition = published("-", (
        "{{ company }}|{{ city }}|{{ last_product }}|{{ days_since }}|{{ orders }}|{{ again_product }}|{{ new_product }}|{{ our_address }}|"
        "{% for product in recommended %}{{ product.name }} {{ product.price }} <a href='{{ product.url }}'>→</a>;{% endfor %}"
    ))  # fmt: skip
    told = words_of(edition, one)
    assert "山水茶行|台北市|高山烏龍茶|40|1|高山烏龍茶|Cup <b>|台北市中山路1號|" in told.text
    assert "高山烏龍茶 NT$1,200" in told.text
    assert "Cup &lt;b&gt;" in told.html
    assert "tea.example%2Fp%2FC%252F1" in told.text  # led over tracking, signed for this message


def test_of_whom_nothing_is_known_the_fallback_is_said(person: Person, published: Published) -> None:
    edition = published(
        '{{ last_product | "our teas" }}|{{ company | "" }}|{{ days_since }}|{% for product in new %}x{% else %}none{% endfor %}'
    )
    assert "our teas|||none" in words_of(edition, person("Emma", **ENGLISH)).text


def test_what_a_campaign_offers_comes_from_its_origin(person: Person, published: Published) -> None:
    ends = datetime(2026, 12, 24, 10, tzinfo=UTC)
    asked: list[list[str]] = []

    def offers(origins: Any) -> dict[str, registries.Offer]:
        asked.append(sorted(origins))
        return {"campaign:1": registries.Offer({"en": "20 % off"}, ends, "https://tea.example/?c=1", "TEA20")}

    registries.offers_of("campaign", offers)
    edition = published(
        '{{ offer | "nothing" }}|{{ offer_code }}|{{ offer_ends }}|{% if offer_url %}<a href="{{ offer_url }}">go</a>{% endif %}'
    )
    one = person("Emma", **ENGLISH)
    told = words_of(edition, one)
    assert "20 % off|TEA20|24 Dec 2026|go: " in told.text
    assert asked == [["campaign:1"]]
    later = words_of(
        edition, person("Bo", **ENGLISH), origin="campaign:2", not_after=datetime(2026, 12, 31, 10, tzinfo=UTC)
    )
    assert "nothing||31 Dec 2026|" in later.text


@pytest.mark.parametrize(
    "name",
    ["<script>alert('x')</script>", '"><img src=x onerror=y>', "O'Brien & Söhne", "{{ city }}{% if x %}", "\u202eevil"],
)
def test_a_hostile_name_does_nothing(name: str, person: Person, published: Published) -> None:
    edition = published(
        '{{ name }} {{ greeting }} <a href="https://a.example/?n={{ name }}">x</a>', subject="Hi {{ name }}"
    )
    told = words_of(edition, person(name, **ENGLISH))
    for bad in ("<script", "<img src=x", "onerror=y>", "\u202e"):
        assert bad not in told.html
    assert "\n" not in told.subject
    assert "city" not in told.subject or "{{ city }}" in told.subject


def test_a_name_from_right_to_left_is_kept_apart(person: Person, published: Published) -> None:
    told = words_of(published("Dear {{ name }}!", subject="Hi {{ name }}!"), person("שרה כהן", **ENGLISH))
    assert "<bdi>שרה כהן</bdi>!" in told.html
    assert "\u2068שרה כהן\u2069!" in told.text


def test_every_marketing_mail_can_be_ended(person: Person, published: Published, settings: Any) -> None:
    settings.PUBLIC_URL = "https://crm.example.com"
    edition = published("x")
    one = person("Emma", **ENGLISH)
    told = words_of(edition, one)
    assert told.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = told.headers["List-Unsubscribe"]
    assert address.startswith("<https://crm.example.com/")
    assert address.endswith(">")
    token = next(part for part in address.strip("<>").split("/") if "~" in part)
    link = links.read(token)
    assert link is not None
    assert (link.party_id, link.channel) == (one.pk, "email")
    for path in (links.paths(token).unsubscribe, links.paths(token).preferences):
        assert f"https://crm.example.com{path}" in told.html
        assert f"https://crm.example.com{path}" in told.text


def test_mail_somebody_waits_for_has_no_such_header(person: Person, published: Published) -> None:
    told = words_of(published("x"), person("Emma"), purpose="order", purpose_class="transactional")
    assert dict(told.headers) == {}


def test_links_are_led_over_tracking_with_signatures(person: Person, published: Published) -> None:
    edition = published(
        '<a href="https://a.example/?x=1&amp;y=2">x</a> <a href="https://a.example/?n={{ name }}">y</a> <a href="mailto:x@y.example">z</a>'
    )
    message = put(edition, person("Emma"))[0]
    told = rendering.render([message])[message.pk]
    link = Link.objects.get(url="https://a.example/?x=1&y=2")
    assert tracking.click(message.pk, link.pk) in told.text
    assert tracking.personal(message.pk, "https://a.example/?n=Emma") in told.text
    assert "mailto:x@y.example" in told.html
    assert told.html.count(tracking.trap(message.pk)) == told.html.count(tracking.opened(message.pk)) == 1
    assert tracking.trap(message.pk) not in told.text
    assert "a.example/?x=1" not in told.html


@pytest.mark.parametrize("what", ["clicks", "opens"])
def test_a_setting_turns_each_off(what: str, person: Person, published: Published, owner: Any) -> None:
    edition, one = published('<a href="https://a.example">x</a>'), person("Emma")
    facts: dict[str, Any] = {"clicks": True, "opens": True, "only_agreed": False, what: False}
    set_tracking(**facts, by=owner)
    message = put(edition, one)[0]
    told = rendering.render([message])[message.pk]
    assert ("a.example" in told.html) == (what == "clicks")
    assert (tracking.trap(message.pk) in told.html) == (what != "clicks")
    assert (tracking.opened(message.pk) in told.html) == (what != "opens")


def test_who_does_not_want_it_is_not_tracked(person: Person, published: Published, owner: Any) -> None:
    edition = published('<a href="https://a.example">x</a>')
    no, yes, silent = person("No"), person("Yes"), person("Silent")
    for one, state in ((no, ConsentState.WITHDRAWN), (yes, ConsentState.GRANTED)):
        record_consent(party=one, channel="email", purpose="tracking", state=state, by=owner, source="test")

    def tracked() -> list[bool]:
        made = put(edition, no, yes, silent)[-3:]
        told = rendering.render(made)
        return ["https://a.example" not in told[one.pk].html for one in made]

    assert tracked() == [False, True, True]
    set_tracking(clicks=True, opens=True, only_agreed=True, by=owner)
    assert tracked() == [False, True, False]


def test_the_outbox_sends_what_is_rendered(person: Person, published: Published, owner: Any) -> None:
    one = person("Emma", **ENGLISH)
    record_consent(party=one, channel="email", purpose="marketing", state=ConsentState.GRANTED, by=owner, source="test")
    message = put(published("Hi {{ name }}", subject="For {{ name }}"), one, send_after=None)[0]
    Message.objects.filter(pk=message.pk).update(purpose_class="transactional")
    assert tasks.send_batch([message.pk]) == 1
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.body.subject == "For Emma"
    assert "Hi Emma" in message.body.text


def test_what_does_not_exist_is_left_out(person: Person, published: Published) -> None:
    edition, one = published("x"), person("Emma")
    message = put(edition, one)[0]
    for ref in ("content:999999", "content:", "content:x", "content:12345678901234567890123"):
        Message.objects.filter(pk=message.pk).update(content_ref=ref)
        assert contents.of([Message.objects.get(pk=message.pk)]) == {}


def test_a_batch_costs_the_same_queries_for_one_and_for_many(person: Person, published: Published) -> None:
    edition = published(
        "{{ greeting }} {{ company }} {{ last_product }} {{ days_since }} {{ again_product }} {{ offer }}",
        "{{ greeting }}",
    )
    people = [person(f"P{number}", language="en" if number % 2 else "zh-hant") for number in range(12)]
    messages = put(edition, *people)
    rendering.render(messages[:1])

    def queries(some: list[Message]) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(rendering.render(some)) == len(some)
        return len(caught)

    assert queries(messages[:1]) == queries(messages) <= 12


def test_one_message_of_a_batch_costs_little(person: Person, published: Published) -> None:
    """The bound is several times what a quiet machine needs (docs/content.md): it catches a query or a compilation per message."""
    edition = publish(make_content(name="Offer", draft=designs.draft("offer"), by=None), by=None)
    messages = put(edition, *(person(f"王小{number}") for number in range(200)))
    rendering.render(messages[:1])
    begun = time.process_time()
    told = rendering.render(messages)
    each = (time.process_time() - begun) / len(told) * 1_000
    assert len({one.html for one in told.values()}) == 200
    assert each < 1.0, f"{each:.3f} ms"


def test_two_recipients_share_nothing(person: Person, published: Published) -> None:
    edition = published("{{ name }}")
    first, second = (words_of(edition, person(name, **ENGLISH)) for name in ("Emma", "Noah"))
    assert "Emma" not in second.html
    assert "Noah" not in first.html
    tokens = [re.findall(r"/l/([0-9a-z]+)-", one.html)[0] for one in (first, second)]
    assert tokens[0] != tokens[1]
    assert mail("x")["subject"] == "Hello"
