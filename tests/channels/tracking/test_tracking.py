"""What becomes of a mail: people are told from machines, nothing is redirected to but what we wrote, nobody is recorded who minds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind
from regulars.channels.tracking import actions, links
from regulars.channels.tracking.models import Click, Link
from regulars.channels.tracking.queries import clicks_of
from regulars.customers import actions as customers
from regulars.customers.actions.contact import record_consent
from regulars.customers.models import ConsentState, Event, Party
from regulars.kit import clock
from regulars.kit.errors import UserError

pytestmark = pytest.mark.django_db
PERSON = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"}


@pytest.fixture
def owner(make_user: Callable[..., Any]) -> Any:
    return make_user(role="owner")


@pytest.fixture
def party(owner: Any) -> Party:
    """A customer of a company that is set up."""
    return customers.create_party(by=None, name="Emma")


@pytest.fixture
def message(party: Party) -> Message:
    outbox.put([outbox.NewMessage(channel="email", party_id=party.pk, address="e@example.com", origin="campaign:7")])
    return Message.objects.get()


@pytest.fixture
def numbers(db: None) -> list[int]:
    """Links of the table."""
    urls = [f"https://shop.example/{number}" for number in range(5)]
    told = actions.register(urls)
    return [told[url] for url in urls]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let time pass: `later(minutes=3)`."""
    now = {"is": clock.now()}

    def pass_by(**much: float) -> None:
        now["is"] += timedelta(**much)

    def tell() -> datetime:
        return now["is"]

    monkeypatch.setattr(clock, "now", tell)
    return pass_by


def get(address: str, agent: dict[str, str] | None = None, **more: Any) -> Any:
    return Client(headers=PERSON if agent is None else agent).get(address.removeprefix("http://localhost:8000"), **more)


def heard(message: Message) -> list[tuple[str, bool]]:
    rows = MessageEvent.objects.filter(message=message).order_by("pk")
    return list(rows.values_list("kind", "by_machine"))


def on_timeline(party: Party) -> list[str]:
    rows = Event.objects.filter(customer=party, kind="tracking.link_clicked")
    return [one.payload["host"] for one in rows]


def test_a_click_leads_on_and_is_a_persons_after_two_minutes(
    message: Message, numbers: list[int], party: Party, later: Callable[..., None]
) -> None:
    answer = get(links.click(message.pk, numbers[0]))
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://shop.example/0")
    assert not answer.cookies
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert heard(message) == [("clicked", False)]
    assert actions.settle() == 0
    assert on_timeline(party) == []
    later(minutes=3)
    assert actions.settle() == 1
    assert on_timeline(party) == ["shop.example"]
    assert actions.settle() == 0
    assert clicks_of([message.pk]).count() == 1


def test_the_same_click_again_leads_on_and_changes_nothing(message: Message, numbers: list[int]) -> None:
    for _again in range(5):
        assert get(links.click(message.pk, numbers[0])).status_code == 302
    assert heard(message) == [("clicked", False)]


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.0",
        "Mozilla/5.0 (compatible; BarracudaCentral)",
        "Slackbot-LinkExpanding 1.0",
        "python-requests/2.31",
    ],
)
def test_who_says_to_be_a_machine_is_one(
    agent: str, message: Message, numbers: list[int], later: Callable[..., None], party: Party
) -> None:
    assert get(links.click(message.pk, numbers[0]), {"User-Agent": agent}).status_code == 302
    assert heard(message) == [("clicked", True)]
    later(minutes=3)
    actions.settle()
    assert on_timeline(party) == []


def test_who_asks_for_the_head_alone_is_a_machine(message: Message, numbers: list[int]) -> None:
    assert (
        Client(headers=PERSON)
        .head(links.click(message.pk, numbers[0]).removeprefix("http://localhost:8000"))
        .status_code
        == 302
    )
    assert heard(message) == [("clicked", True)]


def test_many_links_within_seconds_are_a_machines(
    message: Message, numbers: list[int], party: Party, later: Callable[..., None]
) -> None:
    for number in numbers:
        get(links.click(message.pk, number))
    assert {by for _kind, by in heard(message)} == {True}
    later(minutes=3)
    actions.settle()
    assert on_timeline(party) == []
    later(hours=1)
    get(links.click(message.pk, numbers[0]))  # a person, later on
    later(minutes=3)
    actions.settle()
    assert on_timeline(party) == ["shop.example"]


def test_two_links_within_a_while_are_a_persons(
    message: Message, numbers: list[int], later: Callable[..., None]
) -> None:
    for number in numbers[:4]:
        get(links.click(message.pk, number))
        later(seconds=20)
    assert heard(message) == [("clicked", False)] * 4


def test_who_follows_the_link_that_nobody_sees_is_a_machine(
    message: Message, numbers: list[int], party: Party, later: Callable[..., None]
) -> None:
    get(links.click(message.pk, numbers[0]))
    later(seconds=1)
    assert get(links.trap(message.pk)).status_code == 204
    later(seconds=1)
    get(links.click(message.pk, numbers[1]))
    assert {by for _kind, by in heard(message)} == {True}
    assert set(Click.objects.values_list("why", flat=True)) == {"trap"}
    later(minutes=3)
    actions.settle()
    assert on_timeline(party) == []


