"""The story in a real browser: a list of customers, a segment of it, a campaign with a control group, sent; answers, unsubscribes
and orders arrive; the report finds what was planted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.channels.email.actions import take_in
from regulars.channels.email.models import MailKind
from regulars.channels.models import Message
from regulars.channels.outbox import tasks as outbox
from regulars.commerce.models import Order
from regulars.customers.models import Consent, ContactPoint, CustomerSummary, Party
from regulars.customers.permission import links
from regulars.kit import clock
from regulars.marketing.campaigns import sending
from regulars.marketing.campaigns.models import Campaign, Recipient
from regulars.marketing.effect import keeping
from regulars.marketing.effect import queries as effect
from regulars.marketing.segments import membership
from regulars.marketing.segments.models import Segment
from tests.marketing.campaigns.conftest import MakeContent
from tests.support.mails import written

pytestmark = pytest.mark.django_db(transaction=True)
EVERYBODY, ANSWERS = 400, 3
USUAL, TOLD = 0.2, 0.5
"""Of those who are left alone a fifth orders, of those who are told a half: the truth that the report is to find."""
PATIENCE = 120_000


@pytest.fixture
def lapsed(db: None) -> list[Party]:
    """Customers in potential divorce who permit e-mail, and ten who never said yes."""
    made = Party.objects.bulk_create(Party(name=f"客戶{n}", fold=f"客戶{n}") for n in range(EVERYBODY + 10))
    CustomerSummary.objects.bulk_create(CustomerSummary(party=one, stage="pre_divorce", orders=3) for one in made)
    ContactPoint.objects.bulk_create(
        ContactPoint(party=one, kind="email", raw=f"c{one.pk}@example.com", normalised=f"c{one.pk}@example.com")
        for one in made
    )
    since = clock.now() - timedelta(days=400)
    Consent.objects.bulk_create(
        Consent(party=one, channel="email", state="granted", given_at=since) for one in made[:EVERYBODY]
    )
    return made


def react(campaign: Campaign) -> None:
    """Customers do what is true of them: some order, told or not; some of the told want no more."""
    at = clock.now() + timedelta(hours=3)
    for fate, share in (("control", USUAL), ("chosen", TOLD)):
        parties = list(
            Recipient.objects.filter(campaign=campaign, fate=fate).order_by("party").values_list("party_id", flat=True)
        )
        Order.objects.bulk_create(
            Order(
                source="shop",
                number=f"{fate}{pk}",
                customer_id=pk,
                ordered_at=at,
                currency="TWD",
                amount=100_000,
                goods=100_000,
            )
            for pk in parties[: round(share * len(parties))]
        )
    for message in Message.objects.filter(state="sent").order_by("pk")[:4]:
        told = links.token(party_id=message.party_id, channel="email", address=message.address)
        assert Client().post(links.paths(told).one_click, {"List-Unsubscribe": "One-Click"}).status_code == 200


def answer(campaign: Campaign) -> list[Message]:
    """Some of the told write back, as mails that come in; whoever is on holiday has a program do it."""
    told = list(Message.objects.filter(origin=campaign.origin, state="sent").order_by("-pk")[: ANSWERS + 1])
    for number, message in enumerate(told):
        away = {"Auto-Submitted": "auto-replied"} if number == ANSWERS else {}
        mail = take_in(
            written(
                sender=f"{message.party.name} <{message.address}>", subject="Re: Come back", text=f"還有高山茶嗎？第{number}問\n",
                message_id=f"<answer{number}@example.com>", at=clock.now(), headers={"In-Reply-To": message.rfc_message_id, **away},
            ),
            source="test",
        )  # fmt: skip
        assert (mail.kind == MailKind.AUTO_REPLY) is bool(away)
    return told[:ANSWERS]


def look_for_answers(page: Any, answered: list[Message]) -> None:
    """Each is in the inbox, where nobody has taken it yet, and on the timeline of the customer; on the campaign's page they are counted."""
    counted = page.locator(".campaign-heard div", has=page.get_by_text("Answered", exact=True)).locator("dd")
    assert counted.inner_text().split()[0] == str(len(answered))
    page.goto(page.url.split("/campaigns/")[0] + "/inbox/?box=unassigned")
    page.locator(".inbox-row").first.wait_for()
    shown = page.locator("main").inner_text()
    assert all(message.party.name in shown for message in answered)
    for number, message in enumerate(answered[:1]):
        page.goto(page.url.split("/inbox/")[0] + f"/customers/{message.party_id}/")
        page.get_by_text(f"還有高山茶嗎？第{number}問").first.wait_for()


