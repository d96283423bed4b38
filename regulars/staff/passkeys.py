"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is true. The keys themselves are ``Factor`` rows.

The library is imported when a passkey is used: it carries a cryptography of its own that an idle process need not hold.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import sealing
from regulars.staff.models import Factor, FactorKind, User
from regulars.staff.queries import company_name

if TYPE_CHECKING:
    from django.http import HttpRequest
    from fido2.server import Fido2Server

STATE = "passkey"


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is kept of a passkey, in base 64."""

    credential_id: str
    public_key: str
    sign_count: int


def _server(request: HttpRequest) -> Fido2Server:
    from fido2.server import Fido2Server  # noqa: PLC0415 -- see above
    from fido2.webauthn import PublicKeyCredentialRpEntity  # noqa: PLC0415

    host = request.get_host()
    name = company_name()
    here = f"{request.scheme}://{host}"
    party = PublicKeyCredentialRpEntity(name=name, id=host.rpartition(":")[0] if _has_port(host) else host)
    return Fido2Server(party, attestation=None, verify_origin=lambda origin: origin == here)


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdecimal() and ":" in host


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _known(factor: Factor) -> Any:
    from fido2.webauthn import AttestedCredentialData  # noqa: PLC0415 -- see above

    return AttestedCredentialData(base64.b64decode(factor.secret))


def handle_of(user: User) -> bytes:
    """By what a passkey knows its user: nothing that tells who it is."""
    return bytes.fromhex(sealing.digest(str(user.pk), "passkey"))


def begin_adding(request: HttpRequest, user: User) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked; the challenge waits in the session."""
    from fido2.webauthn import (  # noqa: PLC0415 -- see above
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=handle_of(user), name=user.username, display_name=user.name),
        [_known(factor) for factor in user.factors.filter(kind=FactorKind.PASSKEY)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[STATE] = {"for": "adding", **state}
    return dict(options)


def finish_adding(request: HttpRequest, answer: Any) -> NewPasskey:
    """Check what the browser made.

    Raises:
        UserError: it is not the answer to what was asked.
    """
    state = request.session.pop(STATE, None)
    if not state or state.get("for") != "adding":
        raise UserError(_("The passkey could not be added. Please try again."))
    try:
        data = _server(request).register_complete(state, answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(_("The passkey could not be added. Please try again.")) from error
    credential = data.credential_data
    if credential is None:
        raise UserError(_("The passkey could not be added. Please try again."))
    key = base64.b64encode(bytes(credential)).decode()
    return NewPasskey(_encode(credential.credential_id), key, data.counter)


def begin_using(request: HttpRequest, user: User | None = None) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked: any passkey of this site, or one of ``user``."""
    from fido2.webauthn import UserVerificationRequirement  # noqa: PLC0415 -- see above

    known = [_known(factor) for factor in user.factors.filter(kind=FactorKind.PASSKEY)] if user else None
    options, state = _server(request).authenticate_begin(known, UserVerificationRequirement.REQUIRED)
    request.session[STATE] = {"for": "using", "user": user.pk if user else None, **state}
    return dict(options)


@transaction.atomic
def finish_using(request: HttpRequest, answer: Any) -> User:
    """The user whose passkey answered; the person was verified by the device.

    Raises:
        UserError: no active user has it, it answers something else, or its counter went back (a copy).
    """
    refusal = UserError(_("This passkey is not known here, or was not confirmed."))
    state = request.session.pop(STATE, None)
    identity = answer.get("id") if isinstance(answer, dict) else None
    if not state or state.get("for") != "using" or not isinstance(identity, str):
        raise refusal
    factor = (
        Factor.objects.select_for_update(of=("self",)).select_related("user")
        .filter(kind=FactorKind.PASSKEY, credential_id=identity, user__is_active=True).first()
    )  # fmt: skip
    if factor is None or state["user"] not in {None, factor.user_id}:
        raise refusal
    try:
        _server(request).authenticate_complete(state, [_known(factor)], answer)
        count = _count_of(answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise refusal from error
    if (count or factor.sign_count) and count <= factor.sign_count:
        raise refusal
    factor.sign_count, factor.used_at = count, clock.now()
    factor.save(update_fields=["sign_count", "used_at"])
    return factor.user


def _count_of(answer: Any) -> int:
    from fido2.webauthn import AuthenticationResponse  # noqa: PLC0415 -- see above

    return int(AuthenticationResponse.from_dict(answer).response.authenticator_data.counter)
