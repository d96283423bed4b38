"""Every page passes axe-core, light on a wide screen and dark on a phone: nothing that it calls serious or critical."""

from pathlib import Path
from typing import Any

import pytest

from regulars.reporting.actions import refresh
from tests.demo_fixture import load
from tests.support.browser import OpenPage
from tests.support.requirements import missing
from tools.pages import all_pages

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
VARIANTS = [("en", 1280, "light"), ("zh-hant", 390, "dark")]
JUDGE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`)"""


def faults_of(page: Any) -> list[str]:
    """What axe-core finds serious on the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(JUDGE))


@pytest.mark.django_db(transaction=True)
def test_every_page_is_accessible(browser_page: OpenPage, tmp_path: Path) -> None:
    if not AXE.is_file():
        missing("axe-core", "npm ci")
    demo = load(tmp_path, customers=60)
    refresh()
    owner = demo.user("owner")
    pages = [page for page in all_pages(owner) if page.signed_in]
    found: dict[str, list[str]] = {}
    for language, width, theme in VARIANTS:
        page = browser_page(owner, language=language, width=width, theme=theme, problems="allowed")
        for one in pages:
            page.goto(one.path, wait_until="networkidle")
            if faults := faults_of(page):
                found[f"{one.path} {language} {width} {theme}"] = faults
    guest = browser_page(None, path="/sign-in/")
    if faults := faults_of(guest):
        found["/sign-in/"] = faults
    assert found == {}
