"""Campaigns on screen: what is foreseen while one types, what was declared, where everybody stands, who may do what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.channels.models import Message
from regulars.customers.actions import erase_person
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.campaigns import actions, queries, sending
from regulars.marketing.campaigns.models import Campaign
from regulars.marketing.segments.models import Segment
from tests.conftest import MakeUser
from tests.marketing.campaigns.conftest import MakeContent, run

pytestmark = pytest.mark.django_db
Make = Callable[..., Campaign]


@pytest.fixture
def client(marketer: Any) -> Client:
    client = Client()
    client.force_login(marketer)
    return client


def form(segment: Segment | str, content: Any, **more: Any) -> dict[str, Any]:
    return {
        "name": "Spring", "measure": "orders", "by": "email", "segment": getattr(segment, "pk", segment), "control": "12.5", "unit": "party",
        "email-a": content.pk, "offer_cost": "100", "contact_cost": "0.5", "budget": "1,000", "cost-name": ["Design", ""],
        "cost-planned": ["200", ""], "cost-actual": ["", ""], "days": "14", **more,
    }  # fmt: skip


def test_campaign_is_made_changed_and_started_from_the_form(
    client: Client, segment: Segment, make_words: MakeContent
) -> None:
    content = make_words()
    answer = client.post("/campaigns/new/", form(segment, content))
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == f"/campaigns/{campaign.pk}/"
    assert (campaign.control_share, campaign.contact_cost, campaign.budget, campaign.costs.get().planned) == (
        1_250,
        50,
        100_000,
        20_000,
    )
    draft = client.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "Start now" in draft
    assert "The customer never said yes to it." in draft
    shown = client.get(f"/campaigns/{campaign.pk}/edit/").content.decode()
    assert 'value="12.5"' in shown
    client.post(f"/campaigns/{campaign.pk}/edit/", form(segment, content, name="Summer"))
    client.post(f"/campaigns/{campaign.pk}/start/")
    sending.carry_out(campaign.pk)
    page = client.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "Summer" in page
    assert f"origin=campaign%3A{campaign.pk}&amp;state=refused&amp;reason=no_consent" in page
    assert client.get(f"/campaigns/{campaign.pk}/edit/").status_code == 302
    assert "Summer" in client.get("/campaigns/").content.decode()


def test_what_is_foreseen_says_whom_it_reaches_why_not_others_and_what_it_costs(
    client: Client, segment: Segment, make_words: MakeContent
) -> None:
    told = client.post("/campaigns/draft/", form(segment, make_words(), control="50")).context["foreseen"]
    assert (told.audience, told.now, dict(told.refused), told.is_exact) == (
        43,
        40,
        {"no_consent": 2, "no_address": 1},
        True,
    )
    assert (told.control, told.chosen, told.contact_cost, told.further_cost, told.takers) == (20, 20, 1_000, 20_000, 7)
    assert told.power is not None
    nobody = client.post("/campaigns/draft/", {"segment": ""})
    assert "Choose whom it is for" in nobody.content.decode()


def test_larger_audience_is_asked_by_an_even_sample(
    client: Client, segment: Segment, make_words: MakeContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.marketing.campaigns.forecast.MOST_ASKED", 22)
    told = client.post("/campaigns/draft/", form(segment, make_words())).context["foreseen"]
    assert (told.audience, told.is_exact) == (43, False)
    assert told.asked in {21, 22}
    assert told.reachable + sum(told.refused.values()) == 43


def test_campaign_of_a_list_takes_the_customers_of_that_list(
    client: Client, customers: list[Party], make_words: MakeContent
) -> None:
    form_page = client.get("/campaigns/new/?q=Customer+1").content.decode()
    assert "Search: Customer 1" in form_page
    client.post("/campaigns/new/", form("list", make_words(), list="q=Customer+1"))
    campaign = Campaign.objects.get()
    assert (campaign.audience, campaign.list_words) == (1, "A search")
    client.post("/campaigns/new/", form("list", make_words("One"), list="q=Customer&kind=person", name="All"))
    assert Campaign.objects.get(name="All").list_words == "Kind: Person · A search"
    rows = ",".join(str(one.pk) for one in customers[:3])
    client.post("/campaigns/new/", form("list", make_words("Two"), list=f"rows={rows}", name="Three"))
    assert Campaign.objects.get(name="Three").audience == 3


@pytest.mark.parametrize(
    ("kept", "left"),
    [("Search: Customer 7", ""), ("Kind: Person · 搜尋：customer 7", ""), ("Kind: Person · Search: tomer", ""), ("Customer: Customer 7", ""),
     ("Kind: Person · A search", "Kind: Person · A search"), ("Search: Else", "Search: Else"), ("City: Taipei", "City: Taipei")],
)  # fmt: skip
def test_erasure_reaches_what_was_searched_for_a_campaign(
    make_campaign: Make, marketer: Any, customers: list[Party], kept: str, left: str
) -> None:
    campaign = make_campaign()
    Campaign.objects.filter(pk=campaign.pk).update(list_words=kept)
    erase_person(party=customers[7], by=None)
    campaign.refresh_from_db()
    assert campaign.list_words == left


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"name": ""}, "give the campaign a name"), ({"segment": "999"}, "whom the campaign is for"), ({"control": "many"}, "is not a number"),
     ({"not_after": "soon"}, "is not a date"), ({"days": "0"}, "1 to 366 days")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, segment: Segment, make_words: MakeContent, wrong: dict[str, str], said: str
) -> None:
    answer = client.post("/campaigns/new/", form(segment, make_words(), goal="Keep this") | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Keep this" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_acts_on_the_page_pause_go_on_stop_and_remove(client: Client, make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    for act, state in (("pause", "paused"), ("go-on", "running"), ("stop", "stopped")):
        client.post(f"/campaigns/{campaign.pk}/{act}/")
        campaign.refresh_from_db()
        assert campaign.state == state
    assert client.post(f"/campaigns/{campaign.pk}/stop/").status_code == 302  # told in a toast that it is over
    draft = make_campaign(name="Draft", said=())
    client.post(f"/campaigns/{draft.pk}/remove/")
    assert client.get(f"/campaigns/{draft.pk}/").status_code == 404
    assert client.get(f"/campaigns/{draft.pk}/start/").status_code == 405


def test_customers_behind_each_number_are_listed(client: Client, make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    told = queries.standing(campaign, marketer).fates
    for fate in ("chosen", "control", "refused"):
        listed = client.get(f"/customers/?campaign={campaign.pk}.{fate}")
        assert listed.context["screen"].state.narrowed(marketer).count() == told[fate]


def test_page_stops_asking_when_nothing_moves_and_is_drawn_anew(
    client: Client, make_campaign: Make, marketer: Any
) -> None:
    campaign = run(make_campaign(), marketer)
    assert "every 2s" in client.get(f"/campaigns/{campaign.pk}/").content.decode()
    Message.objects.filter(state="queued").update(state="sent", done_at=clock.now())
    answer = client.get(f"/campaigns/{campaign.pk}/standing/")
    assert answer.headers["HX-Refresh"] == "true"
    assert "every 2s" not in answer.content.decode()


def test_analysts_read_others_do_not(make_user: MakeUser, make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    for role, code in (("analyst", 200), ("seller", 403)):
        client = Client()
        client.force_login(make_user(role=role))
        assert client.get(f"/campaigns/{campaign.pk}/").status_code == code
        assert client.get("/campaigns/new/").status_code == 403
        assert client.post(f"/campaigns/{campaign.pk}/stop/").status_code == 403


def test_whoever_sees_some_customers_sees_only_their_numbers(
    make_user: MakeUser, make_campaign: Make, marketer: Any, customers: list[Party]
) -> None:
    campaign = run(make_campaign(), marketer)
    seller = make_user(role="seller", rights={"campaigns.view": True, "effect.view": True})
    Party.objects.filter(pk__in=[one.pk for one in customers[:5]]).update(owner=seller)
    client = Client()
    client.force_login(seller)
    page = client.get(f"/campaigns/{campaign.pk}/")
    assert page.context["standing"].all == 5
    assert "report" not in page.context
    assert "who see all customers" in page.content.decode()


def test_page_tells_why_it_was_paused(client: Client, make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    actions.pause(campaign=campaign, by=None, reason=actions.COMPLAINTS)
    assert "More than 0.2 % complained" in client.get(f"/campaigns/{campaign.pk}/").content.decode()


def test_costs_are_set_on_the_page(client: Client, make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    told = {"cost-name": ["Printing"], "cost-planned": ["900"], "cost-actual": ["850"]}
    client.post(f"/campaigns/{campaign.pk}/costs/", told)
    assert queries.spent(campaign).further == 85_000
