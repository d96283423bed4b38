"""Mails that are written directly read as the standard library's do."""

import random
import string
from collections.abc import Mapping
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.hooks import File
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports.mime import Writer

WRITER = Writer(Address("熟客商店", addr_spec="hello@example.com"))
ASCII = string.printable.replace("\x0b", "").replace("\x0c", "")
LETTERS = [
    ASCII,
    ASCII + "\r\n\n. ==",
    "熟客您好，\n é😀𠀀" + ASCII,
    "\u2068\u2069\u200d👩‍💻\t\n .",
    "\x00\x0b\x0c\x7f=.\n ",
]
SUBJECTS = [string.ascii_letters + " ,.?=_", "熟客您好é😀𠀀\u2068 aB", "👩‍💻 x"]
LISTS = {
    "List-Unsubscribe": f"<https://crm.example.com/{'DIcMDPNguQh_zoNXiL6UXj2-CHUuqH~' * 6}/one-click/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def message(address: str = "emma.o+x@example.com", name: str = "<0a1b2c@mail.example.com>") -> Message:
    return Message(pk=1, address=address, rfc_message_id=name)


def read(mail: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Headers and parts as a mail program has them; the date and the marks between the parts are each mail's own."""
    told = message_from_bytes(mail, policy=default)
    assert isinstance(told, EmailMessage)
    assert not any(part.defects for part in told.walk())
    own = {"date", "content-type", "content-transfer-encoding"}
    heads = sorted((name.lower(), str(value)) for name, value in told.items() if name.lower() not in own)
    assert told["Date"].datetime is not None
    parts = [(part.get_content_type(), part.get_content()) for part in told.walk() if not part.is_multipart()]
    return heads, [(told.get_content_type(), ""), *parts]


def both(content: Content) -> bytes:
    """Written directly, after it was read and compared with what the package writes."""
    plain = WRITER.plain(message(), content)
    assert plain
    assert read(plain) == read(WRITER.any(message(), content))
    assert plain.isascii()
    lines = plain.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(len(line) <= 78 for line in lines if not line.startswith(b"List-"))
    return plain


def drawn(rng: random.Random, letters: str, longest: int) -> str:
    return "".join(rng.choices(letters, k=rng.randrange(longest)))


@pytest.mark.parametrize("seed", range(60))
def test_plain_mails_read_as_those_of_the_package(seed: int) -> None:
    rng = random.Random(seed)
    subject = ("x" + drawn(rng, rng.choice(SUBJECTS), 60).replace("=?", "") + "x")[:69]
    text, html = (drawn(rng, rng.choice(LETTERS), 2_000) for _ in range(2))
    both(Content(subject, text, html if seed % 3 else "", LISTS if seed % 2 else {}))


@pytest.mark.parametrize(
    "subject", ["Hi", "您的專屬優惠即將截止" * 12, "x" * 69, "é" * 200, "😀" * 62, "a" * 38 + "é" * 5]
)
def test_subject_reads_the_same_however_long_it_is(subject: str) -> None:
    told = both(Content(subject, "x", "<p>x</p>"))
    assert message_from_bytes(told, policy=default)["Subject"] == subject


def test_long_lines_are_quoted_and_foreign_letters_encoded() -> None:
    told = both(Content("x", "short", f"<p>{'word ' * 400}</p>"))
    assert b"7bit" in told
    assert b"quoted-printable" in told
    assert b"base64" in both(Content("x", "內文"))


@pytest.mark.parametrize(
    ("content", "address"),
    [
        (Content("two\r\nBcc: eve@example.com", "x"), "a@example.com"),
        (Content("=?utf-8?q?x?=", "x"), "a@example.com"),
        (Content("", "x"), "a@example.com"),
        (Content("long " * 30, "x"), "a@example.com"),
        (Content("x", "x", headers={"In-Reply-To": "<1@example.com>"}), "a@example.com"),
        (Content("x", "x", headers={"List-Help": "幫助 <https://x.example>"}), "a@example.com"),
        (Content("x", "x", headers={"List-Help": "<x>\r\nBcc: eve@example.com"}), "a@example.com"),
        (Content("x", "x", headers={"List-Help": f"<{'x' * 1000}>"}), "a@example.com"),
        (Content("x", "x"), '"a b"@example.com'),
        (Content("x", "x"), "a..b@example.com"),
        (Content("x", "x"), "a@example.com, b@example.com"),
        (Content("x", "x"), "a@example.com\r\nBcc: eve@example.com"),
        (Content("x", "x"), "a@example.com\n"),
        (Content("x", "x"), "é@example.com"),
    ],
)
def test_what_is_not_plain_is_left_to_the_package(content: Content, address: str) -> None:
    assert WRITER.plain(message(address), content) == b""


def test_own_headers_are_not_taken_from_a_content() -> None:
    headers: Mapping[str, str] = {"Subject": "another", "List-Id": "<a.example.com>"}
    assert WRITER.plain(message(), Content("x", "x", headers=headers)) == b""
    heads, _parts = read(WRITER.written(message(), Content("x", "x", headers=headers)))
    assert ("subject", "x") in heads
    assert ("list-id", "<a.example.com>") in heads


def a_file(name: str, kind: str, content: bytes) -> File:
    return File(name, kind, len(content), lambda: content)


def test_files_go_along_beside_the_words_under_their_names() -> None:
    content = Content(
        "報價單",
        "請見附件",
        "<p>請見附件</p>",
        {"In-Reply-To": "<a@example.com>"},
        [
            a_file("報價單.pdf", "application/pdf", b"%PDF-1.7\n\x00\xff"),
            a_file('odd "name".eml', "message/rfc822", b"Subject: x\n\n.\n"),
            a_file("list.csv", "text/csv", "品項,數量\r\n".encode()),
            a_file("empty.bin", "../../etc", b""),
        ],
    )
    told = message_from_bytes(WRITER.written(message(), content), policy=default)
    assert isinstance(told, EmailMessage)
    assert told.get_content_type() == "multipart/mixed"
    words, *files = told.iter_parts()
    assert words.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html"]
    assert [(one.get_content_type(), one.get_filename(), one.get_payload(decode=True)) for one in files] == [
        ("application/pdf", "報價單.pdf", b"%PDF-1.7\n\x00\xff"),
        ("application/octet-stream", 'odd "name".eml', b"Subject: x\n\n.\n"),
        ("text/csv", "list.csv", "品項,數量\r\n".encode()),
        ("application/octet-stream", "empty.bin", b""),
    ]
    assert all(one.get_content_disposition() == "attachment" for one in files)
