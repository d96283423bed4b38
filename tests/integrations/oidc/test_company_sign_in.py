"""The company's sign-in against a small provider on this machine: what is let in, and each lie that is refused."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from regulars.integrations.oidc import client as oidc
from regulars.staff.models import AuditEntry, Identity, SignIn, User

pytestmark = pytest.mark.django_db


class Provider:
    """A provider whose every claim a test may change."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.signing: dict[str, Any] = {}
        self.asked: dict[str, list[str]] = {}
        self.issuer = ""
        self.nonce = ""

    def answer(self, path: str, form: dict[str, list[str]]) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            ends = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return {"issuer": self.issuer, **ends}
        if path == "/jwks_uri":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": "one", "use": "sig"}]}
        self.asked = form
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "regulars", "sub": "42", "iat": now, "exp": now + 60, "nonce": self.nonce,
            "email": "anna@example.com", "email_verified": True, "name": "Anna",
        } | self.claims  # fmt: skip
        how = {"key": self.key, "algorithm": "RS256"} | self.signing
        return {"id_token": jwt.encode(claims, how["key"], how["algorithm"], headers={"kid": "one"})}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.dumps(made.answer(self.path, parse_qs(self.rfile.read(length).decode()))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 -- the name that http.server calls

        def log_message(self, *_args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    settings.OIDC = {
        "issuer": made.issuer, "client_id": "regulars", "client_secret": "secret", "name": "ACME", "scopes": "openid", "role": "",
    }  # fmt: skip
    oidc.forget()
    yield made
    server.shutdown()
    server.server_close()


def go(client: Client, provider: Provider, **back: str) -> Any:
    sent = client.get("/sign-in/company/?next=/customers/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    provider.nonce = asked["nonce"]
    return client.get("/sign-in/company/back/", {"state": asked["state"], "code": "abc", **back})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_known_address_is_linked_and_let_in(client: Client, provider: Provider, make_user: Any) -> None:
    anna = make_user(role="seller", email="Anna@Example.com")
    assert "Sign in with ACME" in client.get("/sign-in/").content.decode()
    answer = go(client, provider)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/")
    assert Identity.objects.get().user == anna
    assert len(provider.asked["code_verifier"][0]) >= 43
    assert SignIn.objects.get().method == "company"
    provider.claims = {"email": "renamed@example.com", "email_verified": False}
    again = Client()
    go(again, provider)
    assert is_in(again), "the subject decides, not the address"


def test_newcomer_is_refused_unless_a_role_is_set(
    client: Client, provider: Provider, make_user: Any, settings: Any
) -> None:
    make_user()
    assert "Nobody here is known" in go(client, provider).content.decode()
    assert not is_in(client)
    settings.OIDC = {**settings.OIDC, "role": "agent"}
    go(client, provider)
    assert is_in(client)
    assert User.objects.get(email="anna@example.com").role == "agent"


def test_nobody_becomes_owner_by_the_company_s_word(
    client: Client, provider: Provider, make_user: Any, settings: Any
) -> None:
    make_user()
    settings.OIDC = {**settings.OIDC, "role": "owner"}
    go(client, provider)
    assert not is_in(client)


def test_unverified_address_links_nobody(client: Client, provider: Provider, make_user: Any) -> None:
    make_user(email="anna@example.com")
    provider.claims = {"email_verified": False}
    go(client, provider)
    assert not is_in(client)


def test_closed_user_stays_out(client: Client, provider: Provider, make_user: Any) -> None:
    anna = make_user(role="seller", email="anna@example.com")
    go(client, provider)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    fresh = Client()
    assert "is closed" in go(fresh, provider).content.decode()
    assert not is_in(fresh)


LIES: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://evil.example"},
    "audience": {"aud": "somebody-else"},
    "party": {"aud": ["regulars", "other"], "azp": "other"},
    "nonce": {"nonce": "replayed"},
    "expired": {"exp": int(time.time()) - 3600},
    "future": {"iat": int(time.time()) + 3600},
}


@pytest.mark.parametrize("lie", LIES)
def test_token_that_lies_is_refused(client: Client, provider: Provider, make_user: Any, lie: str) -> None:
    make_user(email="anna@example.com")
    provider.claims = LIES[lie]
    assert go(client, provider).status_code == 403
    assert not is_in(client)
    assert AuditEntry.objects.filter(action="staff.sign_in_failed", detail__factor="company").count() == 1


@pytest.mark.parametrize("signing", [
    {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
    {"key": "", "algorithm": "none"},
    {"key": "a secret that both know, long enough", "algorithm": "HS256"},
], ids=["another key", "no signature", "a shared secret"])  # fmt: skip
def test_token_signed_by_somebody_else_is_refused(
    client: Client, provider: Provider, make_user: Any, signing: dict[str, Any]
) -> None:
    make_user(email="anna@example.com")
    provider.signing = signing
    assert go(client, provider).status_code == 403
    assert not is_in(client)


def test_wrong_state_and_a_second_use_are_refused(client: Client, provider: Provider, make_user: Any) -> None:
    make_user(email="anna@example.com")
    assert go(client, provider, state="guessed").status_code == 403
    assert not is_in(client)
    go(client, provider)
    client.logout()
    assert client.get("/sign-in/company/back/", {"state": "x", "code": "abc"}).status_code == 403


def test_provider_that_is_down_or_insecure_is_a_sentence(
    client: Client, provider: Provider, make_user: Any, settings: Any
) -> None:
    make_user()
    for issuer in ("http://127.0.0.1:9", "http://login.example"):
        settings.OIDC = {**settings.OIDC, "issuer": issuer}
        assert client.get("/sign-in/company/").status_code == 403


def test_without_a_provider_there_is_no_such_page(client: Client, make_user: Any) -> None:
    make_user()
    assert client.get("/sign-in/company/").status_code == 404
