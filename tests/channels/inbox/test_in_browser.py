"""A mail is answered by keyboard alone, in a real browser; and on a phone by finger."""

import time
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
    page.wait_for_load_state("networkidle")
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


def test_what_comes_appears_at_once_and_disturbs_nobody(hear: Hear, seller: User, browser_page: Any) -> None:
    held = [hear(subject=f"第 {number} 封").conversation for number in range(30)]
    page = browser_page(seller, path=f"/inbox/{held[3].pk}/?box=mine", width=1280)
    page.locator(".inbox-glance h2").first.wait_for()
    page.locator(".inbox-row [name=ids]").nth(20).check()
    page.locator(".inbox-row-link").nth(20).focus()
    page.evaluate("document.getElementById('inbox-list').scrollTop = 600")
    place = page.locator(f".inbox-row[data-pk='{held[20].pk}']").bounding_box()["y"]
    page.locator("#inbox-reply").fill("Half a word")
    page.locator("#inbox-reply").evaluate("field => { field.focus(); field.setSelectionRange(2, 6); }")

    begun = time.monotonic()
    actions.close([held[5]], by=None)
    new = hear(subject="剛剛來的信").conversation
    page.locator(f".inbox-row[data-pk='{new.pk}']").wait_for(state="attached")
    took = time.monotonic() - begun
    assert took < 10, f"{took:.1f} s"  # two and a little on a machine that has nothing else to do
    assert page.locator(f".inbox-row[data-pk='{held[5].pk}']").count() == 0
    assert page.evaluate(
        "[document.activeElement.id, document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    ) == ["inbox-reply", 2, 6]
    assert page.locator("#inbox-reply").input_value() == "Half a word"
    assert page.locator(f".inbox-row[data-pk='{held[20].pk}'] [name=ids]").is_checked()
    assert page.locator("[data-chosen]").inner_text() == "1"
    assert page.locator(f".inbox-row[data-pk='{held[20].pk}']").bounding_box()["y"] == pytest.approx(place, abs=2)

    page.locator(f".inbox-row[data-pk='{held[20].pk}'] .inbox-row-link").focus()
    another = hear(subject="再一封").conversation
    page.locator(f".inbox-row[data-pk='{another.pk}']").wait_for(state="attached")
    assert page.evaluate("document.activeElement.closest('.inbox-row').dataset.pk") == str(held[20].pk)
    again = hear(subject="回覆", thread_of=[held[3].entries.get().ref], text="還有一件事")
    page.locator(".inbox-note-line.is-newer").wait_for()
    assert again.conversation_id == held[3].pk
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
