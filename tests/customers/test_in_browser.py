"""A morning's work by keyboard in a real browser: Today from top to bottom, then a customer's page."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from regulars.customers import actions
from regulars.customers.models import Event, Party, Snooze, Task
from regulars.kit import clock
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def three(owner):
    made = []
    for name, stake in (("甲公司", 900_000), ("乙小姐", 500_000), ("丙先生", 300_000)):
        party = actions.create_party(by=owner, name=name, contact_points=[("mobile", "0912345678")])
        made.append(
            needing(party, stake, stage_reasons=[{"code": "stage.second_purchase", "values": {"silence_days": 40}}])
        )
    return made


def test_today_is_walked_by_keyboard(browser_page, owner, three):
    first, second, third = three
    page = browser_page(owner, width=1280, path="/?whose=all")
    assert "NT$17,000" in page.locator(".today-sum").inner_text()
    assert page.locator(".need.is-current").get_attribute("data-pk") == str(first.pk)

    page.keyboard.press("c")
    page.locator(".need .composer textarea").wait_for()
    page.locator("[name=outcome]").select_option("reached")
    page.locator(".need .composer textarea").fill("談過了，下週再訂")
    page.keyboard.press("Control+Enter")
    page.locator(f"#need-{first.pk}").wait_for(state="detached")
    assert page.locator(".toast").first.inner_text().startswith("Logged for 甲公司")
    assert page.locator(".need.is-current").get_attribute("data-pk") == str(second.pk)
    expect(page.locator(".today-sum")).to_contain_text("NT$8,000")

    page.keyboard.press("s")
    page.locator("#ask [data-day]").first.click()
    page.locator(f"#need-{second.pk}").wait_for(state="detached")
    assert page.locator("#ask").evaluate("dialog => dialog.open") is False

    page.locator(".toast-undo").last.click()
    page.locator(f"#need-{second.pk}").wait_for()
    assert [one.get_attribute("data-pk") for one in page.locator(".need").all()] == [str(second.pk), str(third.pk)]
    page.keyboard.press("e")
    expect(page.locator(".need .composer textarea")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator(".need .composer").wait_for(state="detached")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#panel .panel-title").wait_for()
    assert page.locator("#panel .panel-title").inner_text() == "丙先生"
    page.keyboard.press("Escape")
    page.locator("#panel").wait_for(state="hidden")
    assert Event.objects.filter(customer=first, kind="channels.call_logged").count() == 1
    assert not Snooze.objects.filter(until__gt=clock.now()).exists()


def test_note_call_and_task_are_written_with_one_key_each(browser_page, owner, three):
    party = three[0]
    page = browser_page(owner, language="zh-hant", width=1280, path=party.get_absolute_url())
    page.keyboard.press("n")
    page.locator(".composer textarea").fill("老闆喜歡高山茶\n第二行\n第三行")
    page.keyboard.press("Control+Enter")
    page.locator(".entry", has_text="老闆喜歡高山茶").wait_for()
    assert page.locator(".composer textarea").count() == 0

    page.keyboard.press("c")
    page.locator(".composer textarea").fill("答應下週回電")
    page.locator(".composer-promise summary").click()
    page.locator(".composer [data-day]").nth(2).click()
    page.keyboard.press("Control+Enter")
    page.locator("#customer-side .task-line").wait_for()
    assert Task.objects.get().kind == "promise"

    page.keyboard.press("t")
    page.locator(".composer [name=title]").fill("寄樣品")
    page.keyboard.press("Control+Enter")
    page.locator("#customer-side .task-line", has_text="寄樣品").wait_for()

    page.locator("#customer-side .task-line", has_text="寄樣品").locator(".task-tick").click()
    page.locator("#ask [name=outcome]").fill("已寄出")
    page.keyboard.press("Enter")
    page.locator(".entry", has_text="已寄出").wait_for()


def test_who_is_quicker_than_the_field_is_not_sent_elsewhere(browser_page, owner, three):
    party = three[0]
    page = browser_page(owner, width=1280, path=party.get_absolute_url())
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """() => new MutationObserver((_, watch) => {
            const form = document.querySelector(".cell-form");
            if (!form) return;
            watch.disconnect();
            form.elements.value.value = "臺東縣";
            form.requestSubmit();
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    page.locator(f"[data-edit$='/{party.pk}/cell/city/']").click()
    page.locator(".toast-undo").wait_for()
    assert page.url.endswith(party.get_absolute_url())
    assert Party.objects.get(pk=party.pk).city == "臺東縣"


def test_a_detail_is_edited_in_place_and_undone(browser_page, owner, three):
    party = three[0]
    page = browser_page(owner, width=1280, path=party.get_absolute_url())
    page.wait_for_load_state("networkidle")
    cell = page.locator(f"[data-edit$='/{party.pk}/cell/city/']")
    cell.click()
    page.locator(".cell-form input[name=value]").fill("花蓮縣")
    page.keyboard.press("Enter")
    page.locator(".toast-undo").wait_for()
    assert cell.inner_text() == "花蓮縣"
    page.locator(".toast-undo").click()
    expect(cell).not_to_contain_text("花蓮")
    assert Party.objects.get(pk=party.pk).city == ""


def test_composer_works_in_the_slide_over_and_the_palette_opens_it(browser_page, owner, three):
    party = three[1]
    page = browser_page(owner, width=1440, path=f"/customers/?open={party.pk}")
    page.locator("#panel .composer").wait_for()
    page.keyboard.press("n")
    page.locator("#panel .composer textarea").fill("從側欄寫的")
    page.keyboard.press("Control+Enter")
    page.locator("#panel .entry", has_text="從側欄寫的").wait_for()
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("log a call")
    page.locator(".palette-line[href='#compose=call']").wait_for()
    page.keyboard.press("Enter")
    page.locator("#panel .composer [name=outcome]").wait_for()


def test_earlier_entries_come_when_they_are_reached(browser_page, owner, three):
    party, now = three[0], clock.now()
    Event.objects.bulk_create(
        Event(customer=party, kind="channels.call_logged", channel="phone", occurred_at=now - timedelta(days=n))
        for n in range(95)
    )
    page = browser_page(owner, width=1280, path=party.get_absolute_url())
    assert page.locator(".entry").count() == 40
    for count in (80, 96):
        page.locator(".entry").last.scroll_into_view_if_needed()
        expect(page.locator(".entry")).to_have_count(count)
    assert page.locator(".entry").count() == 96
    ids = [one.get_attribute("id") for one in page.locator(".entry").all()]
    assert len(set(ids)) == 96


def test_today_and_customer_fit_a_phone(browser_page, owner, three):
    for path in ("/?whose=all", three[0].get_absolute_url()):
        page = browser_page(owner, language="zh-hant", width=390, theme="dark", path=path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
    page = browser_page(owner, width=390, path="/?whose=all")
    page.locator(".need-step").first.tap()
    page.locator(".need .composer textarea").wait_for()
    for button in page.locator(".need-acts .icon-button").all()[:4]:
        box = button.bounding_box()
        assert box["height"] >= 36
        assert box["width"] >= 36
