"""An item and customers with addresses."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars.customers import actions as customers
from regulars.customers.models import Party
from regulars.marketing.fulfilment import actions
from regulars.marketing.fulfilment.models import Item


@pytest.fixture(autouse=True)
def owner(make_user: Callable[..., Any]) -> Any:
    """A company that was set up: before, every address leads there."""
    return make_user(role="owner")


@pytest.fixture
def marketer(make_user: Callable[..., Any]) -> Any:
    return make_user(role="marketer")


@pytest.fixture
def catalogue(db: None) -> Item:
    return actions.save_item(
        item=None, name_en="Spring catalogue", name_zh="春季型錄", kind="catalogue", public=True, cost=4_500, by=None
    )


@pytest.fixture
def ming(db: None) -> Party:
    return customers.create_party(
        by=None, name="王小明", address="信義區市府路1號", city="台北市", postcode="110", country="台灣",
        contact_points=[("email", "ming@example.com"), ("mobile", "0912000001")],
    )  # fmt: skip


@pytest.fixture
def homeless(db: None) -> Party:
    return customers.create_party(by=None, name="陳大文")
