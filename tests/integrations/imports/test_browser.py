"""Dropping a file in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.integrations.imports import actions
from regulars.integrations.imports.models import ImportJob

from .conftest import ORDERS

IMPORT = re.compile(r"/imports/\d+/$")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hant", 390)])
def test_dropped_file_is_mapped_checked_and_imported(
    browser_page: Any, make_user: Any, write: Callable[..., Path], language: str, width: int
) -> None:
    page = browser_page(make_user(), language=language, width=width, path="/imports/new/")
    page.set_input_files("#import-file", write(ORDERS))
    page.wait_for_url(IMPORT)
    page.click("form[action$='/check/'] button[type=submit]")
    page.wait_for_selector("button[hx-post$='/start/']")
    page.click("button[hx-post$='/start/']")
    page.wait_for_selector("#import-progress")
    actions.carry_out(job=ImportJob.objects.get())
    page.wait_for_selector("a[href='/']", state="attached")
    page.wait_for_selector("button[hx-post$='/undo/']")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_file_dropped_anywhere_on_the_page_is_taken(browser_page: Any, make_user: Any) -> None:
    page = browser_page(make_user(), path="/imports/new/")
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.csv", {type: "text/csv"}));
            const body = document.querySelector("main");
            for (const name of ["dragenter", "dragover", "drop"]) body.dispatchEvent(new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        ORDERS,
    )
    page.wait_for_url(IMPORT)
    assert ImportJob.objects.get().name == "dropped.csv"
