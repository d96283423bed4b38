"""Reading mails: encodings that are claimed and meant, addresses, dates, files, mboxes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars.channels.email import charsets, files_in, letter
from regulars.channels.email.letter import Sender
from regulars.channels.email.places import Place, listening_place
from regulars.channels.email.plain import text_of
from tests.support.mails import written

HEAD = b"From: a@b.example\nMIME-Version: 1.0\n"


@pytest.mark.parametrize(
    ("claimed", "encoding"),
    [
        ("big5", "cp950"),
        ("utf-8", "utf-8"),
        ("gb2312", "gb18030"),
        ("iso-8859-1", "utf-8"),
        ("us-ascii", "utf-8"),
        ("nonsense", "utf-8"),
        ("", "utf-8"),
    ],
)
def test_chinese_is_read_whatever_is_claimed(claimed: str, encoding: str) -> None:
    words = "王小明您好，訂單已經出貨，謝謝您的支持與愛護。"
    body = words.encode(encoding)
    if claimed == "iso-8859-1":
        assert charsets.decode(body, claimed)  # a claim that fits anything is believed
        return
    read = letter.read(
        HEAD + f"Content-Type: text/plain; charset={claimed}\nContent-Transfer-Encoding: 8bit\n\n".encode() + body
    )
    assert read.text == words


def test_big5_without_a_claim_is_recognised() -> None:
    words = "王小明您好，訂單已經出貨，謝謝您的支持與愛護。歡迎再度光臨本店，我們下週有新茶上市。"
    assert charsets.decode(words.encode("cp950")) == words


def test_headers_in_bare_bytes_and_encoded_words_are_read() -> None:
    raw = (
        "Subject: 請問茶葉\nFrom: 王小明 <Ming@Example.com>\n".encode("cp950")
        + b"Content-Type: text/plain; charset=big5\n\nx"
    )
    read = letter.read(raw)
    assert read.subject == "請問茶葉"
    assert read.sender == Sender("王小明", "ming@example.com")
    split = letter.read(
        b"Subject: =?utf-8?B?6Iy26JE=?=\n =?utf-8?B?iQ==?=\n\n"
    )  # one character cut in two, as some programs do
    assert split.subject == "茶葉"


@pytest.mark.parametrize(
    ("value", "senders"),
    [
        (b"Ming <ming@example.com>", [Sender("Ming", "ming@example.com")]),
        (b'"Wang, Ming" <MING@Example.COM>', [Sender("Wang, Ming", "ming@example.com")]),
        (b"=?utf-8?B?546LLCDlsI/mmI4=?= <ming@example.com>", [Sender("王, 小明", "ming@example.com")]),
        (b"ming@example.com (Ming)", [Sender("Ming", "ming@example.com")]),
        (b"boss@bank.example <thief@example.com>", [Sender("boss@bank.example", "thief@example.com")]),
        (b"a@example.com, b@example.com", [Sender("", "a@example.com"), Sender("", "b@example.com")]),
        (b"<>", []),
    ],
)  # fmt: skip
def test_senders_are_read(value: bytes, senders: list[Sender]) -> None:
    assert letter.read(b"From: " + value + b"\n\nx").senders == senders


def test_references_and_dates_are_read_with_care() -> None:
    read = letter.read(
        b"References: <a@x>\n <b@x> junk <c@x>\nIn-Reply-To: <d@x> (said)\nDate: Mon, 2 Mar 2026 16:00:00 +0800\n\nx"
    )
    assert read.references == ["<a@x>", "<b@x>", "<c@x>", "<d@x>"]
    assert read.date == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert letter.moment("yesterday") is None
    assert letter.moment("Mon, 2 Mar 1926 16:00:00 +0800") is None


def test_html_is_told_as_text() -> None:
    html = "<head><title>no</title></head><p>茶<b>葉</b></p><ul><li>一<li>二</ul><style>x{}</style><blockquote>old<br>words</blockquote>a&nbsp;&lt;b"
    assert text_of(html).split("\n") == ["茶葉", "", "- 一", "- 二", "", "> old", "> words", "a <b"]


def test_an_mbox_a_folder_and_a_mail_are_read(tmp_path: Path) -> None:
    one, two = (
        written(message_id="<1@x.example>", text="From here on\nit is fine\n"),
        written(message_id="<2@x.example>"),
    )
    (tmp_path / "box.mbox").write_bytes(
        b"From ming@example.com Mon Mar  2 08:00:00 2026\n" + one.replace(b"\nFrom here", b"\n>From here") + b"\n"
        b"From chen@example.com Mon Mar  2 08:00:00 2026\n" + two + b"\n"
    )  # fmt: skip
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1.M2P3.host:2,S").write_bytes(one)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "half").write_bytes(b"half a mail")
    found = dict(files_in.mails_in(tmp_path))
    assert set(found) == {"box.mbox:1", "box.mbox:2", "1.M2P3.host:2,S"}
    assert {letter.key_of(raw) for raw in found.values()} == {letter.key_of(one), letter.key_of(two)}
    assert "From here on" in letter.read(found["box.mbox:1"]).text


def test_places_are_read_and_wrong_ones_refused() -> None:
    place = Place.read("imaps://ming%40x.example:p%2Fw@mail.example/Sales%20Mail")
    assert (place.user, place.password, place.port, place.folder) == ("ming@x.example", "p/w", 993, "Sales Mail")
    assert "p/w" not in place.name + place.source
    for wrong in ("http://a:b@c", "imaps://mail.example", "nonsense"):
        with pytest.raises(ValueError, match="must look like"):
            Place.read(wrong)
    assert listening_place("127.0.0.1:2424") == ("127.0.0.1", 2424)
    assert listening_place("/run/x.sock") == Path("/run/x.sock")
    for wrong in ("2424", "host:port", "host:99999"):
        with pytest.raises(ValueError, match="must look like"):
            listening_place(wrong)


def test_what_has_no_name_is_known_by_all_it_says() -> None:
    texts = [
        b"one line",
        b"another line",
        b"First words\n\nrest",
        b"Other words\n\nrest",
        b"X-A: 1\n\nrest",
        b"X-A: 2\n\nrest",
    ]
    assert len({letter.key_of(one) for one in texts}) == len(texts)
    assert letter.key_of(b"Received: from a\nX-A: 1\n\nrest") == letter.key_of(b"X-A: 1\r\n\r\nrest\r\n")
