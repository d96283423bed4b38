"""Letters of real mail programs: what was written, apart from what was quoted and from signatures."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.channels.email import letter
from regulars.channels.inbox.quotes import parts, preview

PROGRAMS = ["android", "aol", "apple_mail", "apple_mail_2", "comcast", "gmail", "hotmail", "iphone", "outlook", "sparrow", "thunderbird", "yahoo"]  # fmt: skip


def own(text: str) -> str:
    """What the author wrote this time."""
    return "\n".join(one.text for one in parts(text) if not one.quoted and not one.signed).strip()


@pytest.mark.parametrize("program", PROGRAMS)
def test_answers_of_twelve_mail_programs_are_told_apart(real_data: Path, program: str) -> None:
    raw = (real_data / "mail_fixtures/talon_replies/standard_replies" / f"{program}.eml").read_bytes()
    read = letter.read(raw)
    assert own(read.text) == "Hello"
    assert preview(read.text) == "Hello"
    assert any(one.quoted for one in parts(read.text))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("correct_sig", "this is an email with a correct -- signature."),
        ("email_1_4", "Awesome! I haven't had another problem with it."),
        ("email_1_7", ":+1:"),
        ("email_2_2", "Outlook with a reply directly above line"),
        ("email_2_3", "Outlook with a reply above headers using unusual format"),
        ("email_BlackBerry", "Here is another email"),
        ("email_gmail", "This is a test for inbox replying to a github message."),
        ("email_headers_no_delimiter", "And another reply!"),
        ("email_iPhone", "Here is another email"),
        ("email_multi_word_sent_from_my_mobile_device", "Here is another email"),
        ("email_1_8", "I will reply under this one\nand under this."),
    ],
)  # fmt: skip
def test_quotes_and_signatures_of_many_kinds_are_found(real_data: Path, name: str, words: str) -> None:
    assert own((real_data / f"mail_fixtures/email_reply_parser/{name}.txt").read_text()) == words


@pytest.mark.parametrize(
    "name", ["email_sent_from_my_not_signature", "email_sig_delimiter_in_middle_of_line", "email_1_5"]
)
def test_what_only_looks_like_a_signature_stays(real_data: Path, name: str) -> None:
    text = (real_data / f"mail_fixtures/email_reply_parser/{name}.txt").read_text()
    assert own(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("好的，謝謝。\n\n從我的 iPhone 傳送", "好的，謝謝。"),
        ("收到\n\n--\n王小明\n業務部", "收到"),
        ("收到\n\n王小明 <ming@example.com> 於 2026年3月2日 週一\n下午4:00寫道：\n\n> 請問", "收到"),
        ("可以\n\n2026年3月2日 16:00，客服 <hello@tea.example> 写道：\n您好", "可以"),
        ("--\nonly a signature", "--\nonly a signature"),
    ],
)
def test_chinese_letters_are_told_apart(text: str, words: str) -> None:
    assert own(text) == words
