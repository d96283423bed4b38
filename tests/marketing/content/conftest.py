"""Contents and recipients."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.contents import Content as Words
from regulars.channels.outbox.models import Message
from regulars.customers import actions as customers
from regulars.customers.models import Party
from regulars.marketing.content import registries, rendering
from regulars.marketing.content.actions import make_content, publish
from regulars.marketing.content.models import Content, Edition

FRAME = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


def mail(words: str, subject: str = "Hello") -> dict[str, str]:
    return {"subject": subject, "preheader": "", "mjml": FRAME.format(f"<mj-text>{words}</mj-text>")}


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """What other rooms say is forgotten afterwards, and so is what was made ready."""
    offers, recommenders = dict(registries._offers), list(registries._recommenders)
    rendering.forget()
    yield
    registries._offers.clear()
    registries._offers.update(offers)
    registries._recommenders[:] = recommenders
    rendering.forget()


@pytest.fixture
def owner(make_user: Callable[..., Any]) -> Any:
    return make_user(role="owner")


@pytest.fixture
def person(db: None) -> Callable[..., Party]:
    """Make somebody with an address: `person("王小明", language="zh-hant")`."""

    def made(name: str = "王小明", **facts: Any) -> Party:
        number = Party.objects.count()
        return customers.create_party(
            by=None, name=name, contact_points=[("email", f"someone{number}@example.com")], **facts
        )

    return made


@pytest.fixture
def published(db: None) -> Callable[..., Edition]:
    """Publish words: `published("Hi {{ name }}", **{"zh-hant": "…"})`."""

    def made(en: str = "", chinese: str = "", *, subject: str = "Hello") -> Edition:
        draft = {language: mail(words, subject) for language, words in (("en", en), ("zh-hant", chinese)) if words}
        content = make_content(name=f"Content {Content.objects.count()}", draft=draft, by=None)
        return publish(content, by=None)

    return made


def put(edition: Edition, *parties: Party, origin: str = "campaign:1", **facts: Any) -> list[Message]:
    """Messages to these parties, as a campaign makes them."""
    visit = str(Message.objects.count())
    outbox.put(
        outbox.NewMessage(
            channel="email", party_id=one.pk, address=f"to{one.pk}@example.com", origin=origin, visit=visit, content_ref=edition.ref, **facts
        )
        for one in parties
    )  # fmt: skip
    return list(Message.objects.filter(party__in=parties, origin=origin).order_by("pk"))


def words_of(edition: Edition, party: Party, **facts: Any) -> Words:
    message = put(edition, party, **facts)[-1]
    return rendering.render([message])[message.pk]
