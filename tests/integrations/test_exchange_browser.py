"""Taking customers out in a real browser."""

from pathlib import Path
from typing import Any

import pytest

from regulars.customers import actions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_view_and_selection_leave_as_cards(browser_page: Any, make_user: Any, language: str, tmp_path: Path) -> None:
    for name in ("Anna Bell", "王小明"):
        actions.create_party(by=None, name=name)
    page = browser_page(make_user(), language=language, path="/customers/")
    page.click("[popovertarget=export-menu]")
    with page.expect_download() as taken:
        page.click("#export-menu a[href*='format=vcard3']")
    assert Path(taken.value.path()).read_bytes().count(b"BEGIN:VCARD") == 2
    page.check("tbody tr:first-child input[type=checkbox]", force=True)
    page.click("[data-bulk*='/bulk/export/']")
    page.select_option("select[name=format]", "full")
    with page.expect_download() as picked:
        page.click("dialog[open] button[type=submit]")
    assert len(Path(picked.value.path()).read_text("utf-8-sig").splitlines()) == 2
