"""Sessions: beginning, seeing and ending them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.sessions.models import Session
from django.db import transaction

from regulars.kit import clock
from regulars.staff import audit
from regulars.staff.models import SignIn, SignInMethod, User

if TYPE_CHECKING:
    from django.http import HttpRequest

SEEN_EVERY: Final = timedelta(minutes=5)
"""How exactly "last seen" is kept; within it a request writes nothing."""


@transaction.atomic
def begin_session(*, user: User, request: HttpRequest, method: str = SignInMethod.PASSWORD) -> SignIn:
    """Note a session that has just begun; its password or passkey also confirms who it is (``staff.confirm``)."""
    session: Any = request.session
    if not session.session_key:
        session.create()
    now = clock.now()
    sign_in, _made = SignIn.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": user, "method": method, "since": now, "seen_at": now, "ended_at": None,
            "device": request.META.get("HTTP_USER_AGENT", "")[:255], "address": audit.address_of(request),
            "expires_at": now + timedelta(seconds=session.get_expiry_age()),
        },
    )  # fmt: skip
    session["sign_in"] = sign_in.pk
    session["method"] = str(method)
    session["seen"] = session["confirmed"] = now.timestamp()
    audit.record("staff.signed_in", by=user, object_type="user", object_id=user.pk, request=request, method=str(method))
    return sign_in


def see_session(*, request: HttpRequest) -> None:
    """Keep "last seen", the address and the expiry of the session up to date, at most every five minutes."""
    session: Any = request.session
    now = clock.now()
    if now.timestamp() - session.get("seen", 0) < SEEN_EVERY.total_seconds():
        return
    session["seen"] = now.timestamp()
    SignIn.objects.filter(pk=session.get("sign_in"), ended_at=None).update(
        seen_at=now,
        address=audit.address_of(request),
        session_key=session.session_key,
        expires_at=now + timedelta(seconds=session.get_expiry_age()),
    )


@transaction.atomic
def end_session(*, sign_in: SignIn, by: User | None, request: HttpRequest | None = None, quiet: bool = False) -> None:
    """End one session; the device is out at once."""
    if sign_in.session_key:
        Session.objects.filter(session_key=sign_in.session_key).delete()
    SignIn.objects.filter(pk=sign_in.pk).update(ended_at=clock.now(), session_key=None)
    if not quiet:
        audit.record(
            "staff.session_ended",
            by=by,
            object_type="user",
            object_id=sign_in.user_id,
            request=request,
            session=sign_in.pk,
        )


@transaction.atomic
def end_sessions_of(
    *, user: User, by: User | None, keep: str | None = None, request: HttpRequest | None = None, quiet: bool = False
) -> int:
    """End all sessions of ``user`` but the one whose key is ``keep``; returns how many."""
    ending = SignIn.objects.filter(user=user, ended_at=None)
    if keep:
        ending = ending.exclude(session_key=keep)
    keys = [key for key in ending.values_list("session_key", flat=True) if key]
    Session.objects.filter(session_key__in=keys).delete()
    ended = ending.update(ended_at=clock.now(), session_key=None)
    if ended and not quiet:
        audit.record("staff.sessions_ended", by=by, object_type="user", object_id=user.pk, request=request, count=ended)
    return ended


def follow_key(*, request: HttpRequest) -> None:
    """The session got a new key (after a change of password): remember the new one."""
    session: Any = request.session
    SignIn.objects.filter(pk=session.get("sign_in")).update(session_key=session.session_key)


def forget_expired() -> int:
    """Drop sessions that ended or expired a month ago; the audit log keeps that they were."""
    long_ago = clock.now() - timedelta(days=30)
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    return SignIn.objects.filter(expires_at__lt=long_ago).delete()[0]
