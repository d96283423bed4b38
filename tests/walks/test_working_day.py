"""A working day in the product: a customer is read and called, lists are worked, the company is looked at, Today is done."""

import csv
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from regulars.customers.models import Event, Party, Revision, Stage, Task
from regulars.web import format as show
from tests.demo_fixture import Demo

OpenPage = Callable[..., Page]


def best_customer(company: Demo) -> Party:
    """The person or company that bought most in the last twelve months."""
    found = Party.objects.live().order_by("-summary__revenue_12m", "pk").first()
    assert found is not None
    return found


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_customer_is_read_called_promised_to_corrected_and_put_right(company: Demo, browser_page: OpenPage) -> None:
    party = best_customer(company)
    page = browser_page(company.user("owner"), width=1280, path=party.get_absolute_url())
    expect(page.locator(".customer-name")).to_have_text(party.name)
    expect(page.locator(".customer-who .stage").first).to_have_text(str(Stage(party.summary.stage).label))
    expect(page.locator(".customer-number")).to_have_count(4)
    expect(page.locator(".customer-number").first).to_contain_text(show.show_money(party.summary.revenue_12m))
    for part in (".ways", ".advice-why", ".composer", ".timeline .entry", "#customer-side .path"):
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= 800, part

    page.keyboard.press("c")
    page.locator(".composer [name=outcome]").select_option("reached")
    page.locator(".composer textarea").fill("想看春季的新品")
    page.locator(".composer-promise summary").click()
    page.locator(".composer [data-day]").nth(1).click()
    page.keyboard.press("Control+Enter")
    said = page.locator(".entry", has_text="想看春季的新品")
    expect(said).to_be_visible()
    expect(said).to_contain_text("Reached")
    promise = Task.objects.filter(party=party, kind="promise", done_at=None).latest("pk")
    expect(page.locator("#customer-side .task-line", has_text=promise.title)).to_be_visible()
    call = Event.objects.filter(customer=party, kind="channels.call_logged").latest("pk")
    assert call.actor == company.user("owner")

    page.locator(".timeline-filters").get_by_text("Trade", exact=True).click()
    expect(said).not_to_be_visible()
    expect(page.locator(".entry").first).to_be_visible()

    was, cell = party.city, page.locator(f"[data-edit$='/{party.pk}/cell/city/']")
    cell.click()
    page.locator(".cell-form input[name=value]").fill("花蓮縣")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("花蓮縣")
    page.keyboard.press("h")
    expect(page.locator("#ask .history-steps")).to_contain_text("花蓮縣")
    page.keyboard.press("Escape")
    page.locator(".toast-undo").last.click()
    expect(cell).not_to_contain_text("花蓮縣")
    assert Party.objects.get(pk=party.pk).city == was
    assert Revision.objects.filter(party_id=party.pk).count() == 2


def test_a_list_is_narrowed_kept_changed_taken_back_and_taken_away(company: Demo, browser_page: OpenPage) -> None:
    owner, stage = company.user("owner"), Stage.ACCOUNT_MANAGEMENT
    narrowed = Party.objects.live().filter(summary__stage=stage)
    assert narrowed.count() > 3
    page = browser_page(owner, width=1440, path="/customers/")
    page.keyboard.press("f")
    page.locator("#filter-menu").get_by_role("button", name="Stage", exact=True).click()
    page.locator("#filter-form").get_by_label(str(stage.label)).check()
    page.locator("#filter-form").get_by_role("button", name="Apply").click()
    expect(page.locator("h1 .count")).to_have_text(str(narrowed.count()))
    assert f"stage={stage.value}" in page.url

    page.locator("[popovertarget=view-menu]").click()
    page.locator("#view-menu input[name=name]").fill("Steady ones")
    page.keyboard.press("Enter")
    expect(page.locator(".views a", has_text="Steady ones")).to_be_visible()
    page.goto("/customers/")
    page.locator(".views a", has_text="Steady ones").click()
    expect(page.locator("h1 .count")).to_have_text(str(narrowed.count()))

    before = dict(narrowed.values_list("pk", "owner"))
    for key in ("j", "x", "j", "j", "Shift+x"):
        page.keyboard.press(key)
    expect(page.locator("[data-count]")).to_have_text("3 selected")
    page.locator("[data-selection]").get_by_role("button", name="Owner").click()
    page.locator("#ask select").select_option(label=str(company.user("agent")))
    page.locator("#ask button[type=submit]").click()
    expect(page.locator(".toast")).to_contain_text("3 customers changed")
    assert Party.objects.filter(owner=company.user("agent"), pk__in=before).count() == 3
    with page.expect_response("**/undo/"):
        page.locator(".toast-undo").click()
    assert dict(narrowed.values_list("pk", "owner")) == before

    page.locator("[popovertarget=export-menu]").click()
    with page.expect_download() as download:
        page.locator("#export-menu").get_by_role("link", name="CSV", exact=True).click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + narrowed.count()
    assert {row[0] for row in rows[1:]} == set(narrowed.values_list("name", flat=True))


