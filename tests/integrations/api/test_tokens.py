"""Tokens: shown once, never more than their user, dead when revoked, expired or elsewhere."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.config.cli import parser
from regulars.integrations.api import limits
from regulars.integrations.api.actions import create_token, revoke_token
from regulars.integrations.api.models import Token
from regulars.kit import clock
from regulars.kit.errors import Forbidden, UserError
from regulars.staff.models import AuditEntry
from tests.integrations.api.conftest import MakeCaller

pytestmark = pytest.mark.django_db


def test_key_is_kept_nowhere(make_caller: MakeCaller) -> None:
    caller = make_caller("seller", scopes=["customers:read"])
    row = Token.objects.values().get()
    assert caller.key not in str(row)
    assert row["digest"] not in caller.key
    assert caller.key.startswith(row["prefix"])
    assert AuditEntry.objects.filter(action="staff.token_made", detail__token=row["prefix"]).exists()


def test_token_says_whom_it_acts_as(make_caller: MakeCaller) -> None:
    told = make_caller("seller", scopes=["customers:read"]).get("/me").told
    assert (told["role"], told["scopes"]) == ("seller", ["customers:read"])


def test_revoked_expired_and_foreign_tokens_open_nothing(make_caller: MakeCaller) -> None:
    revoked = make_caller()
    revoke_token(token=revoked.token, by=None)
    expired = make_caller(expires_at=clock.now() + timedelta(minutes=5))
    left = make_caller()
    left.user.is_active = False
    left.user.save()
    elsewhere = make_caller(networks=["10.0.0.0/8"])
    with clock.stopped_at(clock.now() + timedelta(minutes=6)):
        assert expired.get("/me").status_code == 401
    assert [one.get("/me").status_code for one in (revoked, left, elsewhere)] == [401, 401, 403]
    assert make_caller(networks=["127.0.0.0/8"]).get("/me").status_code == 200
    answer = revoked.get("/me")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.told["type"] == "urn:regulars:problem:unauthenticated"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer rgl_" + "x" * 43, "Bearer rgl_" + "x" * 9_000]
)
def test_header_without_a_token_is_refused(header: str) -> None:
    assert Client().get("/api/v1/me", headers={"authorization": header}).status_code == 401


def test_session_of_a_browser_opens_nothing_here(make_user: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(make_user(role="owner"))
    assert client.get("/api/v1/me").status_code == 401


def test_use_is_noted_once_a_minute(make_caller: MakeCaller) -> None:
    caller = make_caller()
    now = clock.now()
    for seconds in (0, 10, 50, 70):
        with clock.stopped_at(now + timedelta(seconds=seconds)):
            caller.get("/me")
    used = Token.objects.get().last_used_at
    assert used == now + timedelta(seconds=70)


def test_tokens_of_others_are_for_administrators(make_user: Callable[..., Any]) -> None:
    seller, other = make_user(role="seller"), make_user(role="seller")
    with pytest.raises(Forbidden):
        create_token(user=other, name="x", scopes=["admin"], by=seller)
    create_token(user=other, name="x", scopes=["admin"], by=make_user(role="administrator"))


@pytest.mark.parametrize(
    "facts", [{"scopes": []}, {"scopes": ["everything"]}, {"name": " "}, {"networks": ["nowhere"]}, {"expires_at": clock.now()}]
)  # fmt: skip
def test_token_that_makes_no_sense_is_refused(facts: dict[str, Any], make_user: Callable[..., Any]) -> None:
    given = {"name": "x", "scopes": ["customers:read"], **facts}
    with pytest.raises(UserError):
        create_token(user=make_user(role="owner"), by=None, **given)


def test_allowance_of_a_minute_runs_out(make_caller: MakeCaller, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    caller, other = make_caller(), make_caller()
    answers = [caller.get("/me") for _ in range(4)]
    assert [one.status_code for one in answers[:3]] == [200, 200, 200]
    assert [one.headers["RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert answers[3].status_code == 429
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 61
    assert other.get("/me").status_code == 200


def test_processes_share_the_allowance(make_caller: MakeCaller, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = limits.PARCEL + 1
    caller = make_caller()
    assert caller.get("/me").status_code == 200
    limits.forget()  # as another process, that knows nothing of this one's purse
    assert [caller.get("/me").status_code for _ in range(2)] == [200, 429]


def command(*words: str) -> int:
    """The command without what it does to the process."""
    arguments = parser.build().parse_args(words)
    return int(arguments.run(arguments))


def test_command_makes_lists_and_revokes(make_user: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    make_user(role="owner", username="founder")
    command("token", "create", "--user", "founder", "--scope", "customers:read,timeline:write", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["scopes"] == ["customers:read", "timeline:write"]
    assert Client().get("/api/v1/me", headers={"authorization": f"Bearer {told['token']}"}).status_code == 200
    command("token", "list", "--json")
    assert told["token"] not in capsys.readouterr().out
    command("token", "revoke", str(told["id"]))
    assert Client().get("/api/v1/me", headers={"authorization": f"Bearer {told['token']}"}).status_code == 401
    with pytest.raises(UserError):
        command("token", "create", "--user", "nobody", "--scope", "admin")


def confirmed(client: Client, user: Any) -> None:
    client.force_login(user)
    session = client.session
    session["confirmed"] = clock.now().timestamp()
    session.save()


def test_screen_shows_the_key_once_and_revokes(make_user: Callable[..., Any]) -> None:
    client, user = Client(), make_user(role="seller")
    client.force_login(user)
    session = client.session
    session["confirmed"] = 0
    session.save()
    form = {"name": "Till", "user": user.pk, "scopes": ["customers:read"]}
    assert client.post("/settings/tokens/", form).status_code == 302  # asked to confirm first
    confirmed(client, user)
    page = client.post("/settings/tokens/", form).content.decode()
    token = Token.objects.get()
    key = page.partition("<code>rgl_")[2].partition("</code>")[0]
    assert Client().get("/api/v1/me", headers={"authorization": f"Bearer rgl_{key}"}).status_code == 200
    assert key not in client.get("/settings/tokens/").content.decode()
    client.post(f"/settings/tokens/{token.pk}/revoke/")
    assert Client().get("/api/v1/me", headers={"authorization": f"Bearer rgl_{key}"}).status_code == 401


def test_screen_shows_nobody_the_tokens_of_others(make_user: Callable[..., Any], make_caller: MakeCaller) -> None:
    other = make_caller("owner")
    client, seller = Client(), make_user(role="seller")
    confirmed(client, seller)
    assert other.token.prefix not in client.get("/settings/tokens/").content.decode()
    assert client.post(f"/settings/tokens/{other.token.pk}/revoke/").status_code == 404
    form = {"name": "Theft", "user": other.user.pk, "scopes": ["admin"]}
    assert client.post("/settings/tokens/", form).status_code == 422
    assert other.get("/me").status_code == 200


def test_documentation_stands_on_this_server_alone(make_user: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(make_user(role="owner"))
    page = client.get("/api/v1/docs").content.decode()
    assert "/api/v1/timeline/bulk" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
