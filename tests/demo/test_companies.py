"""Companies from the inside in the demonstration: charts of several levels, groups, contracts in every state."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.customers.models import Asset, Contract, Event, Party, PartyRelation, PartyRole
from regulars.customers.queries import entitlement
from regulars.customers.queries.kinship import org_chart, tree_below
from regulars.customers.queries.lapses import page_of_lapses
from regulars.customers.queries.terms import standing
from regulars.kit import clock
from tests.demo_fixture import Demo

pytestmark = pytest.mark.django_db


def test_some_companies_have_a_chart_of_four_levels_and_a_former_manager(shared_demo: Demo) -> None:
    owner, today = shared_demo.user("owner"), timezone.localdate(clock.now())
    firms = Party.objects.filter(relations_from__kind="employed_by").distinct()
    charts = [org_chart(firm, owner, today, former=True) for firm in firms]
    assert max(node.depth for chart in charts for node in chart.everybody()) >= 2
    assert max(chart.people for chart in charts) >= 7
    for chart in charts:
        assert len({node.pk for node in chart.everybody()}) == chart.people
    assert not PartyRelation.objects.filter(kind="reports_to", party__relations__kind="member_of").exists()


def test_groups_vendors_partners_and_a_competitor_are_there(shared_demo: Demo) -> None:
    owner, today = shared_demo.user("owner"), timezone.localdate(clock.now())
    tops = PartyRelation.objects.filter(kind="subsidiary_of").exclude(other__relations__kind="subsidiary_of")
    assert tops.exists()
    tree = tree_below(tops[0].other, "subsidiary_of", owner, today)
    assert tree.whole.orders >= tree.own.orders
    assert Counter(PartyRole.objects.values_list("role", flat=True))["vendor"] == 2
    assert PartyRole.objects.filter(role="competitor").count() == 1
    assert PartyRelation.objects.filter(kind="partner_of").count() == 2


def test_service_contracts_stand_in_every_state_with_visits_on_the_timeline(shared_demo: Demo) -> None:
    owner, today = shared_demo.user("owner"), timezone.localdate(clock.now())
    contracts = list(Contract.objects.filter(kind="service").select_related("party", "asset"))
    assert {standing(one, today) for one in contracts} == {"valid", "expired", "not_yet"}
    assert any(one.ended_on and one.ended_reason for one in contracts)
    assert any(one.follows_id for one in contracts)
    assert all(one.asset is not None and one.asset.party_id == one.party_id for one in contracts)
    assert all(one.follows.ends_on + timedelta(days=1) == one.starts_on for one in contracts if one.follows)
    assert {entitlement(one.party).state for one in contracts} >= {"valid"}
    used = Event.objects.filter(kind="customers.contract_used")
    assert used.exists()
    assert set(used.values_list("object_id", flat=True)) <= {one.pk for one in contracts}
    lapses = page_of_lapses(owner, "all", size=200)
    assert {one.is_contract for one in lapses} == {True, False}


def test_yearly_agreements_follow_one_another(shared_demo: Demo) -> None:
    agreements = Contract.objects.filter(kind="supply").select_related("follows")
    assert agreements.exists()
    for one in agreements:
        assert one.follows is None or (one.follows.party_id, one.follows.number[-4:]) == (one.party_id, one.number[-4:])
    assert Asset.objects.filter(name__contains="機").exists()
