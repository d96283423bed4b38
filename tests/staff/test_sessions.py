"""Sessions can be seen and ended; who is out is out at once; sensitive acts ask again who one is."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.kit import clock
from regulars.staff import actions
from regulars.staff.models import AuditEntry, SignIn
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def signed_in(username: str, address: str = "10.0.0.1") -> Client:
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR=address)
    assert client.post("/sign-in/", {"username": username, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/me/").status_code == 200)


def test_own_sessions_are_listed_and_ended(make_user: Any) -> None:
    make_user(username="anna")
    here, there = signed_in("anna"), signed_in("anna", "10.0.0.2")
    page = here.get("/me/").content.decode()
    assert "Firefox · Linux" in page
    assert "10.0.0.2" in page
    other = SignIn.objects.get(address="10.0.0.2")
    here.post(f"/me/sessions/{other.pk}/end/")
    assert is_in(here)
    assert not is_in(there)
    third = signed_in("anna")
    here.post("/me/sessions/end-others/")
    assert is_in(here)
    assert not is_in(third)


def test_nobody_ends_somebody_else_s_session(make_user: Any) -> None:
    make_user(username="anna")
    make_user(username="bert")
    anna, bert = signed_in("anna"), signed_in("bert")
    theirs = SignIn.objects.get(user__username="anna")
    assert bert.post(f"/me/sessions/{theirs.pk}/end/").status_code == 404
    assert is_in(anna)


def test_password_change_ends_the_others_and_keeps_this_one(make_user: Any) -> None:
    make_user(username="anna")
    here, there = signed_in("anna"), signed_in("anna")
    here.post("/me/password/", {"old": "wrong", "password": "a quite new phrase"})
    assert is_in(there)
    here.post("/me/password/", {"old": PASSWORD, "password": "a quite new phrase"})
    assert is_in(here)
    assert not is_in(there)
    assert SignIn.objects.open().count() == 1
    here.post("/me/sessions/end-others/")
    assert is_in(here), "the session is known under its new key"


def test_signing_out_ends_the_session(make_user: Any) -> None:
    make_user(username="anna")
    client = signed_in("anna")
    client.post("/sign-out/")
    assert not is_in(client)
    assert SignIn.objects.get().ended_at is not None
    assert AuditEntry.objects.filter(action="staff.signed_out").count() == 1


def test_deactivated_user_is_out_at_once(make_user: Any) -> None:
    boss, anna = make_user(username="boss"), make_user(role="seller", username="anna")
    client = signed_in("anna")
    actions.deactivate_user(user=anna, by=boss)
    assert not is_in(client)
    assert "do not belong" in client.post("/sign-in/", {"username": "anna", "password": PASSWORD}).content.decode()


def test_administrator_signs_somebody_out_everywhere(make_user: Any) -> None:
    make_user(username="boss")
    anna = make_user(role="seller", username="anna")
    client = signed_in("anna")
    signed_in("boss").post(f"/users/{anna.pk}/sign-out/")
    assert not is_in(client)


def test_last_seen_moves_on_at_most_every_five_minutes(make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(username="anna")
    client = signed_in("anna")
    began = SignIn.objects.get().seen_at
    client.get("/me/")
    assert SignIn.objects.get().seen_at == began
    moment = began + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: moment)
    client.get("/me/")
    assert SignIn.objects.get().seen_at == moment


def test_sensitive_act_asks_again_after_ten_minutes(make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(username="anna")
    client = signed_in("anna")
    assert client.get("/me/app/").status_code == 200
    moment = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: moment)
    asked = client.get("/me/app/")
    assert asked.headers["Location"] == "/confirm/?next=%2Fme%2Fapp%2F"
    assert (
        "The password is another"
        in client.post("/confirm/", {"password": "wrong", "next": "/me/app/"}).content.decode()
    )
    assert client.post("/confirm/", {"password": PASSWORD, "next": "/me/app/"}).headers["Location"] == "/me/app/"
    assert client.get("/me/app/").status_code == 200


@pytest.mark.parametrize("address", ["/me/codes/", "/users/new/", "/users/roles/reach/", "/passkeys/add/begin/"])
def test_every_sensitive_address_asks(make_user: Any, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    make_user(username="anna")
    client = signed_in("anna")
    moment = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert client.post(address).headers["Location"].startswith("/confirm/")


def test_large_export_asks_again_and_a_small_one_does_not(make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.web.views import exports

    make_user(username="anna")
    client = signed_in("anna")
    moment = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert client.get("/users/export/").status_code == 200
    monkeypatch.setattr(exports, "MANY", 0)
    answer = client.get("/users/export/?q=anna")
    assert answer.headers["Location"] == "/confirm/?next=%2Fusers%2Fexport%2F%3Fq%3Danna"