def test_what_was_settled_stays_a_persons(message: Message, numbers: list[int], later: Callable[..., None]) -> None:
    get(links.click(message.pk, numbers[0]))
    later(minutes=3)
    actions.settle()
    get(links.trap(message.pk))
    assert heard(message) == [("clicked", False), ("clicked", True)]


def test_a_link_of_one_recipient_leads_where_it_was_signed_for_and_nowhere_else(message: Message) -> None:
    target = "https://shop.example/?n=王&x=1#y"
    answer = get(links.personal(message.pk, target))
    assert answer.status_code == 302
    token = links.personal(message.pk, target).split("/l/")[1].split("/")[0]
    for other in ("https://evil.example/", "javascript:alert(1)", "", target + "x"):
        assert get(f"/l/{token}/", data={"to": other}).status_code == 404


def test_nothing_is_redirected_to_that_we_did_not_make(message: Message, numbers: list[int]) -> None:
    good = links.click(message.pk, numbers[0]).split("/l/")[1].rstrip("/")
    which, number, signature = good.split("-", 2)
    tried = [
        f"{which}-{numbers[1]}-{signature}", f"zz-{number}-{signature}", f"{which}-{number}-AAAAAAAAAAAA", f"{which}-p-{signature}",
        "x", "0-t-", "a" * 300,
    ]  # fmt: skip
    for token in tried:
        assert get(f"/l/{token}/?to=https://evil.example").status_code == 404, token
    assert heard(message) == []
    statuses = [get("/l/nothing/").status_code for _try in range(40)]
    assert statuses[-1] == 429  # whoever tries many waits


def test_an_opening_is_shown_once_and_is_told_to_nobody(
    message: Message, party: Party, later: Callable[..., None]
) -> None:
    for _again in range(3):
        answer = get(links.opened(message.pk))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/gif")
        assert answer.content.startswith(b"GIF89a")
        assert not answer.cookies
    assert heard(message) == [("opened", False)]
    later(minutes=3)
    actions.settle()
    assert not Event.objects.filter(customer=party, kind__startswith="tracking").exists()
    assert get(links.opened(message.pk)[:-8] + "AAAA.gif").status_code == 404


@pytest.mark.parametrize("what", ["clicks", "opens"])
def test_what_is_turned_off_is_not_recorded_even_of_mails_sent_before(
    what: str, message: Message, numbers: list[int], owner: Any
) -> None:
    facts: dict[str, Any] = {"clicks": True, "opens": True, "only_agreed": False, what: False}
    actions.set_tracking(**facts, by=owner)
    assert get(links.click(message.pk, numbers[0])).status_code == 302
    get(links.trap(message.pk))
    get(links.opened(message.pk))
    kinds = {kind for kind, _by in heard(message)}
    assert kinds == {MessageEventKind.OPENED if what == "clicks" else MessageEventKind.CLICKED}


def test_who_minds_is_led_on_and_not_recorded(message: Message, numbers: list[int], party: Party, owner: Any) -> None:
    record_consent(
        party=party, channel="email", purpose="tracking", state=ConsentState.WITHDRAWN, by=owner, source="test"
    )
    assert get(links.click(message.pk, numbers[0])).status_code == 302
    get(links.opened(message.pk))
    assert heard(message) == []


def test_of_a_message_that_is_gone_links_still_lead_on(message: Message, numbers: list[int]) -> None:
    address = links.click(message.pk, numbers[0])
    Message.objects.all().delete()
    assert get(address).status_code == 302
    assert get(links.opened(12_345)).status_code == 200
    assert MessageEvent.objects.count() == 0


def test_of_one_message_only_so_much_is_written_down(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_EVENTS", 5)
    for number in range(12):
        get(links.personal(message.pk, f"https://shop.example/?x={number}"))
        get(links.trap(message.pk))
    assert MessageEvent.objects.count() <= 6


def test_targets_are_of_the_web_and_each_is_kept_once() -> None:
    first = actions.register(["https://a.example", "https://b.example"])
    assert actions.register(["https://b.example"]) == {"https://b.example": first["https://b.example"]}
    assert Link.objects.count() == 2
    for url in ("javascript:alert(1)", "//x", "mailto:x@y.example", "https://"):
        with pytest.raises(UserError):
            actions.register([url])


def test_only_who_manages_settings_says_what_is_tracked(client: Client, make_user: Callable[..., Any]) -> None:
    client.force_login(make_user(role="seller"))
    assert client.get(reverse("tracking:settings")).status_code == 403
    client.force_login(make_user(role="owner"))
    assert client.get(reverse("tracking:settings")).status_code == 200
    assert client.post(reverse("tracking:settings"), {"opens": "on"}).status_code == 302
    page = client.get(reverse("tracking:settings")).content.decode()
    assert page.count("checked") == 1


def test_signatures_are_another_installations_elsewhere(message: Message, settings: Any) -> None:
    address = links.click(message.pk, 1)
    settings.SECRET_KEY = "another" * 8
    assert links.read(address.split("/l/")[1].rstrip("/")) is None
