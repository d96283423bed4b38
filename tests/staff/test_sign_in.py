"""The door: password, lock-out, second factor, one-time links, and that names cannot be probed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.kit import clock, totp
from regulars.staff import actions, audit, lockout
from regulars.staff.models import AuditEntry, FactorKind, FailedTries, SignIn
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
WRONG = "do not belong together"
WAIT = "Too many wrong tries"


def enter(client: Client, username: str, password: str, address: str = "10.0.0.1", **more: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **more}, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moment)


def app_of(user: Any) -> str:
    """Give the user an app whose first code was that of ten minutes ago; returns its seed."""
    seed = totp.new_seed()
    step = int(clock.now().timestamp()) // totp.STEP_SECONDS
    actions.add_app(user=user, seed=seed, code=totp.code_at(seed, step - 1))
    return seed


def code_now(seed: str) -> str:
    return totp.code_at(seed, int(clock.now().timestamp()) // totp.STEP_SECONDS)


def test_right_password_lets_in_and_leads_where_one_wanted_to_go(client: Client, make_user: Any) -> None:
    make_user(username="anna")
    answer = enter(client, "ANNA", PASSWORD, next="/customers/?stage=divorce")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/?stage=divorce")
    assert is_in(client)
    assert AuditEntry.objects.get(action="staff.signed_in").address == "10.0.0.1"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_sign_in_leads_nowhere_else(client: Client, make_user: Any, target: str) -> None:
    make_user(username="anna")
    assert enter(client, "anna", PASSWORD, next=target).headers["Location"] == "/"


def test_unknown_wrong_and_closed_are_told_apart_by_nobody(client: Client, make_user: Any) -> None:
    make_user(username="anna")
    make_user(username="bert", is_active=False)
    answers = []
    for name, password in (("anna", "wrong"), ("nobody", "wrong"), ("bert", PASSWORD)):
        page = enter(client, name, password).content.decode()
        answers.append(page[page.index("form-error") : page.index("</form>")].replace(name, "NAME"))
    assert WRONG in answers[0]
    assert answers[0] == answers[1] == answers[2]


def test_wrong_tries_make_wait_longer_each_time_and_time_lets_in(
    client: Client, make_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(username="anna")
    for _number in range(lockout.PAIR.free):
        assert WRONG in enter(client, "anna", "wrong").content.decode()
    assert WAIT in enter(client, "Anna ", PASSWORD).content.decode()
    assert not is_in(client)
    assert AuditEntry.objects.filter(action="staff.locked_out").count() == 1
    later(monkeypatch, timedelta(seconds=31))
    assert WRONG in enter(client, "anna", "wrong").content.decode()
    later(monkeypatch, timedelta(seconds=31))
    assert WAIT in enter(client, "anna", PASSWORD).content.decode(), "the second pause is a minute"
    later(monkeypatch, timedelta(seconds=30))
    assert enter(client, "anna", PASSWORD).status_code == 302
    assert not FailedTries.objects.filter(scope="pair").exists()


def test_others_and_other_addresses_need_not_wait(client: Client, make_user: Any) -> None:
    for name in ("anna", "bert"):
        make_user(username=name)
    for _number in range(lockout.PAIR.free):
        enter(client, "anna", "wrong")
    assert enter(client, "bert", PASSWORD).status_code == 302
    client.logout()
    assert enter(client, "anna", PASSWORD, address="10.0.0.2").status_code == 302


def test_address_that_tries_many_names_has_to_wait(client: Client, make_user: Any) -> None:
    make_user(username="anna")
    for number in range(lockout.ADDRESS.free):
        enter(client, f"name-{number}", "wrong")
    assert WAIT in enter(client, "anna", PASSWORD).content.decode()
    assert enter(client, "anna", PASSWORD, address="10.0.0.2").status_code == 302


def test_pause_doubles_up_to_an_hour() -> None:
    assert [lockout.pause_after(n, 5).total_seconds() for n in (4, 5, 6, 7, 50)] == [0, 30, 60, 120, 3600]


def test_address_counts_what_a_trusted_proxy_says_and_nobody_else(settings: Any, rf: Any) -> None:
    asked = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9, 10.1.2.3")
    assert audit.address_of(asked) == "192.0.2.1"
    settings.TRUSTED_PROXIES = ["192.0.2.1", "10.0.0.0/8"]
    assert audit.address_of(asked) == "203.0.113.9"
    assert audit.address_of(rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="nonsense")) == "192.0.2.1"


def test_second_factor_is_asked_before_anything_is_open(client: Client, make_user: Any) -> None:
    anna = make_user(username="anna")
    seed = app_of(anna)
    answer = enter(client, "anna", PASSWORD, next="/customers/")
    assert answer.headers["Location"] == "/sign-in/second/"
    assert not is_in(client)
    assert client.get("/customers/").status_code == 302
    assert "This code is wrong" in client.post("/sign-in/second/", {"code": "000000"}).content.decode()
    answer = client.post("/sign-in/second/", {"code": code_now(seed)})
    assert answer.headers["Location"] == "/customers/"
    assert is_in(client)
    assert SignIn.objects.get(ended_at=None).method == "totp"


def test_code_is_accepted_once(make_user: Any) -> None:
    anna = make_user(username="anna")
    seed = app_of(anna)
    for expected in (True, False):
        client = Client()
        enter(client, "anna", PASSWORD)
        client.post("/sign-in/second/", {"code": code_now(seed)})
        assert is_in(client) is expected


def test_codes_are_counted_over_all_sessions_and_addresses(make_user: Any) -> None:
    anna = make_user(username="anna")
    seed = app_of(anna)
    for number in range(lockout.CODES.free + 1):
        client = Client()
        enter(client, "anna", PASSWORD, address=f"10.0.0.{number}")
        client.post("/sign-in/second/", {"code": "000000"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert WAIT in client.post("/sign-in/second/", {"code": code_now(seed)}).content.decode()
    assert not is_in(client)


def test_recovery_code_lets_in_once(make_user: Any) -> None:
    anna = make_user(username="anna")
    app_of(anna)
    code = actions.new_recovery_codes(user=anna)[3]
    for typed, expected in ((code.upper().replace("-", " "), True), (code, False)):
        client = Client()
        enter(client, "anna", PASSWORD)
        client.post("/sign-in/second/", {"code": typed})
        assert is_in(client) is expected
    assert AuditEntry.objects.get(action="staff.recovery_code_used").detail == {"left": 9}


def test_second_step_without_the_first_leads_to_the_door(client: Client) -> None:
    assert client.get("/sign-in/second/").headers["Location"] == "/sign-in/"


def test_secrets_are_sealed_in_the_database(make_user: Any) -> None:
    anna = make_user(username="anna")
    seed = app_of(anna)
    code = actions.new_recovery_codes(user=anna)[0]
    assert seed not in anna.factors.get(kind=FactorKind.TOTP).secret
    assert all(code not in kept.digest for kept in anna.recovery_codes.all())


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.code_at(seed, seconds // 30) == code
    assert totp.matching_step(seed, code, seconds) == seconds // 30
    assert totp.matching_step(seed, code, seconds, after=seconds // 30) is None
    assert totp.matching_step(seed, code, seconds + 90) is None


def test_role_that_must_have_a_second_factor_sees_nothing_before(client: Client, make_user: Any, settings: Any) -> None:
    settings.REQUIRE_MFA = frozenset({"owner"})
    anna = make_user(username="anna")
    enter(client, "anna", PASSWORD)
    assert client.get("/customers/").headers["Location"] == "/me/"
    assert "Your role needs a second factor" in client.get("/me/").content.decode()
    assert client.get("/me/app/").status_code == 200
    seed = client.session["app_seed"]
    client.post("/me/app/", {"code": code_now(seed)})
    assert client.get("/customers/").status_code == 200
    client.post(f"/me/factors/{anna.factors.get().pk}/drop/")
    assert anna.factors.count() == 1, "the last factor stays where one is needed"


def test_link_lets_choose_a_password_once(client: Client, make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    boss, anna = make_user(username="boss"), make_user(role="seller", username="anna")
    token = actions.make_link(user=anna, purpose="reset", by=boss)
    assert "anna" in client.get(f"/welcome/{token}/").content.decode()
    assert "at least 10 characters" in client.post(f"/welcome/{token}/", {"password": "short"}).content.decode()
    assert client.post(f"/welcome/{token}/", {"password": "another long one"}).headers["Location"] == "/sign-in/"
    assert client.get(f"/welcome/{token}/").status_code == 404
    assert enter(client, "anna", "another long one").status_code == 302
    old = actions.make_link(user=anna, purpose="reset", by=boss)
    new = actions.make_link(user=anna, purpose="reset", by=boss)
    assert client.get(f"/welcome/{old}/").status_code == 404, "a new link closes the old one"
    later(monkeypatch, timedelta(hours=25))
    assert client.get(f"/welcome/{new}/").status_code == 404
