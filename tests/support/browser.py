"""A real browser on the running product: Debian's Chromium, signed in as somebody, in a language, at a width.

A page that logs an error on its console, throws, or asks another machine for anything fails the test that opened it.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.support.requirements import missing
from tools.browser import FLAGS, INSTALL, find_chromium

LOCALES = {"en": "en-GB", "zh-hant": "zh-TW"}
HEIGHTS = {390: 844}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium in the place of the one that Playwright would download."""
    path = find_chromium()
    if path is None:
        missing("Chromium", INSTALL)
    # Playwright's event loop runs in the test's own thread; Django would refuse every query of the test for it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


def watch(page: Page, home: str) -> list[str]:
    """A list that fills with what went wrong on `page`: console errors, exceptions, requests off this machine."""
    problems: list[str] = []

    def listen(message: Any) -> None:
        if message.type == "error":
            problems.append(f"{message.text} ({message.location.get('url') or page.url})")

    page.on("console", listen)
    page.on("pageerror", lambda error: problems.append(f"{error} ({page.url})"))

    def check_address(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and f"{parts.scheme}://{parts.netloc}" != home:
            problems.append(f"request off this machine: {request.url}")

    page.on("request", check_address)
    return problems


def sign_in(user: Any) -> dict[str, Any]:
    """The session cookie of `user`, made without the sign-in page."""
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


@pytest.fixture
def browser_page(live_server: Any, browser: Browser) -> Iterator[OpenPage]:
    """Open a page of the product: `browser_page(user, language="zh-hant", width=390, theme="dark", path="/")`.

    `user=None` opens it for somebody who has not signed in. `problems="allowed"` is for a test that provokes an error.
    Returns Playwright's page, already at `path`. Everything opened is closed, and its problems are judged, afterwards.
    """
    opened: list[tuple[Page, list[str]]] = []

    def open_page(
        user: Any = None,
        *,
        language: str = "en",
        width: int = 1440,
        theme: str = "light",
        path: str = "/",
        problems: str = "fail",
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale=LOCALES[language],
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=width < 600,
            timezone_id=settings.TIME_ZONE,
        )
        cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language}]
        if user is not None:
            get_user_model().objects.filter(pk=user.pk).update(language=language, theme=theme)
            cookies.append(sign_in(user))
        context.add_cookies([{**cookie, "url": live_server.url} for cookie in cookies])
        page = context.new_page()
        page.set_default_timeout(10_000)
        found = watch(page, live_server.url)
        opened.append((page, found if problems == "fail" else []))
        page.goto(path)
        return page

    yield open_page
    found = [problem for _, problems in opened for problem in problems]
    for page, _ in opened:
        page.context.close()
    assert not found, "the browser complained:\n" + "\n".join(found)
