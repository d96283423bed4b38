"""Mails announced ahead: along with the words of the one before, and never delivered unless their own words follow."""

import time
from collections.abc import Sequence

import pytest

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports import Outcome
from regulars.channels.outbox.transports.smtp import Smtp
from tools import sink

SENDER = "Tea House <hello@example.com>"


def messages(count: int) -> list[Message]:
    return [
        Message(pk=n, address=f"c{n}@example.com", rfc_message_id=f"<k{n}@example.com>") for n in range(1, count + 1)
    ]


def hand_in(kept: sink.Kept, wanted: Sequence[Message], *, but: Sequence[int] = ()) -> list[Outcome]:
    """Expect all of ``wanted``, and send them but those numbered ``but``, over one line."""
    smtp = Smtp(kept.url, SENDER)
    made = smtp.render([(one, Content("Hi", f"Words of {one.pk}\n.\n..\n")) for one in wanted])
    line = smtp.open()
    smtp.expect(line, [(one, made[one.pk]) for one in wanted])
    outcomes = [smtp.send(line, one, made[one.pk]) for one in wanted if one.pk not in but]
    smtp.close(line)
    return outcomes


def told(outcomes: Sequence[Outcome]) -> str:
    return " ".join(str(one.result) for one in outcomes)


def arrived(kept: sink.Kept) -> list[int]:
    return [int(one.removeprefix("<k").partition("@")[0]) for one in kept.ids]


@pytest.mark.parametrize("pipelining", [True, False])
def test_group_goes_over_one_line_in_its_order_word_for_word(*, pipelining: bool) -> None:
    with sink.running(with_mails=True, pipelining=pipelining) as kept:
        assert told(hand_in(kept, messages(5))) == "sent sent sent sent sent"
    assert arrived(kept) == [1, 2, 3, 4, 5]
    assert kept.connections == 1
    assert all(b"\r\n\r\nWords of %d\r\n.\r\n..\r\n" % n in mail for n, mail in enumerate(kept.mails, 1))


@pytest.mark.parametrize("pipelining", [True, False])
def test_refused_recipient_harms_neither_neighbour(*, pipelining: bool) -> None:
    with sink.running(pipelining=pipelining, rcpt=lambda to: b"550 no" if "c2@" in to else b"250 ok") as kept:
        assert told(hand_in(kept, messages(4))) == "sent failed sent sent"
    assert arrived(kept) == [1, 3, 4]


@pytest.mark.parametrize("said", [b"451 later", b"554 no"])
def test_mail_refused_after_its_words_leaves_the_announced_one_to_follow(said: bytes) -> None:
    with sink.running(answer=lambda name: said if name.startswith("<k2") else sink.TAKEN) as kept:
        assert told(hand_in(kept, messages(4))) == f"sent {'later' if said < b'5' else 'failed'} sent sent"
    assert arrived(kept) == [1, 3, 4]
    assert kept.connections == 1


def test_line_that_breaks_at_the_answer_leaves_one_uncertain_and_the_announced_one_goes_once() -> None:
    with sink.running(answer=lambda name: b"" if name.startswith("<k2") else sink.TAKEN) as kept:
        assert told(hand_in(kept, messages(4))) == "sent uncertain sent sent"
    assert arrived(kept) == [1, 2, 3, 4]
    assert kept.connections == 2


def test_server_that_has_had_enough_takes_the_rest_over_another_line() -> None:
    with sink.running(answer=lambda name: b"421 enough" if name.startswith("<k2") else sink.TAKEN) as kept:
        assert told(hand_in(kept, messages(4))) == "sent later sent sent"
    assert arrived(kept) == [1, 3, 4]
    assert kept.connections == 2


def test_announced_mail_that_does_not_follow_never_arrives() -> None:
    with sink.running(with_mails=True) as kept:
        assert told(hand_in(kept, messages(3), but=[2])) == "sent sent"
        assert told(hand_in(kept, messages(3), but=[3])) == "sent sent"
        time.sleep(0.1)
    assert arrived(kept) == [1, 3, 1, 2]
    assert not any(b"Words of 2" in mail for mail in kept.mails[:2])


def test_server_that_holds_to_the_mail_before_is_asked_anew() -> None:
    class Slow(sink.Handler):
        """Forgets a mail only when it is told to."""

        held = False

        def command(self, line: bytes) -> bool:
            if line.startswith(b"MAIL") and self.held:
                self.said.append(b"503 nested")
                return True
            self.held = line.startswith(b"MAIL") or (self.held and not line.startswith(b"RSET"))
            return super().command(line)

    with sink.running(handler=Slow) as kept:
        assert told(hand_in(kept, messages(3))) == "sent sent sent"
    assert arrived(kept) == [1, 2, 3]
