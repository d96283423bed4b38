"""A segment written in a real browser: the count follows each choice, lines come and go, the page shows who is in it."""

from typing import Any

import pytest

from regulars.customers.models import CustomerSummary, Party
from regulars.marketing.segments.models import Segment
from tests.marketing.segments.conftest import follow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-hant", 390)])
def test_segment_is_written_counted_and_kept(
    browser_page: Any, owner: Any, people: dict[str, Party], language: str, width: int
) -> None:
    CustomerSummary.objects.filter(party__in=[people["王小明"].pk, people["林美玉"].pk]).update(
        stage="divorce", orders=1
    )
    CustomerSummary.objects.filter(party=people["林美玉"]).update(orders=4)
    page = browser_page(owner, language=language, width=width, path="/segments/new/")
    chip = page.locator(".segment-choices summary").first
    page.locator("[name='0.value'][value=divorce]").check()
    assert chip.inner_text() == {"en": "Divorce", "zh-hant": "離婚"}[language]
    page.locator("[name='0.value'][value=recovery]").check()
    assert chip.inner_text().endswith({"en": " · Recovery", "zh-hant": " · 恢復"}[language])
    for stage in ("recovery", "divorce"):
        page.locator(f"[name='0.value'][value={stage}]").uncheck()
    assert chip.inner_text() == {"en": "Choose", "zh-hant": "請選擇"}[language]
    page.locator("[name='0.value'][value=divorce]").check()
    page.locator("#segment-live .segment-count strong", has_text="2").wait_for()
    page.locator("[name=add][value=main]").click()
    page.locator("[id='segment-1-is']").select_option("is_orders")
    page.locator("[name='1.value-from']").fill("3")
    page.locator("#segment-live .segment-count strong", has_text="1").wait_for()
    assert "林美玉" in page.locator("#segment-live").inner_text()
    page.locator("[id='segment-1-is']").select_option("bought")
    page.locator("[name='1.what']").select_option("product")
    page.locator("[name='1.code']").wait_for()
    page.locator("[name=drop][value='1']").click()
    page.locator("#segment-live .segment-count strong", has_text="2").wait_for()
    page.locator("[name=name]").fill("Gone")
    page.locator("[name=note]").press("Enter")
    page.wait_for_url("**/segments/*/")
    segment = Segment.objects.get()
    assert segment.rule == {"match": "all", "parts": [{"is": "is_stage", "value": "divorce"}]}
    follow()
    page.reload()
    assert "王小明" in page.locator(".segment-moves").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