def warm(user: Any) -> None:
    """Load what the first page of a process loads, so that no page of the browser has to wait for it."""
    client = Client()
    client.force_login(user)
    client.get("/campaigns/")


def follow() -> Iterator[None]:
    while keeping.catch_up():
        yield


def declare_and_start(page: Any) -> None:
    """The form of a new campaign, filled in, saved and started."""
    page.locator("[name=name]").fill("Come back")
    page.locator("[name=measure]").select_option("orders")
    page.locator("[name=control]").fill("50")
    page.locator("[name=email-a]").select_option(label="Come back")
    page.locator("[name=contact_cost]").fill("1")
    page.locator("[name=budget]").fill("500")
    foreseen = page.locator("#campaign-foreseen")
    foreseen.get_by_text("of a budget of").wait_for()
    assert "The customer never said yes to it." in foreseen.inner_text()
    page.locator("footer button[type=submit]").click()
    page.wait_for_url("**/campaigns/*/")
    page.get_by_role("button", name="Start now").click()
    page.get_by_text("Running").first.wait_for()


def test_from_a_list_to_the_report(
    browser_page: Any, marketer: Any, lapsed: list[Party], make_words: MakeContent, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    make_words("Come back")
    warm(marketer)
    page = browser_page(marketer, width=1280, path="/campaigns/")
    page.set_default_timeout(PATIENCE)
    page.goto(page.url.replace("/campaigns/", "/customers/?stage=pre_divorce"))
    page.locator("a[href^='/segments/new/']").first.evaluate("link => link.click()")  # a line of the menu of views
    page.wait_for_url("**/segments/new/**")
    page.locator("[name=name]").fill("Potential divorce")
    page.locator("footer button[type=submit]").click()
    page.wait_for_url("**/segments/*/")
    while membership.work_out_next():
        pass
    page.reload()
    page.get_by_role("link", name="Make a campaign").click()
    page.wait_for_url("**/campaigns/new/**")
    declare_and_start(page)
    campaign = Campaign.objects.get(segment=Segment.objects.get())
    sending.carry_out(campaign.pk)
    ids = list(Message.objects.filter(origin=campaign.origin, state="queued").values_list("pk", flat=True))
    assert outbox.send_batch(ids) == len(ids) > EVERYBODY / 3
    react(campaign)
    answered = answer(campaign)
    with clock.stopped_at(clock.now() + timedelta(hours=4)):
        for _part in follow():
            pass
        page.goto(page.url)
        page.locator(".effect-headline").wait_for()
        told = page.locator("main").inner_text()
        campaign.refresh_from_db()
        assert campaign.experiment is not None
        line = effect.report(campaign.experiment).headline
    assert line is not None
    assert line.low is not None
    assert line.high is not None
    assert 0 < line.low < TOLD - USUAL < line.high
    assert "Unsubscribed" in told
    assert "never said yes" in told
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look_for_answers(page, answered)


@pytest.mark.parametrize(("width", "theme"), [(390, "dark")])
def test_form_and_page_fit_a_phone_in_chinese(
    browser_page: Any, marketer: Any, lapsed: list[Party], make_words: MakeContent, width: int, theme: str
) -> None:
    content = make_words()
    warm(marketer)
    page = browser_page(marketer, language="zh-hant", width=width, theme=theme, path="/campaigns/new/?q=客戶1")
    page.set_default_timeout(PATIENCE)
    page.locator("[name=name]").fill("回來看看")
    page.locator("[name=email-a]").select_option(str(content.pk))
    page.locator("#campaign-foreseen").get_by_text("將會收到").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[name=by][value=call]").check()
    assert not page.locator("[name=email-a]").is_visible()
    page.locator("[name=by][value=email]").check()
    page.locator("footer button[type=submit]").click()
    page.wait_for_url("**/campaigns/*/")
    page.get_by_role("button", name="立即開始").click()
    page.get_by_text("進行中").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
