"""The search page: kinds, what is shown of each, and who may see it."""

import pytest

from regulars.customers import actions
from regulars.customers.models import Contract, Task
from regulars.kit import clock
from regulars.web import finding
from regulars.web.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(sign_in):
    client = sign_in("owner")
    user = client.user
    party = actions.create_party(by=user, name="王小明")
    Contract.objects.create(party=party, title="保養", number="MC-77", starts_on=clock.now().date())
    actions.add_task(party=party, title="回電小明", by=user, assignee=user)
    SavedView.objects.create(resource="customers", name="小明們", query="q=小明", owner=user)
    return client


def test_every_kind_is_shown_with_what_it_found(record):
    page = record.get("/search/?q=小明").content.decode()
    for words in ("Customers", "王小明", "My tasks", "回電小明", "Saved views", "小明們"):
        assert words in page, words
    assert "MC-77" in record.get("/search/?q=mc-7").content.decode()
    assert "Owner-1" in record.get("/search/?q=owner-1").content.decode()


def test_one_kind_alone(record):
    page = record.get("/search/?q=小明&kind=tasks").content.decode()
    assert "回電小明" in page
    assert "小明們" not in page


def test_htmx_gets_what_was_found_without_the_frame(record):
    answer = record.get("/search/?q=小明", headers={"HX-Request": "true"})
    assert "王小明" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert answer.headers["HX-Replace-Url"] == "/search/?q=%E5%B0%8F%E6%98%8E"


def test_more_of_a_kind_leads_to_that_kind_then_to_its_list(record):
    for i in range(finding.OF_ONE_KIND + 2):
        actions.create_party(by=record.user, name=f"陳小{chr(0x5000 + i)}")
    assert "/search/?q=%E9%99%B3&amp;kind=customers" in record.get("/search/?q=陳").content.decode()
    assert "/customers/?q=%E9%99%B3" in record.get("/search/?q=陳&kind=customers").content.decode()


def test_empty_search_says_what_to_type(record):
    assert "two characters or a few digits" in record.get("/search/").content.decode()
    assert "Nothing is called so" in record.get("/search/?q=zzzz").content.decode()


def test_kinds_obey_who_may_see_them(sign_in):
    keys = {kind.key for kind in finding.kinds(sign_in("seller").user)}
    assert "users" not in keys
    assert {"customers", "orders", "products", "tasks", "contracts", "assets"} <= keys
    seller = sign_in("seller")
    assert "Owner-" not in seller.get("/search/?q=owner").content.decode()


def test_tasks_and_contracts_of_hidden_customers_are_not_found(sign_in, record):
    seller = sign_in("seller")
    Task.objects.update(assignee=seller.user)
    for text in ("小明", "MC-77"):
        assert finding.groups(seller.user, text) == [], text


def test_kind_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        finding.register(finding.Kind("customers", "", "", lambda user, text, limit: []))
