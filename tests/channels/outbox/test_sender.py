"""Sending: through a real line to a mail server of this machine, and not at all where none is named."""

import email
import email.policy
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from regulars.channels.models import Message, MessageBody
from regulars.channels.outbox import actions, contents, tasks, transports
from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.transports import Outcome, Result, Unreachable
from regulars.channels.outbox.transports.captured import Captured
from regulars.channels.outbox.transports.smtp import Server, Smtp
from regulars.customers.actions import record_consent
from regulars.customers.models import Party
from regulars.kit import clock
from tests.channels.outbox.conftest import Put
from tools import sink

pytestmark = pytest.mark.django_db


def work() -> int:
    lines = tasks.Lines()
    try:
        return tasks.work_once(lines)
    finally:
        lines.close()


def told(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_nothing_leaves_where_no_mail_server_is_named(put: Put) -> None:
    assert isinstance(transports.of("email"), Captured)
    message = put()
    assert work() == 1
    assert told(message) == ("sent", "captured")
    assert work() == 0


def test_mail_arrives_as_it_was_written(put: Put, mail: sink.Kept) -> None:
    unsubscribe = {
        "List-Unsubscribe": "<https://example.com/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    message = put(
        subject="熟客您好 — 早安", text="您好\n.一點\n", html="<p>您好</p>", headers={**unsubscribe, "From": "x@y.z"}
    )
    work()
    assert told(message)[0] == "sent"
    got = email.message_from_bytes(mail.mails[0], policy=email.policy.default)
    assert got["Subject"] == "熟客您好 — 早安"
    assert (got["To"], got["From"]) == ("ming@example.com", "熟客商店 <hello@example.com>")
    assert got["Message-ID"] == message.rfc_message_id
    assert {name: got[name] for name in unsubscribe} == unsubscribe
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["您好", ".一點"]
    assert html.get_content().strip() == "<p>您好</p>"
    assert message.provider_reply == "250 2.0.0 taken"


def test_line_that_begins_with_a_dot_survives(put: Put, mail: sink.Kept) -> None:
    put(text=".\n..\n.end\n")
    work()
    got = email.message_from_bytes(mail.mails[0], policy=email.policy.default)
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == [".", "..", ".end"]


def test_many_go_over_one_connection_in_groups(put: Put, mail: sink.Kept) -> None:
    for _ in range(25):
        put()
    assert work() == 25
    assert len(set(mail.ids)) == len(mail.ids) == 25
    assert mail.connections == 1


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (b"451 4.3.0 not now", ("queued", "server_busy")),
        (b"550 5.1.1 nobody", ("failed", "server_refused")),
    ],
)
@pytest.mark.parametrize("where", ["rcpt", "answer"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_refusal_is_understood(
    put: Put, mail: sink.Kept, said: bytes, state: tuple[str, str], where: str, pipelining: bool
) -> None:
    mail.pipelining = pipelining
    first, second = put(address="one@example.com"), put()
    names = {"one@example.com", first.rfc_message_id}
    accepted = getattr(mail, where)
    setattr(mail, where, lambda name: said if name in names else accepted(name))
    work()
    assert told(first) == state
    assert said.decode() in first.provider_reply
    assert told(second)[0] == "sent"
    assert mail.ids == [second.rfc_message_id]


def test_marketing_whose_answer_was_lost_is_never_sent_again(put: Put, mail: sink.Kept) -> None:
    message = put(purpose_class="marketing", purpose="marketing")
    with clock.stopped_at(clock.now().replace(hour=4)):  # noon in Taipei
        Message.objects.update(send_after=clock.now() - timedelta(days=1))
        mail.answer = lambda _id: b""
        work()
        assert told(message) == ("uncertain", "disconnected")
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert work() == 0
    assert mail.ids == [message.rfc_message_id]


def test_service_message_whose_answer_was_lost_goes_again_under_the_same_id(put: Put, mail: sink.Kept) -> None:
    message = put()
    mail.answer = lambda _id: b""
    work()
    assert told(message) == ("uncertain", "disconnected")
    assert work() == 0
    mail.answer = lambda _id: sink.TAKEN
    with clock.stopped_at(clock.now() + timedelta(seconds=121)):
        work()
    assert told(message) == ("sent", "")
    assert mail.ids == [message.rfc_message_id] * 2


@pytest.mark.parametrize("address", ["not an address", "小明@example.com", "a@b\r\nBcc: c@d"])
def test_address_that_cannot_be_written_fails_alone(put: Put, mail: sink.Kept, address: str) -> None:
    bad, good = put(address=address), put()
    work()
    assert told(bad) == ("failed", "unsayable")
    assert told(good)[0] == "sent"


def test_header_cannot_be_smuggled_in(put: Put, mail: sink.Kept) -> None:
    bad = put(headers={"List-Unsubscribe": "<x>\r\nBcc: victim@example.com"})
    work()
    assert told(bad) == ("failed", "unsayable")
    assert mail.ids == []


def test_server_that_is_away_costs_nothing(put: Put) -> None:
    message, before = put(), transports.of("email")
    transports.register("email", Smtp("smtp://127.0.0.1:1", "a@example.com"))
    try:
        with pytest.raises(Unreachable):
            work()
    finally:
        transports.register("email", before)
    assert told(message) == ("queued", "")
    assert (message.attempts, message.lease_until) == (0, None)
    assert work() == 1


def test_late_and_homeless_messages_do_not_leave(put: Put, mail: sink.Kept) -> None:
    late, homeless = put(not_after=clock.now() + timedelta(hours=1)), put(address="")
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        work()
    assert told(late) == ("refused", "expired")
    assert told(homeless) == ("refused", "no_address")
    assert mail.ids == []


def test_permission_is_asked_again_before_the_wire(put: Put, mail: sink.Kept, party: Party) -> None:
    offer, receipt = put(purpose_class="marketing", purpose="marketing"), put()
    record_consent(party=party, channel="email", state="withdrawn", evidence="call", source="test", by=None)
    work()
    assert told(offer) == ("refused", "refused")
    assert told(receipt)[0] == "sent"
    assert mail.ids == [receipt.rfc_message_id]


def test_marketing_waits_for_the_end_of_quiet_hours(put: Put, mail: sink.Kept) -> None:
    midnight = (clock.now() + timedelta(days=1)).replace(hour=16, minute=0)  # in Taipei
    offer = put(purpose_class="marketing", purpose="marketing")
    with clock.stopped_at(midnight):
        work()
        assert told(offer) == ("queued", "quiet_hours")
        assert work() == 0
    with clock.stopped_at(midnight + timedelta(hours=10)):
        assert work() == 1
    assert mail.ids == [offer.rfc_message_id]


def test_words_are_rendered_when_they_are_sent(put: Put) -> None:
    def render(messages: Sequence[Message]) -> dict[int, Content]:
        return {one.pk: Content("Offer", f"for {one.party_id}") for one in messages if one.content_ref != "offers:none"}

    contents.register("offers", render)
    try:
        there = put(content_ref="offers:3", subject="", text="")
        wordless = put(content_ref="offers:none", subject="", text="")
        work()
    finally:
        contents.unregister("offers")
    assert told(there) == ("sent", "captured")
    assert MessageBody.objects.get(message=there).text == f"for {there.party_id}"
    assert told(wordless) == ("queued", "no_words")


def test_renderer_that_breaks_holds_up_its_own_messages_only(put: Put) -> None:
    def render(_messages: Sequence[Message]) -> dict[int, Content]:
        raise ZeroDivisionError

    contents.register("broken", render)
    try:
        broken, good = put(content_ref="broken:1", subject="", text=""), put()
        work()
    finally:
        contents.unregister("broken")
    assert told(broken) == ("queued", "no_words")
    assert told(good)[0] == "sent"


def test_defect_of_a_transport_leaves_an_uncertain_message_and_the_others_go_on(put: Put) -> None:
    class Broken(Captured):
        def send(self, connection: Any, message: Message, rendered: Any) -> Outcome:
            if message.pk == bad.pk:
                raise ZeroDivisionError
            return super().send(connection, message, rendered)

    before = transports.of("email")
    bad, good = put(purpose_class="transactional"), put()
    transports.register("email", Broken())
    try:
        work()
    finally:
        transports.register("email", before)
    assert told(bad) == ("uncertain", "defect")
    assert told(good)[0] == "sent"


def test_batch_by_ids_sends_each_once_however_often_it_is_asked(put: Put, mail: sink.Kept) -> None:
    ids = [put().pk for _ in range(12)]
    assert tasks.send_batch(ids) == 12
    assert tasks.send_batch(ids) == 0
    assert len(mail.ids) == 12


def test_sending_asks_as_often_for_many_as_for_one(put: Put, django_assert_max_num_queries: Any) -> None:
    for _ in range(100):
        put()
    with django_assert_max_num_queries(
        150
    ):  # twelve or so for each group of ten and some for the batch; not for each message
        assert work() == 100


def test_group_that_takes_too_long_leaves_its_rest_for_later(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [put() for _ in range(3)]
    monkeypatch.setattr(actions, "LEASE", timedelta(seconds=0))
    lease = actions.Lease("x", messages)
    outcomes = tasks._hand_over(Captured(), None, lease.messages, {one.pk: Content("a") for one in messages})
    assert {one.result for one in outcomes} == {Result.NOT_TRIED}


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", Server("smtp", "localhost", 25)),
        ("smtp+starttls://me:p%40ss@mail.example.com", Server("smtp+starttls", "mail.example.com", 587, "me", "p@ss")),
        ("smtps://mail.example.com:4650", Server("smtps", "mail.example.com", 4650)),
    ],
)
def test_address_of_the_mail_server_is_read(url: str, server: Server) -> None:
    assert Server.read(url) == server


@pytest.mark.parametrize(("url", "sender"), [("http://x", "a@b.c"), ("smtp://", "a@b.c"), ("smtp://x", "nobody")])
def test_mail_server_that_makes_no_sense_is_refused(url: str, sender: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Smtp(url, sender)
