"""A mail is answered by keyboard alone, in a real browser; and on a phone by finger."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars.channels.inbox import actions
from regulars.channels.inbox.models import Conversation, Draft, Entry, State
from regulars.channels.models import Message
from regulars.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
Hear = Callable[..., Entry]


def test_a_mail_is_answered_noted_taken_back_and_closed_by_keyboard(
    hear: Hear, seller: User, browser_page: Any
) -> None:
    actions.keep_answer(name="Thanks", text_en="", text_zh="{name}您好，", by=None)
    first, second = (hear(subject=subject).conversation for subject in ("第一封", "第二封"))
    page = browser_page(seller, path="/inbox/", width=1280)
    page.keyboard.press("j")
    page.locator(f".inbox-conversation[data-pk='{first.pk}']").wait_for()
    page.keyboard.press("j")
    page.locator(f".inbox-conversation[data-pk='{second.pk}']").wait_for()
    page.keyboard.press("k")
    page.locator(f".inbox-conversation[data-pk='{first.pk}']").wait_for()
    page.locator(".inbox-glance h2").first.wait_for()

    page.keyboard.press("t")
    page.locator("#inbox-canned button").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#inbox-reply:focus").wait_for()
    page.keyboard.type("明天出貨。")
    page.wait_for_timeout(1_200)
    assert Draft.objects.get().text == "王小明您好，明天出貨。"
    page.keyboard.press("Control+Enter")
    page.locator(".said.is-out").wait_for()
    said, _blank, _wrote, quoted = Message.objects.get().body.text.split("\n")
    assert (said, quoted) == ("王小明您好，明天出貨。", "> 請問我的訂單什麼時候出貨？")
    assert page.locator(".said-fate").inner_text() == "Waiting"

    page.locator(".toast-undo").wait_for()
    page.keyboard.press("Control+z")
    page.locator(".said.is-out").wait_for(state="detached")
    page.locator("#inbox-reply").wait_for()
    assert page.locator("#inbox-reply").input_value() == "王小明您好，明天出貨。"
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    page.locator(".said.is-out").wait_for()

    page.keyboard.press("c")
    page.keyboard.type("An old friend")
    page.keyboard.press("Control+Enter")
    page.locator(".said.is-note").wait_for()
    page.keyboard.press("e")
    page.locator(f".inbox-conversation[data-pk='{second.pk}']").wait_for()
    assert Conversation.objects.get(pk=first.pk).state == State.CLOSED
    assert page.locator(".inbox-row").count() == 1
    page.wait_for_load_state("networkidle")


def test_files_are_attached_by_keyboard_and_the_quotation_is_taken_out(
    hear: Hear, seller: User, browser_page: Any
) -> None:
    held = hear().conversation
    page = browser_page(seller, path=f"/inbox/{held.pk}/?box=mine", width=1280, language="zh-hant")
    page.locator(".inbox-glance h2").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("u")
    pdf, program = (
        {"name": name, "mimeType": "", "buffer": content}
        for name, content in (("報價單.pdf", b"%PDF-1"), ("x.exe", b"MZ"))
    )
    chooser.value.set_files([pdf, program])
    page.locator("#inbox-files bdi", has_text="報價單.pdf").wait_for()
    assert "「x.exe」是程式" in page.locator("#inbox-files .form-error").inner_text()
    page.keyboard.press("r")
    page.keyboard.type("請見附件")
    assert page.locator("[name=quote]").is_checked()
    page.locator("[name=quote]").uncheck()
    page.locator("#inbox-reply").focus()
    page.keyboard.press("Control+Enter")
    page.locator(".said.is-out bdi", has_text="報價單.pdf").wait_for()
    assert Message.objects.get().body.text == "請見附件"
    assert page.locator("#inbox-files bdi").count() == 0
    page.wait_for_load_state("networkidle")


def test_on_a_phone_the_conversation_fills_the_screen(hear: Hear, seller: User, browser_page: Any) -> None:
    held = hear(subject="很長的主旨" * 20, text="字" * 500 + " " + "x" * 400).conversation
    page = browser_page(seller, path="/inbox/", width=390, language="zh-hant", theme="dark")
    page.locator(".inbox-row-link").click()
    page.locator(f".inbox-conversation[data-pk='{held.pk}']").wait_for()
    assert not page.locator(".inbox-side").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.inbox-thread, .inbox-top')].every(one => one.scrollWidth <= innerWidth)"
    )
    page.locator("#inbox-reply").fill("明天")
    page.locator("[name=close]").click()
    page.wait_for_url("**/inbox/?box=mine")
    assert Conversation.objects.get().state == State.CLOSED
    assert page.locator(".inbox-empty").inner_text() == "沒有等您處理的對話。"
    page.wait_for_load_state("networkidle")
