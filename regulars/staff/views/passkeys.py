"""What a browser's passkeys are asked and answer, in JSON: signing in, the second factor, confirming, adding one."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulars.kit.errors import UserError
from regulars.staff import audit, confirm, entering, passkeys
from regulars.staff.actions.factors import add_passkey
from regulars.staff.models import SignInMethod, User

CODES = "recovery_codes"


def _refuse(sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=422)


def _answer_of(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise UserError(_("The passkey's answer could not be read.")) from error
    if not isinstance(told, dict):
        raise UserError(_("The passkey's answer could not be read."))
    return told


@login_not_required
@never_cache
@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    """Ask for a passkey: of whoever is signed in (to confirm), of whose password was right, or of anybody."""
    if isinstance(request.user, User):
        return JsonResponse(passkeys.begin_using(request, request.user))
    waiting = entering.pending(request)
    return JsonResponse(passkeys.begin_using(request, waiting[0] if waiting else None))


@login_not_required
@never_cache
@require_POST
def finish(request: HttpRequest) -> JsonResponse:
    """Let in, or confirm."""
    try:
        told = _answer_of(request)
        user = passkeys.finish_using(request, told.get("credential"))
    except UserError as error:
        audit.record("staff.sign_in_failed", by=None, request=request, factor="passkey")
        return _refuse(str(error))
    target = entering.safe_target(request, str(told.get("next", "")))
    if request.user.is_authenticated:
        if request.user.pk != user.pk:
            return _refuse(_("This passkey is somebody else's."))
        confirm.note(request)
        return JsonResponse({"to": target})
    waiting = entering.pending(request)
    entering.enter(request, user, SignInMethod.PASSKEY)
    return JsonResponse({"to": waiting[1] if waiting and waiting[0].pk == user.pk else target})


@never_cache
@require_POST
@confirm.recently_confirmed
def begin_adding(request: HttpRequest) -> JsonResponse:
    """Ask the browser to make one."""
    assert isinstance(request.user, User)
    return JsonResponse(passkeys.begin_adding(request, request.user))


@never_cache
@require_POST
@confirm.recently_confirmed
def finish_adding(request: HttpRequest) -> JsonResponse:
    """Keep the one it made."""
    assert isinstance(request.user, User)
    try:
        told = _answer_of(request)
        made = passkeys.finish_adding(request, told.get("credential"))
        codes = add_passkey(user=request.user, passkey=made, name=str(told.get("name", "")), request=request)
    except UserError as error:
        return _refuse(str(error))
    request.session["method"] = str(SignInMethod.PASSKEY)
    if codes:
        request.session[CODES] = codes
    return JsonResponse({"to": reverse("staff:codes" if codes else "staff:me")})
