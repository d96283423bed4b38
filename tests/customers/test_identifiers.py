"""Numbers of other systems: added, taken off, undone, and what happens when they are another customer's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.customers import actions
from regulars.customers.models import Identifier, Party, Revision
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]


@pytest.fixture
def ming(db: None) -> Party:
    """A customer known by one number."""
    return actions.create_party(by=None, name="王小明", identifiers=[("erp", "C-1")])


def test_number_is_added_once_with_history_and_undo(ming: Party, make_user: MakeUser) -> None:
    owner = make_user()
    act = actions.new_act(by=owner)
    made = actions.add_identifier(party=ming, system=" web ", number="W-9", by=owner, batch=act)
    assert (made.system, made.external_id) == ("web", "W-9")
    assert actions.add_identifier(party=ming, system="web", number="W-9", by=owner) == made
    kept = Revision.objects.get(table="customers.identifier", object_id=made.pk)
    assert (kept.party_id, kept.after) == (ming.pk, {"system": "web", "external_id": "W-9"})
    assert AuditEntry.objects.get(action="customers.identifier_added").detail["system"] == "web"
    actions.take_back(batch=act, by=owner)
    assert [one.external_id for one in ming.identifiers.all()] == ["C-1"]


def test_number_taken_off_comes_back_with_undo(ming: Party) -> None:
    act = actions.new_act(by=None)
    actions.remove_identifier(identifier=ming.identifiers.get(), by=None, batch=act)
    assert not ming.identifiers.exists()
    actions.take_back(batch=act, by=None)
    assert list(Identifier.objects.values_list("party", "system", "external_id")) == [(ming.pk, "erp", "C-1")]


def test_number_that_is_anothers_since_stays_there(ming: Party) -> None:
    act = actions.new_act(by=None)
    actions.remove_identifier(identifier=ming.identifiers.get(), by=None, batch=act)
    other = actions.create_party(by=None, name="Other", identifiers=[("erp", "C-1")])
    actions.take_back(batch=act, by=None)
    assert list(Identifier.objects.values_list("party", flat=True)) == [other.pk]


def test_number_of_another_customer_is_refused_with_the_name(ming: Party) -> None:
    other = actions.create_party(by=None, name="Other")
    with pytest.raises(actions.Taken, match=r"belongs to 王小明") as caught:
        actions.add_identifier(party=other, system="erp", number="C-1", by=None)
    assert caught.value.holder == ming


def test_whoever_may_not_see_the_other_is_not_told_the_name(ming: Party, make_user: MakeUser) -> None:
    seller = make_user(role="seller")
    mine = actions.create_party(by=None, name="Mine", owner=seller)
    Party.objects.filter(pk=ming.pk).update(owner=make_user(role="seller"))
    with pytest.raises(actions.Taken, match="another customer") as caught:
        actions.add_identifier(party=mine, system="erp", number="C-1", by=seller)
    assert caught.value.holder is None


@pytest.mark.parametrize(("system", "number"), [("", "1"), ("erp", ""), ("x" * 61, "1"), ("erp", "1" * 121)])
def test_empty_and_endless_numbers_are_refused(ming: Party, system: str, number: str) -> None:
    with pytest.raises(UserError, match="at most"):
        actions.add_identifier(party=ming, system=system, number=number, by=None)


def test_page_adds_takes_off_and_leads_to_the_merge(ming: Party, client: Client, make_user: MakeUser) -> None:
    client.force_login(make_user())
    other = actions.create_party(by=None, name="Other")
    page = f"/customers/{other.pk}/identifiers/"
    assert page in client.get(f"/customers/{other.pk}/").content.decode()
    assert client.post(page, {"system": "web", "number": "W-1"}).status_code == 204
    made = other.identifiers.get()
    refused = client.post(page, {"system": "erp", "number": "C-1"})
    assert refused.status_code == 422
    assert f"/customers/merge/?ids={other.pk},{ming.pk}" in refused.content.decode()
    assert client.get(f"/customers/merge/?ids={other.pk},{ming.pk}").status_code == 200
    assert client.post(f"{page}{made.pk}/remove/").status_code == 204
    assert not other.identifiers.exists()
    assert client.post(f"{page}{made.pk}/remove/").status_code == 404
