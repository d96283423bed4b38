"""Requests become lists, lists become labels, labels are sent; nothing twice, nothing to whom it may not go, all of it undone."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.customers import actions as customers
from regulars.customers.models import Event, Party
from regulars.customers.permission import actions as permission
from regulars.kit.errors import Forbidden, UserError
from regulars.marketing.fulfilment import actions, labels, queries
from regulars.marketing.fulfilment.addresses import Address, lines_of
from regulars.marketing.fulfilment.models import FulfilmentList, Item, Request
from regulars.web import resources, undo

pytestmark = pytest.mark.django_db


def of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds(party: Party) -> list[str]:
    rows = Event.objects.filter(customer=party, retracted_in=None, kind__startswith="fulfilment.")
    return list(rows.order_by("pk").values_list("kind", flat=True))


def problems(held: FulfilmentList) -> dict[str, str]:
    return {line.request.party.name: line.problem for line in queries.lines_of(held)}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Address("王小明", "信義區市府路1號", "台北市", "", "110", "台灣"), ["110 台北市信義區市府路1號", "王小明 君收"]),
        (Address("王小明", "台北市信義區市府路1號", "台北市", "", "110", ""), ["110 台北市信義區市府路1號", "王小明 君收"]),
        (Address("Ann Lee", "1 Shifu Road", "Taipei", "", "110", ""), ["Ann Lee", "1 Shifu Road", "Taipei, 110"]),
        (Address("Ann Lee", "5 Main St", "Austin", "TX", "78701", "USA"), ["Ann Lee", "5 Main St", "Austin, TX 78701", "USA"]),
        (Address("Jan Maier", "Hauptstr. 3", "Berlin", "", "10115", "Germany"), ["Jan Maier", "Hauptstr. 3", "10115 Berlin", "GERMANY"]),
    ],
)  # fmt: skip
def test_label_follows_the_custom_of_the_country(address: Address, expected: list[str]) -> None:
    assert lines_of(address) == expected


def test_company_is_addressed_as_a_company() -> None:
    assert lines_of(Address("大公司", "市府路1號", "台北市"), organisation=True)[-1] == "大公司 公啟"


def test_asking_twice_is_one_request(ming: Party, catalogue: Item, marketer: Any) -> None:
    first, new = actions.request(party=ming, item=catalogue, by=marketer)
    again, newer = actions.request(party=ming, item=catalogue, by=marketer, quantity=2)
    assert (new, newer, again.pk, again.quantity) == (True, False, first.pk, 2)
    assert kinds(ming) == ["fulfilment.asked"]


def test_campaign_makes_its_list_once(ming: Party, homeless: Party, catalogue: Item) -> None:
    actions.request(party=ming, item=catalogue, by=None)
    first = actions.make(origin="campaign:3", name="Spring", item=catalogue, party_ids=[ming.pk], by=None)
    again = actions.make(origin="campaign:3", name="Spring", item=catalogue, party_ids=[ming.pk, homeless.pk], by=None)
    assert again.pk == first.pk
    assert sorted(first.requests.values_list("party__name", flat=True)) == sorted(["王小明", "陳大文"])
    assert Request.objects.count() == 2


def test_whoever_comes_after_a_list_went_out_goes_onto_a_further_one_and_nobody_twice(
    ming: Party, homeless: Party, catalogue: Item, marketer: Any
) -> None:
    late = customers.create_party(by=None, name="林美玉", address="中正路2號", city="台中市")
    for one in (ming, late):
        customers.record_consent(party=one, channel="post", state="granted", by=None)

    def make(*parties: Party) -> FulfilmentList:
        ids = [one.pk for one in parties]
        return actions.make(origin="campaign:3:A", name="Spring", item=catalogue, party_ids=ids, by=None)

    first = make(ming)
    actions.mark_sent(fulfilment_list=first, by=marketer)
    assert make(ming).pk == first.pk
    assert FulfilmentList.objects.count() == 1
    further = make(ming, late)
    assert (further.name, further.origin) == ("Spring (2)", first.origin)
    assert list(further.requests.values_list("party", flat=True)) == [late.pk]
    assert make(late, homeless).pk == further.pk
    actions.mark_unsent(fulfilment_list=first, by=marketer)
    further.refresh_from_db()
    assert (further.origin, further.requests.count(), first.requests.count()) == ("", 0, 3)
    assert further.removed_at is not None
    actions.mark_sent(fulfilment_list=first, by=marketer)
    assert make(homeless).name == "Spring (2)"


def test_two_sent_lists_of_an_origin_are_taken_back_one_after_the_other(
    ming: Party, catalogue: Item, marketer: Any
) -> None:
    late = customers.create_party(by=None, name="林美玉", address="中正路2號", city="台中市")
    sent = []
    for one in (ming, late):
        customers.record_consent(party=one, channel="post", state="granted", by=None)
        sent.append(actions.make(origin="campaign:3:A", name="S", item=catalogue, party_ids=[one.pk], by=None))
        actions.mark_sent(fulfilment_list=sent[-1], by=marketer)
    assert [actions.mark_unsent(fulfilment_list=one, by=marketer) for one in sent] == [1, 1]
    assert list(FulfilmentList.objects.filter(removed_at=None).values_list("pk", flat=True)) == [sent[1].pk]
    assert Request.objects.open().filter(list=sent[1]).count() == 2


def test_campaign_sends_only_to_who_said_yes_and_others_get_what_they_asked_for(
    ming: Party, catalogue: Item, marketer: Any
) -> None:
    cold = customers.create_party(by=None, name="林美玉", address="中正路2號", city="台中市")
    held = actions.make(origin="campaign:3", name="Spring", item=catalogue, party_ids=[ming.pk, cold.pk], by=None)
    assert set(problems(held).values()) == {"no_consent"}
    customers.record_consent(party=cold, channel="post", state="granted", by=None)
    assert problems(held) == {"王小明": "no_consent", "林美玉": ""}
    assert actions.mark_sent(fulfilment_list=held, by=marketer) == 1
    other = actions.save_item(item=None, name_en="Sample", name_zh="", kind="sample", public=True, cost=0, by=None)
    actions.request(party=ming, item=other, by=marketer)
    asked = actions.gather(
        request_ids=Request.objects.loose().filter(item=other).values_list("pk", flat=True), name="Asked", by=marketer
    )
    assert problems(asked) == {"王小明": ""}


def test_suppressed_address_gets_nothing(ming: Party, catalogue: Item, marketer: Any) -> None:
    permission.suppress(channel="post", address=ming.address, reason="legal", by=None, party=ming)
    one, _new = actions.request(party=ming, item=catalogue, by=marketer)
    held = actions.gather(request_ids=[one.pk], name="L", by=marketer)
    assert problems(held) == {"王小明": "suppressed"}
    with pytest.raises(UserError):
        actions.mark_sent(fulfilment_list=held, by=marketer)


def test_sending_keeps_where_it_went_and_undo_takes_it_off_the_timeline(
    ming: Party, homeless: Party, catalogue: Item, marketer: Any
) -> None:
    ids = [actions.request(party=one, item=catalogue, by=marketer)[0].pk for one in (ming, homeless)]
    held = actions.gather(request_ids=ids, name="L", by=marketer)
    assert problems(held) == {"王小明": "", "陳大文": "no_address"}
    assert actions.mark_sent(fulfilment_list=held, by=marketer) == 1
    sent = Request.objects.get(party=ming)
    assert (sent.state, sent.address, sent.city, sent.recipient) == ("sent", "信義區市府路1號", "台北市", "王小明")
    left = Request.objects.get(party=homeless)
    assert (left.state, left.list) == ("open", None)
    assert kinds(ming) == ["fulfilment.asked", "fulfilment.sent"]
    with pytest.raises(UserError):
        actions.mark_sent(fulfilment_list=held, by=marketer)
    undo.take_back(undo.offer("fulfilment.sent", list=held.pk), marketer)
    assert kinds(ming) == ["fulfilment.asked"]
    assert Request.objects.get(party=ming).state == "open"
    assert actions.mark_sent(fulfilment_list=held, by=marketer) == 1
    assert kinds(ming) == ["fulfilment.asked", "fulfilment.sent"]


def test_undoing_a_sending_leaves_who_asked_anew_with_one_open_request(
    ming: Party, catalogue: Item, marketer: Any
) -> None:
    one, _new = actions.request(party=ming, item=catalogue, by=marketer)
    held = actions.gather(request_ids=[one.pk], name="L", by=marketer)
    actions.mark_sent(fulfilment_list=held, by=marketer)
    actions.request(party=ming, item=catalogue, by=marketer)
    assert actions.mark_unsent(fulfilment_list=held, by=marketer) == 0
    assert Request.objects.open().filter(party=ming).count() == 1


def test_who_had_it_lately_and_who_shares_an_address_is_marked(ming: Party, catalogue: Item, marketer: Any) -> None:
    first, _new = actions.request(party=ming, item=catalogue, by=marketer)
    actions.mark_sent(fulfilment_list=actions.gather(request_ids=[first.pk], name="A", by=marketer), by=marketer)
    wife = customers.create_party(by=None, name="李小華", address="信義區市府路1號", city="台北市", postcode="110")
    ids = [actions.request(party=one, item=catalogue, by=marketer)[0].pk for one in (ming, wife)]
    lines = {
        line.request.party.name: line
        for line in queries.lines_of(actions.gather(request_ids=ids, name="B", by=marketer))
    }
    assert lines["王小明"].had_on is not None
    assert lines["李小華"].had_on is None
    assert [line.shared for line in lines.values()] == [True, True]


def test_labels_cannot_carry_formulas(catalogue: Item, marketer: Any) -> None:
    rogue = customers.create_party(by=None, name="=HYPERLINK(1)", address="+1 Evil Road", city="@Town")
    one, _new = actions.request(party=rogue, item=catalogue, by=marketer)
    held = actions.gather(request_ids=[one.pk], name="L", by=marketer)
    told = b"".join(labels.chunks("csv", queries.lines_of(held))).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in told
    assert ",=HYPERLINK" not in told
    assert ",@Town" not in told
    book = b"".join(labels.chunks("xlsx", queries.lines_of(held)))
    python_calamine = pytest.importorskip("python_calamine")
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[1][1] == "=HYPERLINK(1)"


def test_screens_of_a_list(ming: Party, homeless: Party, catalogue: Item, marketer: Any) -> None:
    client = of(marketer)
    asked = client.post(f"/customers/{ming.pk}/literature/", {"item": catalogue.pk, "quantity": "1"})
    assert asked.headers["Location"] == f"/customers/{ming.pk}/"
    assert "Spring catalogue" in client.get(f"/customers/{ming.pk}/").content.decode()
    actions.request(party=homeless, item=catalogue, by=None)
    gather = resources.get("literature-requests").bulk_action("gather")
    assert gather is not None
    gather.apply(marketer, Request.objects.all(), {"name": "Week 12"})
    held = FulfilmentList.objects.get()
    page = client.get(f"/fulfilment/lists/{held.pk}/").content.decode()
    assert "110 台北市信義區市府路1號" in page
    assert "There is no address for this channel." in page
    taken = client.get(f"/fulfilment/lists/{held.pk}/labels.csv")
    assert taken.headers["Content-Disposition"].endswith(f'labels-{held.pk}.csv"')
    assert "王小明 君收" in b"".join(taken).decode()
    assert client.get(f"/fulfilment/lists/{held.pk}/labels.exe").status_code == 404
    assert "王小明 君收" in client.get(f"/fulfilment/lists/{held.pk}/sheet/").content.decode()
    client.post(f"/fulfilment/lists/{held.pk}/send/")
    assert "It did not go out" in client.get(f"/fulfilment/lists/{held.pk}/").content.decode()
    client.post(f"/fulfilment/lists/{held.pk}/unsend/")
    client.post(f"/fulfilment/lists/{held.pk}/remove/")
    assert Request.objects.loose().count() == 2


def test_items_are_written_changed_and_removed(marketer: Any) -> None:
    client = of(marketer)
    client.post("/fulfilment/items/new/", {"name_zh": "樣品", "kind": "sample", "cost": "12.50", "public": "on"})
    item = Item.objects.get()
    assert (item.cost, item.public, str(item)) == (1_250, True, "樣品")
    assert "12.5" in client.get(f"/fulfilment/items/{item.pk}/").content.decode()
    assert client.post("/fulfilment/items/new/", {"kind": "sample"}).status_code == 422
    client.post(f"/fulfilment/items/{item.pk}/remove/")
    assert not Item.objects.live().exists()
    undo.take_back(undo.offer("fulfilment.item_removed", item=item.pk), marketer)
    assert Item.objects.live().exists()


def test_undo_of_asking_leaves_nothing(ming: Party, catalogue: Item, marketer: Any) -> None:
    one, _new = actions.request(party=ming, item=catalogue, by=marketer)
    undo.take_back(undo.offer("fulfilment.asked", request=one.pk), marketer)
    assert not Request.objects.exists()
    assert kinds(ming) == []


def test_withdrawing_is_undone(ming: Party, catalogue: Item, marketer: Any) -> None:
    one, _new = actions.request(party=ming, item=catalogue, by=marketer)
    ids = actions.withdraw(request_ids=[one.pk], by=marketer)
    assert not Request.objects.open().exists()
    undo.take_back(undo.offer("fulfilment.withdrawn", requests=ids), marketer)
    assert Request.objects.open().count() == 1


def test_roles_do_what_they_may_and_no_more(
    ming: Party, catalogue: Item, marketer: Any, make_user: Callable[..., Any]
) -> None:
    one, _new = actions.request(party=ming, item=catalogue, by=None)
    held = actions.gather(request_ids=[one.pk], name="L", by=marketer)
    agent, technician = of(make_user(role="agent")), of(make_user(role="technician"))
    assert agent.get(f"/fulfilment/lists/{held.pk}/").status_code == 200
    assert agent.get(f"/fulfilment/lists/{held.pk}/labels.csv").status_code == 403
    assert agent.post(f"/fulfilment/lists/{held.pk}/send/").status_code == 403
    assert technician.get(f"/fulfilment/lists/{held.pk}/").status_code == 403
    with pytest.raises(Forbidden):
        actions.mark_sent(fulfilment_list=held, by=make_user(role="seller"))


def test_seller_reads_only_addresses_of_customers_they_see(
    ming: Party, catalogue: Item, marketer: Any, make_user: Callable[..., Any]
) -> None:
    seller = make_user(role="seller")
    mine = customers.create_party(by=None, name="周杰", address="中正路3號", city="台中市", owner=seller)
    ids = [actions.request(party=one, item=catalogue, by=None)[0].pk for one in (ming, mine)]
    held = actions.gather(request_ids=ids, name="L", by=marketer)
    page = of(seller).get(f"/fulfilment/lists/{held.pk}/").content.decode()
    assert "中正路3號" in page
    assert "市府路" not in page


def test_erased_person_leaves_no_address(
    ming: Party, catalogue: Item, marketer: Any, make_user: Callable[..., Any]
) -> None:
    one, _new = actions.request(party=ming, item=catalogue, by=marketer)
    actions.mark_sent(fulfilment_list=actions.gather(request_ids=[one.pk], name="L", by=marketer), by=marketer)
    customers.erase_person(party=ming, by=make_user(role="owner"), reason="asked")
    gone = Request.objects.get()
    assert (gone.address, gone.recipient, gone.city) == ("", "", "")
