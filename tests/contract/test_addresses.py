"""Every address answers everybody: with a page, a way elsewhere, or a clear refusal, and never with a broken page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.customers.actions.parties import create_party
from regulars.staff.models import Role
from tests.support.addresses import Named, walk

ADDRESSES = sorted(walk(), key=lambda one: one.name)
ANSWERS = {200, 204, 301, 302, 303, 304, 400, 403, 404, 405, 409, 422}
FOR_EVERYBODY = {
    "staff:sign_in", "staff:sign_out", "staff:second", "staff:passkey_begin", "staff:passkey_finish", "staff:welcome",
    "oidc:begin", "oidc:finish",
    "web:language", "web:theme",
    "fulfilment:public", "draws:join", "draws:result", "draws:proof", "draws:checker",
    "tracking:click", "tracking:opened",
    "customers:unsubscribe", "customers:one-click", "customers:preferences", "customers:confirm-address",
}  # fmt: skip

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [one.name for one in ADDRESSES]


@pytest.fixture
def customer(make_user: Callable[..., Any]) -> Any:
    return create_party(
        by=make_user(role=Role.OWNER, username="founder"), name="王小明", contact_points=[("phone", "0912345678")]
    )


@pytest.mark.parametrize("role", Role.values)
def test_every_address_answers_every_role(role: str, make_user: Callable[..., Any], customer: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user(role=role))
    wrong = {}
    for named in ADDRESSES:
        for address in {named.address(), named.address(pk=customer.pk)}:
            for method in (client.get, client.post):
                status = method(address).status_code
                if status not in ANSWERS:
                    wrong[f"{method.__name__.upper()} {address}"] = status
                if named.name == "staff:sign_out":
                    client.force_login(make_user(role=role))
    assert wrong == {}


@pytest.mark.parametrize("named", ADDRESSES, ids=names())
def test_address_lets_nobody_in_who_has_not_signed_in(named: Named, customer: Any) -> None:
    if named.name in FOR_EVERYBODY:
        assert Client().get(named.address()).status_code in ANSWERS
        return
    for address in {named.address(), named.address(pk=customer.pk)}:
        for method in (Client().get, Client().post):
            answer = method(address)
            assert answer.status_code in {302, 401, 403, 405}, address
            if answer.status_code == 302:
                assert "/sign-in/" in answer.headers["Location"]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_unknown_address_is_answered_by_a_page_of_the_product(language: str, make_user: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(make_user(language=language))
    answer = client.get("/nothing-here/", headers={"accept-language": language})
    assert answer.status_code == 404
    assert "<html" in answer.content.decode()
