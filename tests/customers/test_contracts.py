"""Assets, contracts and warranties: what one is entitled to, terms that follow one another, ends that ask to be seen to."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.customers import actions
from regulars.customers.models import Asset, Contract, CustomerSummary, Event, Revision
from regulars.customers.queries import entitlement, today
from regulars.customers.queries.lapses import lapses_of, page_of_lapses
from regulars.customers.queries.terms import Term, same_length_from, standing, term_on
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import Team
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)


def at(*parts: int) -> datetime:
    """A moment where the company is."""
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Taipei"))


@pytest.fixture(autouse=True)
def stopped():
    with clock.stopped_at(at(2026, 6, 15, 10)):
        yield


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def party(owner):
    return actions.create_party(by=owner, kind="organisation", name="遠東精密", owner=owner)


@pytest.fixture
def web(client, owner):
    client.force_login(owner)
    return client


def agreed(party, by, starts=date(2026, 1, 1), ends=date(2026, 12, 31), **facts):
    told = {"title": "保養", "kind": "service"} | facts
    return actions.add_contract(party=party, starts_on=starts, ends_on=ends, by=by, **told)


# what is entitled: (contracts or warranty) → state, which, until
@pytest.mark.parametrize(
    ("agreements", "state", "which"),
    [
        pytest.param([], "none", None, id="nothing agreed"),
        pytest.param([("甲", "service", 2026, 2026, {})], "valid", "甲", id="runs"),
        pytest.param([("甲", "service", 2025, 2025, {})], "expired", "甲", id="over"),
        pytest.param([("甲", "service", 2027, 2027, {})], "not_yet", "甲", id="to come"),
        pytest.param([("甲", "service", 2025, 2025, {}), ("乙", "service", 2027, 2027, {})], "not_yet", "乙", id="over and to come"),
        pytest.param([("甲", "service", 2025, 2025, {}), ("乙", "service", 2026, 2026, {})], "valid", "乙", id="renewed"),
        pytest.param([("甲", "service", 2024, 2024, {}), ("乙", "service", 2025, 2025, {})], "expired", "乙", id="the latest that is over"),
        pytest.param([("甲", "service", 2028, 2028, {}), ("乙", "service", 2027, 2027, {})], "not_yet", "乙", id="the next to come"),
        pytest.param([("甲", "supply", 2026, 2026, {})], "none", None, id="a supply agreement promises no service"),
        pytest.param([("甲", "supply", 2026, 2026, {"response_hours": 8})], "valid", "甲", id="unless it names an answer"),
        pytest.param([("甲", "membership", 2026, 2026, {"coverage": "機場接送"})], "valid", "甲", id="or what it covers"),
        pytest.param([("甲", "warranty", 2026, 2027, {}), ("乙", "service", 2026, 2026, {})], "valid", "乙", id="service before warranty"),
        pytest.param([("甲", "service", 2026, 2026, {}), ("乙", "service", 2026, 2027, {})], "valid", "乙", id="the later end"),
        pytest.param([("甲", "service", 2025, 2025, {"renews": True})], "valid", "甲", id="renews by itself"),
    ],
)  # fmt: skip
def test_what_a_customer_is_entitled_to(owner, party, agreements, state, which):
    for title, kind, first, last, facts in agreements:
        agreed(party, owner, date(first, 1, 1), date(last, 12, 31), title=title, kind=kind, **facts)
    told = entitlement(party)
    assert (told.state, told.contract.title if told.contract else None) == (state, which)


@pytest.mark.parametrize(
    ("on", "state", "until"),
    [
        (date(2025, 12, 31), "not_yet", date(2026, 12, 31)), (date(2026, 1, 1), "valid", date(2026, 12, 31)),
        (date(2026, 12, 31), "valid", date(2026, 12, 31)), (date(2027, 1, 1), "expired", date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_both_days_of_the_term_belong_to_it(owner, party, on, state, until):
    agreed(party, owner, response_hours=4)
    told = entitlement(party, on=on)
    assert (told.state, told.until, told.answer_within) == (state, until, 4)


def test_a_contract_for_one_asset_counts_for_that_asset_alone(owner, party):
    one, two = (actions.add_asset(party=party, name=name, by=owner) for name in ("咖啡機一", "咖啡機二"))
    agreed(party, owner, title="一號機", asset=one)
    assert entitlement(party, asset=one).contract.title == "一號機"
    assert entitlement(party, asset=two).state == "none"
    agreed(party, owner, title="全部", ends=date(2030, 12, 31))
    assert entitlement(party, asset=one).contract.title == "一號機"
    assert entitlement(party, asset=two).contract.title == "全部"


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"warranty_until": date(2026, 6, 15)}, "valid"), ({"warranty_until": date(2026, 6, 14)}, "expired"),
        ({"installed_on": date(2026, 7, 1), "warranty_until": date(2027, 7, 1)}, "not_yet"),
        ({"warranty_until": date(2027, 1, 1), "retired_on": date(2026, 6, 15)}, "expired"), ({}, "none"),
    ],
)  # fmt: skip
def test_the_warranty_of_an_asset_entitles(owner, party, facts, state):
    asset = actions.add_asset(party=party, name="行李箱", by=owner, **facts)
    assert entitlement(party, asset=asset).state == state
    assert entitlement(party).state == state


def test_visits_are_counted_from_the_timeline_within_the_term(owner, party):
    contract = agreed(party, owner, visits_included=3, renews=True, starts=date(2025, 1, 1), ends=date(2025, 12, 31))
    use = {"contract": contract, "by": owner}
    actions.use_contract(**use, occurred_at=at(2025, 12, 31, 23, 30))
    actions.use_contract(**use, occurred_at=at(2026, 1, 1, 0, 30), note="換濾心")
    actions.use_contract(**use, visits=2)
    told = entitlement(party)
    assert (told.since, told.until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (told.visits_used, told.visits_left) == (3, 0)
    before = entitlement(party, on=date(2025, 12, 31))
    assert (before.visits_used, before.visits_left) == (1, 2)
    assert entitlement(party, on=date(2026, 6, 14)).visits_left == 2
    with pytest.raises(UserError):
        actions.use_contract(**use, occurred_at=at(2024, 5, 1))
    with pytest.raises(UserError):
        actions.use_contract(**use, visits=0)


def test_a_visit_taken_back_is_not_counted(owner, party):
    contract = agreed(party, owner, visits_included=3)
    act = actions.new_act(by=owner)
    actions.use_contract(contract=contract, by=owner, batch=act)
    actions.take_back(batch=act, by=owner)
    assert entitlement(party).visits_left == 3


def test_of_two_that_run_the_one_with_visits_left_counts(owner, party):
    spent = agreed(party, owner, title="用完", visits_included=1, ends=date(2027, 12, 31))
    agreed(party, owner, title="還有", visits_included=1)
    actions.use_contract(contract=spent, by=owner)
    assert entitlement(party).contract.title == "還有"


def test_entitlement_asks_as_often_for_many_contracts(owner, party):
    def fill(count):
        for number in range(count):
            asset = actions.add_asset(party=party, name=f"機{number}", by=owner, warranty_until=DAY)
            contract = agreed(party, owner, visits_included=2, asset=asset, number=str(number))
            actions.use_contract(contract=contract, by=owner)

    fill(1)
    with CaptureQueriesContext(connection) as one:
        entitlement(party)
    fill(30)
    with CaptureQueriesContext(connection) as many:
        entitlement(party)
    assert len(one) == len(many) <= 3


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31)),
        (date(2023, 3, 1), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28)),
        (date(2025, 5, 15), date(2025, 8, 14), date(2025, 8, 15), date(2025, 11, 14)),
        (date(2025, 1, 31), date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 27)),
        (date(2025, 1, 1), date(2025, 1, 10), date(2025, 1, 11), date(2025, 1, 20)),
        (date(2025, 1, 1), None, date(2026, 1, 1), None),
    ],
)
def test_a_term_as_long_as_the_one_before(first, last, start, end):
    assert same_length_from(Contract(starts_on=first, ends_on=last), start) == end


def test_terms_of_one_that_renews_go_on_until_somebody_ends_it():
    contract = Contract(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31), renews=True)
    assert term_on(contract, DAY) == Term(date(2026, 1, 1), date(2026, 12, 31))
    assert standing(contract, DAY) == "valid"
    contract.ended_on = date(2026, 3, 1)
    assert standing(contract, date(2026, 2, 28)) == "valid"
    assert standing(contract, date(2026, 3, 1)) == "expired"
    assert term_on(contract, date(2026, 2, 1)) == Term(date(2026, 1, 1), date(2026, 2, 28))


def test_renewing_links_the_terms_and_silences_the_reminder(owner, party):
    contract = agreed(
        party, owner, ends=date(2026, 6, 20), starts=date(2025, 6, 21), amount=5_000_00, visits_included=4
    )
    assert [one.thing for one in page_of_lapses(owner, "all")] == [contract]
    act = actions.new_act(by=owner)
    following = actions.renew_contract(contract=contract, by=owner, amount=6_000_00, batch=act)
    assert (following.follows, following.starts_on, following.ends_on) == (
        contract,
        date(2026, 6, 21),
        date(2027, 6, 20),
    )
    assert (following.amount, following.visits_included, following.title) == (6_000_00, 4, contract.title)
    assert page_of_lapses(owner, "all") == []
    entry = Event.objects.get(kind="customers.contract_renewed")
    assert (entry.customer, entry.amount) == (party, 6_000_00)
    with pytest.raises(UserError, match="renewed already"):
        actions.renew_contract(contract=contract, by=owner)
    actions.take_back(batch=act, by=owner)
    assert Contract.objects.count() == 1
    assert [one.thing for one in page_of_lapses(owner, "all")] == [contract]


def test_a_renewal_that_was_renewed_is_not_taken_back(owner, party):
    act = actions.new_act(by=owner)
    following = actions.renew_contract(contract=agreed(party, owner), by=owner, batch=act)
    actions.renew_contract(contract=following, by=owner)
    with pytest.raises(UserError, match="renewed since"):
        actions.take_back(batch=act, by=owner)
    assert Contract.objects.count() == 3


def test_an_end_before_its_time_keeps_the_reason(owner, party):
    contract = agreed(party, owner)
    with pytest.raises(UserError):
        actions.end_contract(contract=contract, by=owner, on=date(2025, 12, 31), reason="x")
    with pytest.raises(UserError, match="by itself"):
        actions.end_contract(contract=contract, by=owner, on=date(2027, 1, 5), reason="x")
    ended = actions.end_contract(contract=contract, by=owner, reason="搬遷")
    assert (ended.ended_on, ended.ended_reason) == (DAY, "搬遷")
    assert entitlement(party).state == "expired"
    assert entitlement(party, on=date(2026, 6, 14)).state == "valid"
    with pytest.raises(UserError, match="already"):
        actions.end_contract(contract=contract, by=owner)
    with pytest.raises(UserError, match="make a new one"):
        actions.renew_contract(contract=contract, by=owner)


@pytest.mark.parametrize(
    "facts",
    [
        {"title": " "}, {"ends_on": date(2025, 1, 1)}, {"notice_days": 400}, {"kind": "friendship"}, {"colour": "red"},
        {"visits_included": -1},
    ],
)  # fmt: skip
def test_a_contract_that_does_not_fit_is_refused(owner, party, facts):
    with pytest.raises(UserError):
        actions.add_contract(**({"party": party, "title": "x", "starts_on": DAY, "by": owner} | facts))
    assert not Contract.objects.exists()


def test_somebody_elses_asset_is_refused(owner, party):
    other = actions.create_party(by=owner, name="別人")
    asset = actions.add_asset(party=other, name="機", by=owner)
    with pytest.raises(UserError, match="somebody else"):
        agreed(party, owner, asset=asset)


@pytest.mark.parametrize(
    "facts",
    [{"name": ""}, {"installed_on": DAY, "warranty_until": date(2026, 1, 1)}, {"installed_on": DAY, "retired_on": date(2026, 1, 1)}, {"weight": 3}],
)  # fmt: skip
def test_an_asset_that_does_not_fit_is_refused(owner, party, facts):
    with pytest.raises(UserError):
        actions.add_asset(**({"party": party, "name": "機", "by": owner} | facts))
    assert not Asset.objects.exists()


def test_changes_are_kept_in_the_history_and_taken_back(owner, party):
    asset = actions.add_asset(party=party, name="機", by=owner, warranty_until=DAY)
    actions.see_to_end(thing=asset, by=owner)
    act = actions.new_act(by=owner)
    changed = actions.change_asset(asset=asset, changes={"warranty_until": date(2027, 1, 1)}, by=owner, batch=act)
    assert changed.seen_to_on is None
    revision = Revision.objects.filter(table="customers.asset").latest("pk")
    assert (revision.before["warranty_until"], revision.after["warranty_until"]) == ("2026-06-15", "2027-01-01")
    actions.take_back(batch=act, by=owner)
    asset.refresh_from_db()
    assert (asset.warranty_until, asset.seen_to_on) == (DAY, DAY)


def test_many_are_written_as_one_act(owner, party):
    rows = [{"party": party, "name": f"機{n}", "serial": str(n)} for n in range(40)]
    act = actions.add_assets(rows=rows, by=owner)
    assert Event.objects.filter(kind="customers.asset_added", customer=party).count() == 40
    contracts = [{"party": party, "title": f"約{n}", "starts_on": DAY, "amount": 100} for n in range(40)]
    actions.add_contracts(rows=contracts, by=owner)
    assert Contract.objects.filter(currency="TWD").count() == 40
    with pytest.raises(UserError, match="Row 2"):
        actions.add_assets(rows=[{"party": party, "name": "好"}, {"party": party, "name": ""}], by=owner)
    actions.take_back(batch=act, by=owner)
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("days", "facts", "asks"),
    [
        (30, {}, True), (31, {}, False), (0, {}, True), (-14, {}, True), (-15, {}, False), (60, {"notice_days": 60}, True),
        (61, {"notice_days": 60}, False), (5, {"notice_days": 0}, False), (0, {"notice_days": 0}, True), (180, {"notice_days": 180}, True),
    ],
)  # fmt: skip
def test_a_contract_asks_its_notice_before_the_end_and_two_weeks_after(owner, party, days, facts, asks):
    contract = agreed(party, owner, starts=date(2025, 1, 1), ends=DAY + timedelta(days=days), **facts)
    assert bool(page_of_lapses(owner, "all")) is asks
    assert bool(lapses_of([contract], [], DAY)) is asks


def test_whatever_lasts_longer_or_was_seen_to_is_not_asked_about(owner, party):
    soon = {"starts": date(2025, 1, 1), "ends": DAY + timedelta(days=3)}
    contract = agreed(party, owner, **soon)
    asset = actions.add_asset(party=party, name="機", by=owner, warranty_until=DAY + timedelta(days=3))
    assert {one.thing for one in page_of_lapses(owner, "all")} == {contract, asset}
    agreed(party, owner, title="次年", starts=DAY, ends=DAY + timedelta(days=300))
    assert {one.thing for one in page_of_lapses(owner, "all")} == {asset}
    assert {one.thing for one in lapses_of(party.contracts.all(), party.assets.all(), DAY)} == {asset}
    covering = agreed(party, owner, kind="warranty", asset=asset, ends=DAY + timedelta(days=100))
    assert page_of_lapses(owner, "all") == lapses_of(party.contracts.all(), party.assets.all(), DAY) == []
    actions.end_contract(contract=covering, by=owner, reason="x")
    actions.put_off_end(thing=asset, until=DAY + timedelta(days=2), by=owner)
    assert page_of_lapses(owner, "all") == []
    with clock.stopped_at(at(2026, 6, 17, 9)):
        assert [one.thing for one in page_of_lapses(owner, "all")] == [asset]
    actions.see_to_end(thing=asset, by=owner)
    with clock.stopped_at(at(2026, 6, 17, 9)):
        assert page_of_lapses(owner, "all") == []
    with pytest.raises(UserError):
        actions.put_off_end(thing=asset, until=DAY, by=owner)


def test_retired_assets_and_trashed_customers_ask_nothing(owner, party):
    asset = actions.add_asset(party=party, name="機", by=owner, warranty_until=DAY)
    actions.retire_asset(asset=asset, by=owner, reason="報廢")
    assert page_of_lapses(owner, "all") == []
    assert Event.objects.filter(kind="customers.asset_retired").exists()
    agreed(party, owner, ends=DAY + timedelta(days=1))
    actions.trash_parties(party_ids=[party.pk], by=owner)
    assert page_of_lapses(owner, "all") == []


def test_ends_come_by_money_and_page_by_page(owner, party):
    for number in range(7):
        agreed(
            party,
            owner,
            ends=DAY + timedelta(days=number % 3),
            amount=(number // 2) * 100,
            title=f"約{number}",
            kind="lease",
            number=str(number),
        )
    contracts = list(Contract.objects.all())
    for one in contracts:
        actions.change_contract(contract=one, changes={"ends_on": DAY + timedelta(days=5)}, by=owner)
    for number in range(5):
        actions.add_asset(party=party, name=f"機{number}", by=owner, warranty_until=DAY + timedelta(days=number))
    whole = page_of_lapses(owner, "all", size=50)
    assert len(whole) == 12
    assert [one.stake for one in whole[:7]] == [300, 200, 200, 100, 100, 0, 0]
    assert [one.ends_on.day for one in whole[7:]] == [15, 16, 17, 18, 19]
    shown, after = [], None
    while found := page_of_lapses(owner, "all", after, size=2):
        shown += found
        after = found[-1].key
    assert shown == whole


def test_scopes_follow_the_reach(make_user, owner):
    mine, other = Team.objects.create(name="A"), Team.objects.create(name="B")
    seller = make_user(role="seller", team=mine)
    for name, facts in (("自己", {"owner": seller}), ("團隊", {"team": mine}), ("別隊", {"team": other})):
        agreed(actions.create_party(by=owner, name=name, **facts), owner, ends=DAY, title=name)

    def titles(user, scope):
        return {one.thing.title for one in page_of_lapses(user, scope)}

    assert titles(seller, "mine") == {"自己"}
    assert titles(seller, "team") == {"團隊"}
    assert titles(seller, "all") == {"自己", "團隊"}
    assert titles(owner, "all") == {"自己", "團隊", "別隊"}


def test_today_orders_ends_among_those_who_need_somebody_by_money(web, owner, party, monkeypatch):
    for name, stake in (("高", 900), ("低", 100)):
        needing(actions.create_party(by=owner, name=name), stake)
    agreed(party, owner, ends=DAY + timedelta(days=12), amount=500, title="中間約")
    actions.add_asset(party=party, name="最後機", by=owner, warranty_until=DAY + timedelta(days=12))
    page = web.get("/?whose=all").content.decode()
    assert [page.index(word) for word in ("高", "中間約", ">低<", "最後機")] == sorted(
        page.index(word) for word in ("高", "中間約", ">低<", "最後機")
    )
    assert "Warranty of 最後機 ends in 12 days: offer an extension." in page
    monkeypatch.setattr(today, "PAGE", 1)
    seen, after = [], None
    for _step in range(9):
        lines, after = today.page_of_day(owner, "all", after)
        seen += [getattr(one, "name", "") or one.thing for one in lines]
        if after is None:
            break
        assert today.read_day_after(str(after)) == after
    assert [str(one) for one in seen] == ["高", "中間約", "低", "最後機"]


def test_acts_on_an_end_take_the_line_away(web, owner, party):
    contract = agreed(party, owner, ends=DAY + timedelta(days=12))
    asset = actions.add_asset(party=party, name="機", by=owner, warranty_until=DAY + timedelta(days=12))
    later = web.post(
        reverse("customers:put-off-end", args=["contract", contract.pk]) + "?place=today", {"until": "2026-06-20"}
    )
    assert later.headers["HX-Retarget"] == f"#ends-contract-{contract.pk}"
    done = web.post(reverse("customers:see-to-end", args=["asset", asset.pk]) + "?place=today")
    assert done.headers["HX-Retarget"] == f"#ends-asset-{asset.pk}"
    assert page_of_lapses(owner, "all") == []
    assert web.post(reverse("customers:see-to-end", args=["friend", asset.pk])).status_code == 404


def test_the_customer_page_shows_entitlement_and_what_ends(web, owner, party):
    contract = agreed(
        party, owner, ends=DAY + timedelta(days=12), response_hours=4, visits_included=6, amount=12_000_00
    )
    actions.use_contract(contract=contract, by=owner)
    page = web.get(party.get_absolute_url()).content.decode()
    assert "Service valid" in page
    assert "answer within 4 hours · 5 visits of 6 left" in page
    assert "“保養” ends in 12 days: talk about renewing it." in page
    assert "1 of 6 visits used" in page
    bare = actions.create_party(by=owner, name="無約")
    assert "Service" not in web.get(bare.get_absolute_url()).content.decode().split("customer-side")[0]


FORMS = {
    "new-asset": {"name": "咖啡機", "serial": "S-1", "installed_on": "2026-06-01", "warranty_until": "2028-06-01"},
    "new-contract": {
        "title": "保養", "kind": "service", "starts_on": "2026-06-15", "ends_on": "2027-06-14", "amount": "12000",
        "notice_days": "60", "visits_included": "6", "response_hours": "8",
    },
}  # fmt: skip


def test_things_are_written_down_on_the_customers_page(web, party):
    for name, told in FORMS.items():
        address = reverse(f"customers:{name}", args=[party.pk])
        assert web.get(address).status_code == 200
        assert web.post(address, {"number": "1"}).status_code == 422
        assert web.post(address, told).status_code == 204
    contract = Contract.objects.get()
    assert (contract.amount, contract.currency, contract.notice_days) == (12_000_00, "TWD", 60)
    assert Asset.objects.get().warranty_until == date(2028, 6, 1)


def test_contracts_are_changed_renewed_used_and_ended_by_forms(web, owner, party):
    contract = agreed(party, owner, amount=5_000_00, visits_included=4)
    address = reverse("customers:edit-contract", args=[contract.pk])
    assert 'value="5000' in web.get(address).content.decode()
    told = FORMS["new-contract"] | {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "title": "新名"}
    assert web.post(address, told).status_code == 204
    assert (
        web.post(reverse("customers:use-contract", args=[contract.pk]), {"visits": 2, "note": "清洗"}).status_code
        == 204
    )
    assert entitlement(party).visits_used == 2
    renew = reverse("customers:renew-contract", args=[contract.pk])
    assert 'value="2027-01-01"' in web.get(renew).content.decode()
    assert web.post(renew, {"starts_on": "2027-01-01", "ends_on": "2027-12-31", "amount": "6000"}).status_code == 204
    assert Contract.objects.get(follows=contract).amount == 6_000_00
    end = reverse("customers:end-contract", args=[contract.pk])
    assert web.post(end, {"reason": ""}).status_code == 422
    assert web.post(end, {"reason": "換廠商"}).status_code == 204
    panel = web.get(reverse("customers:agreement-panel", args=["contract", contract.pk])).content.decode()
    assert "換廠商" in panel
    assert "清洗" in panel


def test_a_warranty_is_extended_and_an_asset_retired_by_forms(web, owner, party):
    asset = actions.add_asset(party=party, name="機", by=owner, warranty_until=date(2026, 6, 30))
    extend = reverse("customers:extend-warranty", args=[asset.pk])
    assert 'value="2026-07-01"' in web.get(extend).content.decode()
    assert web.post(extend, {"starts_on": "2026-07-01", "ends_on": "2027-06-30", "amount": "900"}).status_code == 204
    contract = Contract.objects.get()
    assert (contract.kind, contract.asset, contract.amount) == ("warranty", asset, 900_00)
    assert entitlement(party, asset=asset, on=date(2027, 1, 1)).contract == contract
    assert web.post(reverse("customers:edit-asset", args=[asset.pk]), {"name": "新機"}).status_code == 204
    assert web.post(reverse("customers:retire-asset", args=[asset.pk]), {"reason": "報廢"}).status_code == 204
    asset.refresh_from_db()
    assert (asset.name, asset.retired_on) == ("新機", DAY)
    assert web.get(reverse("customers:agreement-panel", args=["asset", asset.pk])).status_code == 200


@pytest.mark.parametrize(
    ("key", "query", "found"),
    [
        ("contracts", "standing=valid", {"跑", "快"}), ("contracts", "standing=expired", {"舊", "斷"}),
        ("contracts", "standing=not_yet", {"新"}), ("contracts", "within=30", {"快"}), ("contracts", "asking=1", {"快"}),
        ("contracts", "kind=lease", {"新"}), ("contracts", "q=快", {"快"}), ("assets", "standing=covered", {"保固機"}),
        ("assets", "standing=expired", {"過保機"}), ("assets", "standing=retired", {"退役機"}), ("assets", "within=30", {"保固機"}),
        ("assets", "standing=in_use", {"保固機", "過保機"}), ("assets", "q=SN-2", {"過保機"}),
    ],
)  # fmt: skip
def test_lists_are_narrowed(web, owner, party, key, query, found):
    agreed(party, owner, title="跑")
    agreed(party, owner, title="快", kind="supply", ends=DAY + timedelta(days=20))
    agreed(party, owner, title="舊", starts=date(2025, 1, 1), ends=date(2025, 12, 31))
    agreed(party, owner, title="新", kind="lease", starts=date(2027, 1, 1), ends=date(2027, 12, 31))
    actions.end_contract(contract=agreed(party, owner, title="斷"), by=owner, on=date(2026, 2, 1), reason="x")
    actions.add_asset(party=party, name="保固機", by=owner, serial="SN-1", warranty_until=DAY + timedelta(days=9))
    actions.add_asset(party=party, name="過保機", by=owner, serial="SN-2", warranty_until=date(2026, 1, 1))
    actions.retire_asset(asset=actions.add_asset(party=party, name="退役機", by=owner), by=owner)
    page = web.get(f"/{key}/?{query}").content.decode()
    names = {"跑", "快", "舊", "新", "斷"} if key == "contracts" else {"保固機", "過保機", "退役機"}
    assert {name for name in names if f">{name}<" in page} == found


def test_bulk_acts_are_undone_as_one(web, owner, party):
    contracts = [agreed(party, owner, title=f"約{n}") for n in range(3)]
    pks = [one.pk for one in contracts]
    web.post(reverse("web:bulk-contracts", args=["renew"]), {"pk": pks, "confirmed": "1"})
    assert Contract.objects.filter(follows__in=pks).count() == 3
    web.post(reverse("web:bulk-contracts", args=["notice"]), {"pk": pks, "confirmed": "1", "notice_days": "90"})
    assert set(Contract.objects.filter(pk__in=pks).values_list("notice_days", flat=True)) == {90}
    assets = [actions.add_asset(party=party, name=f"機{n}", by=owner) for n in range(3)]
    web.post(reverse("web:bulk-assets", args=["retire"]), {"pk": [one.pk for one in assets], "confirmed": "1"})
    assert Asset.objects.filter(retired_on=DAY).count() == 3


@pytest.mark.parametrize("role", ["analyst", "technician"])
def test_whoever_may_not_edit_changes_nothing(client, make_user, owner, party, role):
    user = make_user(role=role)
    CustomerSummary.objects.filter(party=party).update(orders=1)
    party.owner = user
    party.save()
    contract = agreed(party, owner)
    asset = actions.add_asset(party=party, name="機", by=owner)
    client.force_login(user)
    for name, pk in (("renew-contract", contract.pk), ("end-contract", contract.pk), ("edit-contract", contract.pk), ("edit-asset", asset.pk),
                     ("retire-asset", asset.pk), ("extend-warranty", asset.pk), ("new-asset", party.pk), ("new-contract", party.pk)):  # fmt: skip
        assert client.post(reverse(f"customers:{name}", args=[pk]), {"reason": "x"}).status_code == 403, name
    assert client.get("/contracts/").status_code == 200


def test_nothing_of_hidden_customers_is_shown_or_changed(world):
    contract, asset = world.hidden.contracts.get(), world.hidden.assets.get()
    for address in ("/contracts/", "/assets/", "/contracts/?q=密約", "/?whose=team"):
        page = world.client.get(address).content.decode()
        assert "密約" not in page.replace('value="密約"', "")
        assert "密機" not in page
    for name, pk in (("renew-contract", contract.pk), ("use-contract", contract.pk), ("edit-asset", asset.pk)):
        assert world.client.post(reverse(f"customers:{name}", args=[pk]), {}).status_code == 404
    for kind, pk in (("contract", contract.pk), ("asset", asset.pk)):
        assert world.client.get(reverse("customers:agreement-panel", args=[kind, pk])).status_code == 404
        assert world.client.post(reverse("customers:see-to-end", args=[kind, pk])).status_code == 404
