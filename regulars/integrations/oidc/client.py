"""Talking to the provider: its configuration, its keys, a code for a token, and what the token must say."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures by a key pair only: neither ``none`` nor a shared secret."""
LEEWAY_SECONDS: Final = 60
TIMEOUT_SECONDS: Final = 10
LONGEST_ANSWER: Final = 1_000_000
_KEPT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says it is."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    username: str


class _NoRedirects(HTTPRedirectHandler):
    """A provider answers where it said it would."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def _fetch(address: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Any:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}):
        raise UserError(_("The company's sign-in is not reached by https; this is not safe."))
    body = urlencode(form).encode() if form is not None else None
    request = Request(address, data=body, headers={"Accept": "application/json", **(headers or {})})  # noqa: S310 -- checked above
    try:
        with build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read(LONGEST_ANSWER))
    except (URLError, OSError, ValueError) as error:
        raise UserError(_("The company's sign-in does not answer as it should. Please try again later.")) from error


_kept: dict[str, tuple[float, Any]] = {}
_lock = threading.Lock()


def _remembered(address: str, *, afresh: bool = False) -> Any:
    with _lock:
        held = _kept.get(address)
        if held and not afresh and time.monotonic() - held[0] < _KEPT_SECONDS:
            return held[1]
    found = _fetch(address)
    with _lock:
        _kept[address] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask the provider again (tests)."""
    _kept.clear()


def configuration() -> dict[str, Any]:
    """The provider's own description.

    Raises:
        UserError: it cannot be had, or describes somebody else.
    """
    issuer = settings.OIDC["issuer"]
    told = _remembered(f"{issuer}/.well-known/openid-configuration")
    if not isinstance(told, dict) or str(told.get("issuer", "")).rstrip("/") != issuer:
        raise UserError(_("The company's sign-in describes itself as somebody else."))
    return told


def is_configured() -> bool:
    """Whether there is one at all."""
    return bool(settings.OIDC["issuer"] and settings.OIDC["client_id"])


def begin(redirect_uri: str) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to remember until it comes back."""
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).decode().rstrip("=")
    words = {
        "response_type": "code", "client_id": settings.OIDC["client_id"], "redirect_uri": redirect_uri,
        "scope": settings.OIDC["scopes"], "state": kept["state"], "nonce": kept["nonce"], "code_challenge": challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip
    address = str(configuration()["authorization_endpoint"])
    return f"{address}{'&' if '?' in address else '?'}{urlencode(words)}", kept


def person_behind(code: str, kept: dict[str, str], redirect_uri: str) -> Person:
    """Exchange the code and check the token: signature, issuer, audience, time, nonce.

    Raises:
        UserError: any of it is wrong.
    """
    provider = configuration()
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": kept["verifier"],
        "client_id": settings.OIDC["client_id"],
    }  # fmt: skip
    headers = {}
    if secret := settings.OIDC["client_secret"]:
        methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:
            pair = f"{quote(settings.OIDC['client_id'], safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_secret"] = secret
    told = _fetch(str(provider["token_endpoint"]), form=form, headers=headers)
    token = told.get("id_token") if isinstance(told, dict) else None
    if not isinstance(token, str):
        raise UserError(_("The company's sign-in did not say who you are."))
    return _person(_claims(token, kept["nonce"], str(provider["jwks_uri"])))


def _claims(token: str, nonce: str, keys_address: str) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 -- only who signs in this way needs it

    try:
        claims = jwt.decode(
            token, _key_for(token, keys_address), algorithms=list(ALGORITHMS), audience=settings.OIDC["client_id"],
            leeway=LEEWAY_SECONDS, options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise UserError(_("The company's sign-in gave a token that is not valid.")) from error
    issued_to = claims.get("azp", settings.OIDC["client_id"])
    right_issuer = str(claims["iss"]).rstrip("/") == settings.OIDC["issuer"]
    if (
        not right_issuer
        or issued_to != settings.OIDC["client_id"]
        or not secrets.compare_digest(str(claims.get("nonce", "")), nonce)
    ):
        raise UserError(_("The company's sign-in gave a token that is not valid."))
    return dict(claims)


def _key_for(token: str, keys_address: str) -> Any:
    """The provider's key that a token names; its keys are fetched anew once when the name is not known."""
    import jwt  # noqa: PLC0415 -- see above

    wanted = jwt.get_unverified_header(token).get("kid")
    for afresh in (False, True):
        keys = jwt.PyJWKSet.from_dict(_remembered(keys_address, afresh=afresh)).keys
        signing = [key for key in keys if key.public_key_use in {None, "sig"}]
        found = [key for key in signing if key.key_id == wanted] if wanted else signing if len(signing) == 1 else []
        if found:
            return found[0]
    raise jwt.InvalidKeyError("no such key")


def _person(claims: dict[str, Any]) -> Person:
    return Person(
        issuer=settings.OIDC["issuer"],
        subject=str(claims["sub"])[:255],
        email=str(claims.get("email") or "")[:254],
        email_verified=claims.get("email_verified") in {True, "true"},
        name=str(claims.get("name") or "")[:120],
        username=str(claims.get("preferred_username") or claims.get("email") or "")[:150],
    )
