"""The story of calling in a real browser: a list of customers, a call list of it, outcomes by keyboard, a callback on Today, all of it on the timeline."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.customers.models import Event, Party, Task
from regulars.kit import clock
from regulars.marketing.call_lists.models import Call, CallList
from tests.marketing.call_lists.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120_000


def make_the_list(page: Any) -> CallList:
    """Select everybody who is listed, and make a call list of them."""
    page.locator("tbody input[type=checkbox]").first.check(force=True)
    page.locator("[data-all-in-view]").click()
    page.locator("[data-bulk*='/bulk/call-list/']").click()
    page.locator("dialog[open] [name=name]").fill("Spring teas")
    page.locator("dialog[open] button[type=submit]").click()
    page.get_by_text("4 customers are on “Spring teas”").wait_for()
    return CallList.objects.get()


def say(page: Any, name: str, note: str, key: str) -> None:
    """Whoever is on screen is ``name``; write the note, leave the field, press the key of the outcome."""
    page.get_by_role("heading", level=1, name=name).wait_for()
    page.locator("[name=note]").focus()
    page.keyboard.type(note)
    page.keyboard.press("Escape")
    page.keyboard.press(key)


def test_from_a_list_over_a_callback_on_today_to_the_timeline(
    browser_page: Callable[..., Any], make_user: Callable[..., Any], people: list[Party], agent: Any
) -> None:
    first, _refused, second, third = people
    maker = browser_page(make_user(role="marketer"), path="/customers/", width=1280)
    maker.set_default_timeout(PATIENCE)
    held = make_the_list(maker)

    page = browser_page(agent, path=held.get_absolute_url(), width=1280)
    page.set_default_timeout(PATIENCE)
    page.keyboard.press("c")
    page.get_by_role("heading", level=1, name=first.name).wait_for()
    page.locator("[name=call_back_at]").fill("2026-03-10T13:00")
    say(page, first.name, "Busy, in an hour", "3")
    say(page, second.name, "", "4")
    say(page, third.name, "Two boxes of oolong", "1")
    page.get_by_text("Nobody can be called from this list right now").wait_for()
    assert dict(Call.objects.values_list("party__name", "outcome")) == {
        first.name: "later", _refused.name: "", second.name: "not_reached", third.name: "yes",
    }  # fmt: skip

    with clock.stopped_at(NOON + timedelta(minutes=65)):
        page.goto("/")
        promised = page.get_by_text("Call back: Spring teas")
        promised.first.wait_for()
        assert first.name in page.locator("main").inner_text()
        page.goto(held.get_absolute_url())
        page.keyboard.press("c")
        page.get_by_text("Promised callback").wait_for()
        assert "Busy, in an hour" in page.locator("main").inner_text()
        say(page, first.name, "Ten boxes for the office", "1")
        page.get_by_text("Nobody can be called from this list right now").wait_for()
        page.goto("/")
        page.locator("main h1").first.wait_for()
        assert promised.count() == 0
        page.goto(first.get_absolute_url())
        for note in ("Busy, in an hour", "Ten boxes for the office"):
            page.get_by_text(note).first.wait_for()
    assert Task.objects.get().done_at is not None
    assert Event.objects.filter(kind="channels.call_logged", customer=first, actor=agent).count() == 2
    page.wait_for_load_state("networkidle")
