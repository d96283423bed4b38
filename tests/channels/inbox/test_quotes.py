"""What was written, apart from what was quoted."""

import time

import pytest

from regulars.channels.inbox.quotes import Part, parts, preview


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("Thanks!\n\nOn Mon, 3 May 2026 at 10:00, Anna <a@b.tw> wrote:\n> When?\n> Soon?", "Thanks!", 3),
        ("好的。\n\n王小明 於 2026年5月3日 寫道：\n> 什麼時候？", "好的。", 2),
        ("OK\n\n-----Original Message-----\nFrom: Anna\nSent: Monday\n\nWhen?", "OK", 5),
        ("收到\n寄件者: 客服\n寄件日期: 2026\n\n內容", "收到", 4),
        ("From: the heart\nI thank you", "From: the heart\nI thank you", 0),
    ],
)
def test_quoted_lines_are_told_apart(text: str, own: str, quoted: int) -> None:
    found = parts(text)
    assert "\n".join(one.text for one in found if not one.quoted) == own
    assert sum(len(one.text.splitlines()) for one in found if one.quoted) == quoted


def test_answers_between_the_lines_stay_visible() -> None:
    assert parts("> When?\nTomorrow.\n> Where?\nHere.") == [
        Part("> When?", True), Part("Tomorrow.", False), Part("> Where?", True), Part("Here.", False),
    ]  # fmt: skip


def test_the_preview_is_one_line_of_own_words() -> None:
    assert preview("Yes\u202e,\n please.\n> no") == "Yes, please."
    assert preview("> only this") == "> only this"
    assert len(preview("字" * 500)) == 160
    assert preview("") == ""


def test_huge_texts_take_no_time() -> None:
    began = time.process_time()
    parts("on " + "a" * 200_000)
    parts("> \n" * 60_000)
    parts("\n" * 200_000)
    parts("From: x\n" * 20_000)
    assert time.process_time() - began < 2
