"""What a mail looks like on the wire."""

from email import message_from_bytes
from email.policy import default

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports.smtp import Smtp

ADDRESS = f"<https://crm.example.com/unsubscribe/{'DIcMDPNguQh_zoNXiL6UXj2-CHUuqH~' * 6}/one-click/>"


def mail(content: Content) -> bytes:
    message = Message(pk=1, address="emma@example.com", rfc_message_id="<key@example.com>")
    made: bytes = Smtp("smtp://localhost:25", "Tea House <hello@example.com>").render([(message, content)])[1]
    return made


def test_the_address_to_unsubscribe_is_written_whole() -> None:
    """Encoded words, into which the standard library breaks long addresses, are read by no mail program there."""
    told = mail(
        Content(
            "Hi", "x", "<p>x</p>", {"List-Unsubscribe": ADDRESS, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        )
    )
    assert f"\r\nList-Unsubscribe: {ADDRESS}\r\n".encode() in told
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in told


def test_other_headers_are_folded_and_encoded() -> None:
    subject = "您的專屬優惠即將截止" * 12
    told = mail(Content(subject, "內文", "", {"List-Help": "幫助 <https://x.example>"}))
    head = told.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    read = message_from_bytes(told, policy=default)
    assert read["Subject"] == subject
    assert "幫助" in read["List-Help"]