def test_rows_are_walked_in_the_slide_over_which_has_its_own_address(company: Demo, browser_page: OpenPage) -> None:
    first, second = Party.objects.live().order_by("-summary__revenue_12m", "-pk")[:2]
    page = browser_page(company.user("manager"), width=1440, path="/customers/")
    title = page.locator("#panel .panel-title")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(title).to_have_text(first.name)
    page.keyboard.press("j")
    expect(title).to_have_text(second.name)
    expect(page).to_have_url(f"{page.url.split('/customers/')[0]}/customers/?open={second.pk}")
    page.reload()
    expect(title).to_have_text(second.name)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{second.get_absolute_url()}")
    page.go_back()
    expect(title).to_have_text(second.name)
    page.keyboard.press("Escape")
    expect(title).not_to_be_visible()
    page.keyboard.press("e")
    expect(page.locator(".cell-form input[name=value]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(title).to_have_text(second.name)


def test_each_number_of_the_company_opens_the_customers_behind_it(company: Demo, browser_page: OpenPage) -> None:
    page = browser_page(company.user("analyst"), width=1280, path="/company/")
    stages = page.locator(".arc-wide .arc-node").evaluate_all(
        "nodes => nodes.map(node => [node.closest('a').getAttribute('href'), node.querySelector('.arc-number').textContent])"
    )
    assert len(stages) == len(Stage)
    stage_count = sum(int(number.replace(",", "")) for _, number in stages)
    assert stage_count == Party.objects.live().exclude(summary__stage="").count()
    for address, number in stages:
        page.goto(address)
        expect(page.locator("h1 .count")).to_have_text(number)
    page.goto("/company/")
    classes = page.locator(".class-table a.link").evaluate_all(
        "all => all.map(one => [one.getAttribute('href'), one.textContent])"
    )
    assert len(classes) > 1
    for address, number in classes:
        page.goto(address)
        expect(page.locator("h1 .count")).to_have_text(number)
    page.goto("/company/")
    streams = page.locator(".arc-wide .arc-streams a").evaluate_all(
        "all => all.map(one => [one.getAttribute('href'), one.querySelector('text')?.textContent ?? ''])"
    )
    assert streams
    for address, number in streams[:4]:
        page.goto(address)
        expect(page.locator("h1 .count")).to_have_text(number or re.compile(r"\d"))


def test_today_is_done_by_keyboard_and_stands_on_the_timeline(company: Demo, browser_page: OpenPage) -> None:
    page = browser_page(company.user("owner"), language="zh-hant", width=1280, theme="dark", path="/?whose=all")
    needs = page.locator(".need:not(.is-ending)")
    while "is-ending" in str(page.locator(".need.is-current").get_attribute("class")):
        page.keyboard.press("j")  # contracts that end stand there too; the walk is about customers
    first, second = needs.nth(0).get_attribute("data-pk"), needs.nth(1).get_attribute("data-pk")
    assert first is not None
    assert second is not None
    expect(needs.nth(0).locator(".need-why")).not_to_be_empty()
    total = int(page.locator(".today-sum > strong").first.inner_text())
    page.keyboard.press("e")
    page.locator(".need .composer textarea").fill("已談妥，下週下單")
    page.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
                  "{key: 'Enter', ctrlKey: true, bubbles: true, isComposing: true}))")  # fmt: skip
    expect(page.locator(".need .composer textarea")).to_have_value("已談妥，下週下單")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#need-{first}")).to_have_count(0)
    expect(page.locator(f"#need-{second}")).to_have_count(1)
    expect(page.locator(".today-sum > strong").first).to_have_text(str(total - 1))
    page.goto(f"/customers/{first}/")
    expect(page.locator(".entry").first).to_contain_text("已談妥，下週下單")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


def test_the_day_fits_a_phone(company: Demo, browser_page: OpenPage) -> None:
    page = browser_page(company.user("owner"), language="zh-hant", width=390, theme="dark", path="/?whose=all")
    assert fits(page)
    page.locator(".bottom-bar").get_by_text("客戶", exact=True).tap()
    page.wait_for_url("**/customers/")
    assert fits(page)
    row = page.locator("#list tbody tr[data-pk]").first
    name = row.locator("a[data-open]").inner_text()
    row.tap()
    expect(page.locator("#panel .panel-title")).to_have_text(name)
    panel = page.locator("#panel").bounding_box()
    assert panel is not None
    assert (panel["x"], panel["y"], panel["width"]) == (0, 0, 390)
    page.locator("#panel .composer [data-mode=note]").tap()
    page.locator("#panel .composer textarea").fill("門市遇到，問候一下")
    page.locator("#panel .composer button[type=submit]").tap()
    expect(page.locator("#panel .entry", has_text="門市遇到，問候一下")).to_be_visible()
    page.locator("#panel [data-close-panel]").tap()
    expect(page.locator("#panel")).not_to_be_visible()
    page.goto("/company/")
    expect(page.locator(".arc-tall")).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("role", ["seller3", "technician", "analyst"])
def test_nobody_is_offered_what_the_role_forbids_or_shown_whom_it_hides(
    company: Demo, browser_page: OpenPage, role: str
) -> None:
    user: Any = company.user(role)
    seen = Party.objects.visible_to(user).live()
    hidden = Party.objects.live().exclude(pk__in=seen.values("pk")).exclude(name__in=seen.values("name")).first()
    page = browser_page(user, width=1280, path="/customers/", problems="allowed")
    expect(page.locator("h1 .count")).to_have_text(str(seen.count()))
    expect(page.locator("[popovertarget=export-menu]")).to_have_count(1 if role == "analyst" else 0)
    expect(page.get_by_text("New customer")).to_have_count(1 if role == "seller3" else 0)
    expect(page.locator(".rail a[href='/company/']")).to_have_count(1 if role == "analyst" else 0)
    expect(page.get_by_text("Import a file")).to_have_count(0)
    if role == "analyst":
        page.goto(best_customer(company).get_absolute_url())
        expect(page.locator(".customer-name")).to_be_visible()
        expect(page.locator(".composer, .customer [data-edit], .side-add")).to_have_count(0)
        return
    assert hidden is not None
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill(hidden.name)
    expect(page.locator(".palette-nothing")).to_be_visible()
    answer = page.goto(hidden.get_absolute_url())
    assert answer is not None
    assert answer.status == 404
