"""Making, changing, publishing and removing contents; editions stay as they are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from regulars.channels.outbox.models import Message, MessageClass
from regulars.channels.tracking.models import Link
from regulars.customers.models import Party
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.content import queries
from regulars.marketing.content.actions import (
    bring_back,
    change_content,
    make_content,
    publish,
    remove_content,
    set_imprint,
    try_out,
)
from regulars.marketing.content.models import Content, Edition
from tests.marketing.content.conftest import mail

pytestmark = pytest.mark.django_db


def test_an_edition_has_both_languages_and_its_links(owner: Any) -> None:
    draft = {"en": mail('<a href="https://a.example">x</a>'), "zh-hant": mail('<a href="https://b.example">y</a>')}
    edition = publish(make_content(name="One", draft=draft, by=owner), by=owner)
    assert set(edition.programs) == {"en", "zh-hant"}
    assert edition.links == dict(Link.objects.values_list("url", "pk"))
    assert set(edition.links) == {
        "https://a.example",
        "https://b.example",
    }
    assert edition.ref == f"content:{edition.pk}"
    assert (edition.number, edition.published_by, len(edition.sha256)) == (1, owner, 64)


def test_publishing_the_same_again_gives_the_same_edition(owner: Any) -> None:
    content = make_content(name="One", draft={"en": mail("x")}, by=owner)
    first = publish(content, by=owner)
    assert publish(content, by=owner) == first
    change_content(content=content, name="One", draft={"en": mail("y")}, by=owner)
    second = publish(content, by=owner)
    assert (second.number, Edition.objects.count()) == (2, 2)
    assert queries.newest_edition(content) == second


def test_an_edition_never_changes(owner: Any) -> None:
    edition = publish(make_content(name="One", draft={"en": mail("x")}, by=owner), by=owner)
    tried: list[dict[str, Any]] = [{"programs": {}}, {"source": {}}, {"number": 7}, {"sha256": "0" * 64}]
    for facts in tried:
        with pytest.raises(DatabaseError), transaction.atomic():
            Edition.objects.filter(pk=edition.pk).update(**facts)
    Edition.objects.filter(pk=edition.pk).update(published_by=None)  # somebody may leave the company


def test_what_has_faults_is_kept_but_not_published(owner: Any) -> None:
    content = make_content(name="One", draft={"en": mail("{{ nobody }}"), "zh-hant": mail("x", subject="")}, by=owner)
    with pytest.raises(UserError) as caught:
        publish(content, by=owner)
    assert str(caught.value).split("\n") == [
        "English · Line 1: There is no field “nobody”.",
        "繁體中文 · It has no subject.",
    ]
    with pytest.raises(UserError):
        publish(make_content(name="Empty", by=owner), by=owner)
    assert Edition.objects.count() == 0


def test_two_cannot_have_one_name_or_none(owner: Any) -> None:
    first = make_content(name="One", by=owner)
    for name in ("One", " One ", "", " \u200b "):
        with pytest.raises(UserError):
            make_content(name=name, by=owner)
    remove_content(content=first, by=owner)
    second = make_content(name="One", by=owner)
    with pytest.raises(UserError):
        bring_back(content=first, by=owner)
    remove_content(content=second, by=owner)
    bring_back(content=first, by=owner)
    assert list(Content.objects.live()) == [first]


def test_who_changes_what_somebody_else_changed_is_told(owner: Any) -> None:
    content = make_content(name="One", by=owner)
    change_content(content=content, name="One", draft={"en": mail("x")}, by=owner, version=1)
    with pytest.raises(Conflict):
        change_content(content=content, name="One", draft={"en": mail("y")}, by=owner, version=1)


@pytest.mark.parametrize("purpose", ["", "Has Blanks", "x" * 25, "a;b"])
def test_a_purpose_is_a_plain_word(purpose: str, owner: Any) -> None:
    with pytest.raises(UserError):
        make_content(name="One", purpose=purpose, by=owner)


def test_a_test_goes_to_oneself_as_a_service_message(owner: Any, person: Callable[..., Party]) -> None:
    content = make_content(
        name="One", draft={"en": mail("Hi {{ name }} {{ offer }}", subject="For {{ name }}")}, by=owner
    )
    try_out(content=content, party=person("Emma"), language="en", address="me@example.com", by=owner)
    message = Message.objects.select_related("body").get()
    assert (message.address, message.purpose_class) == ("me@example.com", MessageClass.TRANSACTIONAL)
    assert message.body.subject == "[Test] For Emma"
    assert "Hi Emma 10 % off" in message.body.text
    assert "/l/" not in message.body.html
    for address in ("", "nobody"):
        with pytest.raises(UserError):
            try_out(content=content, party=person("Emma"), language="en", address=address, by=owner)
    with pytest.raises(UserError):
        try_out(content=content, party=person("Emma"), language="zh-hant", address="me@example.com", by=owner)


@pytest.mark.parametrize(
    "facts", [{"website": "javascript:alert(1)"}, {"product_page": "ftp://x/{code}"}, {"language": "fr"}]
)
def test_an_imprint_leads_to_the_web(facts: dict[str, Any], owner: Any) -> None:
    usual: dict[str, Any] = {"address": {}, "website": "", "product_page": "", "language": ""}
    with pytest.raises(UserError):
        set_imprint(**(usual | facts), by=owner)
