"""Finding somebody by keyboard in a real browser: ⌘K, the search page, and the screen pop with its composer."""

import pytest
from playwright.sync_api import expect

from regulars.customers import actions
from regulars.customers.models import Event, Party
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def three(owner):
    return [
        needing(actions.create_party(by=owner, name=name, contact_points=[("mobile", number)]))
        for name, number in (("王小明", "0912345678"), ("王大明", "0912345679"), ("林美玲", "0933444555"))
    ]


def test_palette_goes_to_whoever_is_meant(browser_page, owner, three):
    page = browser_page(owner, path="/customers/")
    page.keyboard.press("Control+k")
    field = page.locator("#palette input")
    for typed, name in (("0912-345-678", "王小明"), ("4555", "林美玲"), ("美玲", "林美玲"), ("林美伶", "林美玲")):
        field.fill(typed)
        expect(page.locator(".palette-group[aria-label=Customers] .palette-line").first).to_contain_text(name)
    expect(page.locator(".palette-group[aria-label=Customers] .badge")).to_have_text("similar")
    field.fill("+886 912 345 678")
    expect(page.locator(".palette-line").first).to_contain_text("王小明")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{three[0].pk}/")


def test_search_page_is_walked_by_keyboard(browser_page, owner, three):
    page = browser_page(owner, path="/search/?q=王")
    lines = page.locator(".found-line")
    expect(lines).to_have_count(2)
    page.locator("h2").first.click()
    page.keyboard.press("j")
    expect(lines.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(lines.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(lines.nth(0)).to_be_focused()
    page.locator("input[type=search]").fill("林")
    expect(lines).to_have_count(1)
    page.wait_for_url("**/search/?q=%E6%9E%97")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{three[2].pk}/")


def test_call_is_logged_in_the_screen_pop(browser_page, owner, three):
    page = browser_page(owner, path="/pop/?phone=0933444555")
    expect(page.locator(".customer-name")).to_have_text("林美玲")
    page.locator(".composer textarea").fill("問週末有沒有開")
    assert page.locator(".composer [name=direction]:checked").get_attribute("value") == "in"
    page.keyboard.press("Control+Enter")
    expect(page.locator("#pop-read .pop-said")).to_contain_text("問週末有沒有開")
    assert Event.objects.filter(customer=three[2], channel="phone").count() == 1


def test_unknown_caller_is_kept_with_what_was_said(browser_page, owner, three):
    page = browser_page(owner, path="/pop/?phone=0955000111")
    page.get_by_role("button", name="Keep the caller").click()
    expect(page.locator(".customer-name")).to_have_text("0955 000 111")
    page.locator(".composer textarea").fill("要型錄")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#pop-read .pop-said")).to_contain_text("要型錄")
    assert Event.objects.filter(customer=Party.objects.get(name="0955 000 111"), channel="phone").count() == 1
