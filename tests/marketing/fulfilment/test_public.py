"""The public page: hostile input, robots, too many, known and unknown customers, consent with its words."""

from typing import Any

import pytest
from django.test import Client

from regulars.channels.outbox.models import Message
from regulars.customers import actions as customers
from regulars.customers.models import Confirmation, Consent, DuplicatePair, Party
from regulars.marketing.fulfilment.models import Item, Request
from regulars.staff import lockout

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "林美玉", "email": "mei@example.com", "mobile": "0912345678", "postcode": "403", "city": "台中市", "address": "西區民生路5號", "country": "",
}  # fmt: skip


def ask(item: Item, **more: Any) -> Any:
    return Client().post("/literature/", GIVEN | {"items": [item.pk]} | more)


def test_stranger_becomes_a_customer_with_a_request(catalogue: Item) -> None:
    assert "Thank you" in ask(catalogue).content.decode()
    party = Party.objects.get()
    assert (party.name, party.city, party.source) == ("林美玉", "台中市", "Literature form")
    assert Request.objects.get().source == "form"
    assert not Consent.objects.exists()


def test_known_customer_is_recognised_and_their_record_left_alone(ming: Party, catalogue: Item) -> None:
    ask(catalogue, name="王 小明", email="MING@example.com", mobile="", address="假的路9號")
    assert Party.objects.count() == 1
    request = Request.objects.get()
    assert (request.party, request.address) == (ming, "假的路9號")
    ming.refresh_from_db()
    assert ming.address == "信義區市府路1號"


def test_form_never_redirects_a_request_that_is_open(ming: Party, catalogue: Item) -> None:
    ask(catalogue, name="王小明", email="ming@example.com", address="真的路1號")
    ask(catalogue, name="王小明", email="ming@example.com", address="小偷路2號")
    assert Request.objects.get().address == "真的路1號"


def test_known_address_under_another_name_is_put_up_for_decision(ming: Party, catalogue: Item) -> None:
    ask(
        catalogue,
        name="王曉明",
        email="ming@example.com",
        mobile="0912000001",
        city="台北市",
        address="信義區市府路1號",
        postcode="110",
    )
    assert Party.objects.count() == 2
    assert DuplicatePair.objects.count() == 1


def test_consent_keeps_the_words_and_mail_waits_for_its_link(catalogue: Item) -> None:
    ask(catalogue, agrees="on")
    given = {one.channel: one for one in Consent.objects.all()}
    assert set(given) == {"phone", "post"}
    assert given["phone"].text is not None
    assert "news and offers" in given["phone"].text.text
    message = Message.objects.get()
    assert message.purpose_class == "transactional"
    assert "/confirm-address/" in message.body.text
    assert Confirmation.objects.get().confirmed_at is None


def test_refusal_is_not_overridden_by_a_form(ming: Party, catalogue: Item) -> None:
    for channel in ("phone", "post", "email"):
        customers.record_consent(party=ming, channel=channel, state="withdrawn", by=None)
    ask(catalogue, name="王小明", email="ming@example.com", agrees="on")
    assert not Consent.objects.filter(state="granted").exists()
    assert not Message.objects.exists()


def test_robot_is_thanked_and_nothing_is_written(catalogue: Item) -> None:
    assert "Thank you" in ask(catalogue, website="https://spam.example").content.decode()
    assert not Party.objects.exists()


def test_post_without_the_token_of_the_form_is_refused(catalogue: Item) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/literature/", GIVEN | {"items": [catalogue.pk]}).status_code == 403
    token = client.get("/literature/").cookies["csrftoken"].value
    told = GIVEN | {"items": [catalogue.pk], "csrfmiddlewaretoken": token}
    assert client.post("/literature/", told).status_code == 200
    assert Request.objects.count() == 1


def test_too_many_from_one_address_wait(catalogue: Item) -> None:
    for _one in range(lockout.FORM.free):
        lockout.take_form("127.0.0.1")
    answer = ask(catalogue)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "<script>alert(1)</script>"}, {"name": "x" * 81}, {"email": "no", "mobile": ""}, {"mobile": "12"},
        {"email": "", "mobile": ""}, {"address": ""}, {"items": ["999"]}, {"items": ["x' OR 1=1"]}, {"city": "a\x00b"}, {"address": "<b>"},
    ],
)  # fmt: skip
def test_hostile_or_incomplete_input_is_asked_again(catalogue: Item, wrong: dict[str, Any]) -> None:
    answer = ask(catalogue, **wrong)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    assert not Party.objects.exists()


def test_item_that_is_not_public_cannot_be_asked_for(catalogue: Item) -> None:
    Item.objects.update(public=False)
    assert ask(catalogue).status_code == 422


def test_page_speaks_both_languages_and_allows_no_inline_script(catalogue: Item) -> None:
    answer = Client().get("/literature/?lang=zh-hant")
    assert "春季型錄" in answer.content.decode()
    assert 'lang="zh-Hant"' in answer.content.decode()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.content.decode()
    assert "Spring catalogue" in Client().get("/literature/?lang=en").content.decode()


def test_erased_person_who_asks_again_gets_it_by_post(ming: Party, catalogue: Item, make_user: Any) -> None:
    customers.erase_person(party=ming, by=make_user(role="owner"), reason="asked")
    ask(catalogue, name="王小明", email="ming@example.com", mobile="0912000001")
    made = Request.objects.get().party
    assert made.pk != ming.pk
    assert not made.contact_points.exists()
