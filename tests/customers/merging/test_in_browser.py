"""The inbox walked by keyboard, a merge field by field, taken back, and the hint while typing, in a real browser."""

import pytest
from playwright.sync_api import expect

from regulars.customers import actions
from regulars.customers.models import DuplicatePair, Merge, Party

pytestmark = pytest.mark.django_db(transaction=True)
EVIDENCE = [
    {"field": "phone", "level": "exact", "weight": 19.9, "left": "+886912345678", "right": "+886912345678"},
    {"field": "given_name", "level": "different", "weight": -3.5, "left": "a", "right": "b"},
]


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def pairs(owner):
    made = []
    for n, name in enumerate(("甲", "乙", "丙")):
        two = [actions.create_party(by=owner, name=f"{name}{part}", about=f"備註{part}") for part in "一二"]
        made.append(DuplicatePair.objects.create(left=two[0], right=two[1], probability=0.9 - n / 10, weight=4, evidence=EVIDENCE))  # fmt: skip
    return made


def test_inbox_is_walked_by_keyboard(browser_page, owner, pairs):
    page = browser_page(owner, width=1280, path="/duplicates/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .pair-sum")).to_contain_text("90%")
    expect(page.locator("#panel .disagrees")).to_contain_text("−3.5")
    page.keyboard.press("m")
    expect(page.locator(f'#list tr[data-pk="{pairs[0].pk}"]')).to_have_count(0)
    expect(page.locator("#panel [data-pair]")).to_have_attribute("data-pair", str(pairs[1].pk))
    expect(page.locator(".toast").first).to_contain_text("Two records are one now: 甲一")
    page.keyboard.press("d")
    expect(page.locator("#panel [data-pair]")).to_have_attribute("data-pair", str(pairs[2].pk))
    expect(page.locator("#list tbody tr[data-pk]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.locator("#list tbody tr[data-pk]")).to_have_count(0)
    assert Merge.objects.count() == 2
    assert DuplicatePair.objects.get(pk=pairs[1].pk).verdict == "different"
    page.keyboard.press("Control+z")
    expect(page.locator(".toast", has_text="apart again").first).to_be_visible()
    assert Merge.objects.standing().count() == 1


def test_fields_are_chosen_side_by_side_and_taken_apart_on_the_page(browser_page, owner, pairs):
    one, other = pairs[0].both
    page = browser_page(owner, language="zh-hant", width=1280, path=f"/duplicates/{pairs[0].pk}/")
    page.locator(f'[name="f.about"][value="{other.pk}"]').check()
    page.locator(f'[name="winner"][value="{other.pk}"]').check()
    expect(page.locator(f'[name="winner"][value="{other.pk}"]')).to_be_checked()
    expect(page.locator(f'[name="f.name"][value="{other.pk}"]')).to_be_checked()
    page.locator(f'[name="f.name"][value="{one.pk}"]').check()
    page.keyboard.press("m")
    page.wait_for_url("**/duplicates/")
    other.refresh_from_db()
    assert (other.name, other.about) == ("甲一", "備註二")
    page.goto(one.get_absolute_url())
    page.wait_for_url(f"**{other.get_absolute_url()}")
    page.locator(".side-part", has_text="合併自").get_by_role("button").click()
    page.locator("#ask form").wait_for()
    page.locator("#ask button[type=submit]").click()
    expect(page.locator(".toast", has_text="甲一").first).to_be_visible()
    assert Party.objects.live().count() == 6


def test_typing_a_customer_who_is_there_says_so(browser_page, owner):
    party = actions.create_party(
        by=owner, family_name="王", given_name="小明", contact_points=[("mobile", "0912345678")]
    )
    page = browser_page(owner, width=390, path="/customers/new/")
    page.locator("[name=family_name]").fill("王")
    page.locator("[name=given_name]").fill("小明")
    page.locator("[name=mobile]").fill("0912-345-678")
    hint = page.locator(".likely")
    expect(hint).to_contain_text("王小明")
    hint.get_by_role("link", name="Open that one").click()
    page.wait_for_url(f"**{party.get_absolute_url()}")


@pytest.mark.parametrize(("language", "width", "theme"), [("zh-hant", 390, "light"), ("en", 1280, "dark")])
def test_pages_fit_their_screen(browser_page, owner, pairs, language, width, theme):
    page = browser_page(owner, language=language, width=width, theme=theme, path=f"/duplicates/{pairs[0].pk}/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/duplicates/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
