"""What a party is to the company, from when until when, and who stands in a stage because of it."""

from datetime import date

import pytest

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Event, PartyRole
from regulars.kit.errors import UserError

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


def stage_of(party):
    return CustomerSummary.objects.get(party=party).stage


def test_a_prospect_becomes_a_customer_and_the_days_are_kept(owner):
    party = actions.create_party(by=owner, name="甲")
    party.roles.update(valid_from=date(2024, 1, 1))
    actions.set_role(party=party, role="customer", by=owner, valid_from=date(2024, 3, 1))
    told = set(party.roles.values_list("role", "valid_from", "valid_to"))
    assert told == {
        ("prospect", date(2024, 1, 1), date(2024, 3, 1)),
        ("customer", date(2024, 3, 1), None),
    }
    again = actions.set_role(party=party, role="customer", by=owner)
    assert again.valid_from == date(2024, 3, 1)
    assert Event.objects.filter(customer=party, kind="customers.role_given").count() == 1
    assert Event.objects.filter(customer=party, kind="customers.role_ended").count() == 1


def test_an_unknown_role_and_an_end_before_the_beginning_are_refused(owner):
    party = actions.create_party(by=owner, name="甲")
    with pytest.raises(UserError):
        actions.set_role(party=party, role="friend", by=owner)
    role = actions.set_role(party=party, role="partner", by=owner, valid_from=date(2025, 1, 1))
    with pytest.raises(UserError, match="before it began"):
        actions.end_role(role=role, by=owner, on=date(2024, 12, 31))


@pytest.mark.parametrize(
    ("role", "stage"),
    [("prospect", "recruit"), ("customer", "recruit"), ("reseller", "recruit"), ("vendor", ""), ("partner", ""), ("competitor", ""), ("", "")],
)  # fmt: skip
def test_only_who_buys_or_may_buy_stands_in_a_stage(owner, role, stage):
    assert stage_of(actions.create_party(by=owner, name="甲", role=role)) == stage


def test_the_stage_comes_and_goes_with_the_role(owner):
    party = actions.create_party(by=owner, name="甲", role="")
    act = actions.new_act(by=owner)
    role = actions.set_role(party=party, role="prospect", by=owner, batch=act)
    assert stage_of(party) == "recruit"
    actions.take_back(batch=act, by=owner)
    assert (stage_of(party), PartyRole.objects.count()) == ("", 0)
    role = actions.set_role(party=party, role="prospect", by=owner)
    actions.end_role(role=role, by=owner)
    assert stage_of(party) == ""


def test_whoever_bought_keeps_the_stage_without_a_role(owner):
    party = actions.create_party(by=owner, name="甲")
    CustomerSummary.objects.filter(party=party).update(stage="divorce", orders=3)
    actions.end_role(role=party.roles.get(), by=owner)
    assert stage_of(party) == "divorce"


def test_a_list_narrowed_to_no_stage_shows_households_and_contact_persons(client, owner):
    client.force_login(owner)
    actions.create_party(by=owner, name="買主")
    actions.create_party(by=owner, name="窗口", role="")
    page = client.get("/customers/?stage=none").content.decode()
    assert "窗口" in page
    assert "買主" not in page
    assert "買主" in client.get("/customers/?stage=none,recruit").content.decode()
