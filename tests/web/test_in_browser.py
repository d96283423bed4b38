"""The shell in a real browser: palette, slide-over, selection, editing, undo, theme, all by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from regulars.staff.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]
OpenPage = Callable[..., Page]


@pytest.fixture
def owner(make_user: Callable[..., Any]) -> Any:
    for number in range(30):
        make_user(role="seller" if number % 2 else "agent", username=f"user-{number:02}", name=f"Name {number:02}")
    return make_user(role="owner", username="wang", name="王小明")


def test_palette_is_opened_searched_and_followed_by_keyboard(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/patterns/")
    page.keyboard.press("Control+k")
    page.keyboard.type("小明")
    expect(page.locator(".palette-line", has_text="王小明").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("people")
    expect(page.locator(".palette-line").first).to_contain_text("People")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/")


def test_chords_go_places_but_not_while_typing(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/patterns/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/people/")
    page.locator("#list-search").focus()
    page.keyboard.type("gpjx?")
    expect(page.locator("#list-search")).to_have_value("gpjx?")
    expect(page.locator("#help")).not_to_be_visible()
    expect(page.locator("#list")).to_contain_text("Nothing matches these filters.")
    expect(page.locator("#list-search")).to_be_focused()


def test_shortcuts_are_ignored_while_an_input_method_composes(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true, isComposing: true}))"
    )
    expect(page.locator("#help")).not_to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#help")).to_contain_text("Select the row")


def test_rows_are_walked_opened_and_closed_by_keyboard(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    title = page.locator("#panel .panel-title")
    expect(title).to_have_text("Name 01")
    assert "open=" in page.url
    page.keyboard.press("j")
    expect(title).to_have_text("Name 02")
    page.reload()
    expect(title).to_have_text("Name 02")
    page.keyboard.press("k")
    expect(title).to_have_text("Name 01")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_be_visible()
    assert "open=" not in page.url
    page.go_back()
    expect(page.locator("#list")).to_be_visible()


def test_slide_over_walks_past_the_rows_that_are_loaded(browser_page: OpenPage, owner: Any) -> None:
    last = User.objects.get(name="Name 29")
    page = browser_page(owner, path=f"/people/?open={last.pk}")
    expect(page.locator("#panel .panel-title")).to_have_text("Name 29")
    page.locator("[data-walk=previous]").click()
    expect(page.locator("#panel .panel-title")).to_have_text("Name 28")


def test_full_page_is_one_shortcut_away(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/", problems="allowed")
    page.keyboard.press("j")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/full/\d+/$"))


def test_scrolling_loads_every_row_once(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    rows = page.locator("#list tbody tr[data-pk]")
    expect(rows).not_to_have_count(0)
    for _ in range(40):
        page.keyboard.press("j")
        page.wait_for_timeout(20)
    expect(rows).to_have_count(31)
    assert len(set(rows.evaluate_all("rows => rows.map(row => row.dataset.pk)"))) == 31


def test_selection_acts_and_is_undone(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    for key in ("j", "x", "j", "j", "Shift+x"):
        page.keyboard.press(key)
    expect(page.locator("[data-count]")).to_have_text("3 selected")
    page.get_by_role("button", name="Change role").click()
    page.locator("#ask select[name=role]").select_option("analyst")
    page.locator("#ask button[type=submit]").click()
    expect(page.locator(".toast")).to_contain_text("3 changed")
    assert User.objects.filter(role="analyst").count() == 3
    page.locator(".toast-undo").click()
    expect(page.locator(".toast")).to_contain_text("Roles are back")
    assert User.objects.filter(role="analyst").count() == 0


def test_whole_view_is_selected_beyond_the_page(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/?role=seller")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("[data-all-in-view]").click()
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.locator(".toast")).to_contain_text("15 closed")


def test_cell_is_edited_kept_and_left_alone(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/?sort=name")
    cell = page.locator("#list tbody tr").first.locator("th")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator(".cell-form input[name=value]")).to_be_focused()
    page.keyboard.type("Not this")
    page.keyboard.press("Escape")
    expect(cell).to_have_text("Name 00")
    cell.dblclick()
    page.locator(".cell-form input[name=value]").fill("王大明")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("王大明")
    assert User.objects.filter(name="王大明").exists()
    assert not User.objects.filter(name="Not this").exists()


def test_cell_changed_by_somebody_else_shows_both_values(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/?sort=name", problems="allowed")
    page.keyboard.press("j")
    page.keyboard.press("e")
    field = page.locator(".cell-form input[name=value]")
    expect(field).to_be_focused()
    User.objects.filter(name="Name 00").update(name="Theirs")
    field.fill("Mine")
    page.keyboard.press("Enter")
    note = page.locator(".cell-note")
    expect(note).to_contain_text("Theirs")
    expect(note).to_contain_text("Mine")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#list tbody tr").first.locator("th")).to_have_text("Mine")


def test_filter_is_put_on_and_taken_off(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    page.keyboard.press("f")
    page.locator("#filter-menu").get_by_role("button", name="Role").click()
    page.locator("#filter-form").get_by_label("Service agent").check()
    page.locator("#filter-form").get_by_role("button", name="Apply").click()
    expect(page.locator(".chip")).to_contain_text("Service agent")
    expect(page.locator("h1 .count")).to_have_text("15")
    assert "role=agent" in page.url
    page.locator(".chip a").click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator("h1 .count")).to_have_text("31")


def test_columns_are_chosen_without_closing_the_menu(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    page.get_by_role("button", name="Columns").click()
    page.locator("#column-menu").get_by_text("E-mail").click()
    expect(page.locator("thead")).to_contain_text("E-mail")
    expect(page.locator("#column-menu")).to_be_visible()
    page.locator("#column-menu").get_by_text("Team").click()
    expect(page.locator("thead")).not_to_contain_text("Team")


def test_theme_changes_at_once_and_stays(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator(".user-button").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_charts_are_drawn_only_where_they_are(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/")
    assert page.evaluate("typeof window.echarts") == "undefined"
    page.goto("/patterns/")
    expect(page.locator(".chart-canvas svg").first).to_be_visible()
    page.locator(".chart-canvas").first.hover()
    expect(page.locator(".tip").first).to_contain_text("NT$")
    toggle = page.locator("[data-table-toggle]").first
    toggle.click()
    expect(page.locator(".chart-table").first).to_contain_text("NT$412,000")


def test_phone_shows_two_lines_a_bottom_bar_and_a_whole_screen_slide_over(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/", width=390, language="zh-hant", theme="dark")
    expect(page.locator(".bottom-bar")).to_be_visible()
    expect(page.locator(".rail")).not_to_be_visible()
    row = page.locator("#list tbody tr").first
    assert 44 <= row.bounding_box()["height"] <= 76  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row.click()
    expect(page.locator("#panel")).to_be_visible()
    box = page.locator("#panel").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)


def test_keys_of_the_page_rest_while_somebody_writes(browser_page: OpenPage, owner: Any) -> None:
    page = browser_page(owner, path="/people/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .panel-title")).to_have_text("Name 00")
    page.get_by_role("button", name="View").click()
    page.locator("#view-menu input[name=name]").fill("My people")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("“My people” saved")
    assert "/full/" not in page.url
