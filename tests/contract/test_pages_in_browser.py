"""Every page opens in a real browser: quiet console, nothing from another machine, light, and no wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.support.company import make_customers, make_tasks
from tools.pages import answering_with_a_page

MOST_BYTES = 100_000
VARIANTS = [("en", 1440, "light"), ("zh-hant", 390, "dark")]


@pytest.mark.parametrize(("language", "width", "theme"), VARIANTS)
def test_every_page_opens_quietly(
    browser_page: Callable[..., Any], make_user: Callable[..., Any], language: str, width: int, theme: str
) -> None:
    owner = make_user(role="owner", username="owner")
    make_tasks(3, owner)
    page = browser_page(owner, language=language, width=width, theme=theme, path="/sign-in/")
    wide = {}
    for one in answering_with_a_page(owner):
        answer = page.goto(one.path, wait_until="networkidle")
        assert answer.status == 200, one.path
        assert page.locator("html").get_attribute("lang").lower().startswith(language[:2]), one.path
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if overflow > 0:
            wide[one.path] = overflow
    assert wide == {}


def test_every_page_weighs_less_than_a_hundred_kilobytes_on_the_wire(db: None, make_user: Callable[..., Any]) -> None:
    owner = make_user(role="owner", username="owner")
    make_customers(120, owner)
    client = Client()
    client.force_login(owner)
    heavy = {}
    for one in answering_with_a_page(owner):
        size = len(client.get(one.path, headers={"accept-encoding": "gzip"}).content)
        if size > MOST_BYTES:
            heavy[one.path] = size
    assert heavy == {}


def test_page_of_a_customer_opens_quietly_in_both_languages(
    browser_page: Callable[..., Any], make_user: Callable[..., Any]
) -> None:
    owner = make_user(role="owner", username="owner")
    customer = make_customers(1, owner)[0]
    for language, width, theme in VARIANTS:
        for path in (customer.get_absolute_url(), f"/customers/?open={customer.pk}"):
            page = browser_page(owner, language=language, width=width, theme=theme, path=path)
            page.wait_for_load_state("networkidle")
            assert customer.name in page.content()
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
