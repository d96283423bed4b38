"""The org chart and a contract's renewal in a real browser: by mouse, by keyboard, and taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from regulars.customers import actions
from regulars.customers.models import Contract, Party
from regulars.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def firm(owner):
    firm = actions.create_party(by=owner, kind="organisation", name="遠東精密")
    people = [actions.create_party(by=owner, name=name, role="") for name in ("陳董", "林總", "王員")]
    for one, title in zip(people, ("董事長", "總經理", "專員"), strict=True):
        actions.add_relation(party=one, other=firm, kind="employed_by", by=owner, title=title)
    actions.add_relation(party=people[1], other=people[0], kind="reports_to", by=owner)
    return firm


def superior_of(name):
    line = Party.objects.get(name=name).relations.filter(kind="reports_to", valid_to=None).first()
    return line.other.name if line else None


def card(page, name):
    return page.locator(".org-card", has_text=name)


def test_the_chart_is_edited_by_mouse_and_by_keyboard(browser_page, owner, firm):
    page = browser_page(owner, width=1280, path=reverse("customers:relations", args=[firm.pk]))
    expect(page.locator(".org-chart > li")).to_have_count(2)

    card(page, "王員").drag_to(card(page, "林總"))
    expect(page.locator(".org-chart ul ul .org-card")).to_contain_text("王員")
    assert superior_of("王員") == "林總"

    page.locator(".toast-undo").last.click()
    expect(page.locator(".org-chart > li")).to_have_count(2)
    assert superior_of("王員") is None
    page.wait_for_load_state("networkidle")

    arrow = card(page, "王員").get_by_role("button", name="Change the superior")
    arrow.focus()
    page.keyboard.press("Enter")
    page.locator("#ask [name=superior]").select_option(label="陳董")
    page.locator("#ask button[type=submit]").press("Enter")
    expect(page.locator(".org-chart > li")).to_have_count(1)
    assert superior_of("王員") == "陳董"

    page.get_by_role("button", name="Add a person").click()
    page.locator("#ask [name=q]").fill("趙新人")
    page.locator("#ask [name=title]").fill("採購")
    page.locator("#ask [name=superior]").select_option(label="林總")
    page.locator("#ask button[type=submit]").click()
    expect(card(page, "趙新人")).to_contain_text("採購")
    assert superior_of("趙新人") == "林總"

    card(page, "趙新人").hover()
    card(page, "趙新人").get_by_role("button", name="No longer works here").click()
    page.locator("#ask button[type=submit]").click()
    expect(card(page, "趙新人")).to_have_count(0)
    page.get_by_label("Former ones too").check()
    expect(page.locator(".is-former")).to_contain_text("趙新人")


def test_a_contract_is_renewed_from_today_and_taken_back(browser_page, owner, firm):
    today = timezone.localdate(clock.now())
    contract = actions.add_contract(
        party=firm, title="咖啡機保養", kind="service", starts_on=today - timedelta(days=350), ends_on=today + timedelta(days=12),
        amount=12_000_00, visits_included=4, by=owner,
    )  # fmt: skip
    page = browser_page(owner, width=1280, path="/?whose=all")
    line = page.locator(f"#ends-contract-{contract.pk}")
    expect(line).to_contain_text("ends in 12 days: talk about renewing it.")
    expect(line).to_contain_text("NT$12,000")
    page.keyboard.press("r")
    page.locator("#ask [name=amount]").fill("15000")
    page.locator("#ask button[type=submit]").click()
    line.wait_for(state="detached")
    assert Contract.objects.get(follows=contract).amount == 15_000_00

    page.locator(".toast-undo").last.click()
    line.wait_for()
    assert not Contract.objects.filter(follows=contract).exists()

    page.keyboard.press("e")
    line.wait_for(state="detached")
    contract.refresh_from_db()
    assert contract.seen_to_on == today


def test_a_contract_is_used_and_ended_on_the_customers_page(browser_page, owner, firm):
    today = timezone.localdate(clock.now())
    page = browser_page(owner, width=1280, path=firm.get_absolute_url())
    page.get_by_role("button", name="Add a contract").click()
    page.locator("#ask [name=title]").fill("咖啡機保養")
    page.locator("#ask [name=visits_included]").fill("4")
    page.locator("#ask button[type=submit]").click()
    expect(page.locator(".entitled")).to_contain_text("Service valid")
    contract = Contract.objects.get()
    assert contract.starts_on == today

    page.goto(page.url.split("/customers/")[0] + f"/contracts/?open={contract.pk}")
    panel = page.locator("#panel")
    panel.get_by_role("button", name="Write down a visit").click()
    page.locator("#ask [name=note]").fill("清洗管路")
    page.locator("#ask button[type=submit]").click()
    expect(panel).to_contain_text("3 of 4 left in this term")
    expect(panel).to_contain_text("清洗管路")
    panel.get_by_role("button", name="End early").click()
    page.locator("#ask [name=reason]").fill("搬遷")
    page.locator("#ask button[type=submit]").click()
    expect(panel).to_contain_text("搬遷")
