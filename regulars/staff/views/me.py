"""One's own access: password, second factors, recovery codes, sessions; and confirming who one is."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit import totp
from regulars.kit.errors import UserError
from regulars.staff import actions, audit, confirm, entering, lockout
from regulars.staff.actions.links import link_of
from regulars.staff.actions.sessions import follow_key
from regulars.staff.forms import AppCodeForm, ChangePasswordForm, ConfirmForm, NewPasswordForm
from regulars.staff.models import Factor, FactorKind, SignIn, SignInMethod, User
from regulars.staff.qr import picture
from regulars.staff.queries import company_name, sessions_of
from regulars.staff.views.passkeys import CODES
from regulars.staff.views.sign_in import check_code
from regulars.staff.words import wait_until
from regulars.web import toasts

SEED = "app_seed"


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _must_have_factor(user: User) -> bool:
    return user.role in settings.REQUIRE_MFA


@never_cache
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Everything about one's own access on one page."""
    user = _me(request)
    context = {
        "form": ChangePasswordForm(),
        "factors": list(user.factors.all()),
        "has_app": user.factors.filter(kind=FactorKind.TOTP).exists(),
        "codes_left": user.recovery_codes.filter(used_at=None).count(),
        "sessions": sessions_of(user, request.session.session_key),
        "must_have_factor": _must_have_factor(user),
        "must_add_now": _must_have_factor(user) and request.session.get("method") == SignInMethod.PASSWORD,
        "has_password": user.has_usable_password(),
    }
    return render(request, "staff/me.html", context)


@sensitive_post_parameters()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Another password; the other sessions end."""
    user, form = _me(request), ChangePasswordForm(request.POST)
    if not form.is_valid():
        toasts.toast(request, _("Both passwords are needed."), tone="wrong")
        return redirect("staff:me")
    try:
        actions.change_password(
            user=user, old=form.cleaned_data["old"], new=form.cleaned_data["password"], keep=request.session.session_key,
            request=request,
        )  # fmt: skip
    except UserError as error:
        toasts.toast(request, str(error), tone="wrong")
        return redirect("staff:me")
    update_session_auth_hash(request, user)
    follow_key(request=request)
    confirm.note(request)
    toasts.toast(request, _("Your password is changed. All other sessions have ended."))
    return redirect("staff:me")


@never_cache
@require_http_methods(["GET", "POST"])
@confirm.recently_confirmed
def app(request: HttpRequest) -> HttpResponseBase:
    """Add an app: a picture to scan or a key to type, then its first code."""
    user = _me(request)
    seed = request.session.get(SEED) or totp.new_seed()
    request.session[SEED] = seed
    form = AppCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = actions.add_app(user=user, seed=seed, code=form.cleaned_data["code"], request=request)
        except UserError as error:
            form.add_error("code", str(error))
        else:
            del request.session[SEED]
            request.session["method"] = str(SignInMethod.TOTP)
            request.session[CODES] = codes
            toasts.toast(request, _("The app is yours: from now on its code is asked when you sign in."))
            return redirect("staff:codes" if codes else "staff:me")
    address = totp.address(seed, issuer=company_name(), account=user.username)
    groups = [seed[at : at + 4] for at in range(0, len(seed), 4)]
    return render(request, "staff/app.html", {"form": form, "picture": picture(address), "groups": groups})


@never_cache
@require_http_methods(["GET", "POST"])
@confirm.recently_confirmed
def codes(request: HttpRequest) -> HttpResponseBase:
    """GET shows recovery codes that were just made, once; POST makes new ones."""
    user = _me(request)
    if request.method == "POST":
        if not user.factors.exists():
            raise UserError(_("Recovery codes belong to a second factor: add one first."))
        request.session[CODES] = actions.new_recovery_codes(user=user, request=request)
        return redirect("staff:codes")
    made = request.session.pop(CODES, None)
    return render(request, "staff/codes.html", {"codes": made}) if made else redirect("staff:me")


@require_POST
@confirm.recently_confirmed
def drop_factor(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove one of one's own factors."""
    user = _me(request)
    factor = get_object_or_404(Factor, pk=pk, user=user)
    actions.drop_factor(factor=factor, by=user, required=_must_have_factor(user), request=request)
    toasts.toast(request, _("Removed"))
    return redirect("staff:me")


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    user = _me(request)
    sign_in = get_object_or_404(SignIn, pk=pk, user=user, ended_at=None)
    actions.end_session(sign_in=sign_in, by=user, request=request)
    toasts.toast(request, _("That device is signed out."))
    return redirect("staff:me")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this."""
    user = _me(request)
    ended = actions.end_sessions_of(user=user, by=user, keep=request.session.session_key, request=request)
    toasts.toast(request, ngettext("%(n)s session ended", "%(n)s sessions ended", ended) % {"n": ended})
    return redirect("staff:me")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def confirm_again(request: HttpRequest) -> HttpResponse:
    """Prove again who one is, by password, code or passkey, and go back."""
    user = _me(request)
    target = entering.safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    kinds = set(user.factors.values_list("kind", flat=True))
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if refusal := _refusal(request, user, form.cleaned_data["password"]):
            form.add_error("password", refusal)
        else:
            confirm.note(request)
            audit.record("staff.confirmed", by=user, object_type="user", object_id=user.pk, request=request)
            return redirect(target)
    context = {
        "form": form, "next": target, "has_password": user.has_usable_password(), "has_app": FactorKind.TOTP in kinds,
        "has_passkey": FactorKind.PASSKEY in kinds,
    }  # fmt: skip
    return render(request, "staff/confirm.html", context)


def _refusal(request: HttpRequest, user: User, typed: str) -> str:
    """Empty when ``typed`` is the password, or for somebody without one a code."""
    if not user.has_usable_password():
        return check_code(request, user, typed)[1]
    taken = lockout.take_code(user.pk, user.username)
    if taken.until is not None:
        return wait_until(taken.until)
    if user.check_password(typed):
        lockout.give_back(taken)
        return ""
    audit.record(
        "staff.sign_in_failed", by=user, object_type="user", object_id=user.pk, request=request, factor="confirm"
    )
    return _("The password is another.")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Where a one-time link leads: choose a password, then sign in with it."""
    link = link_of(token)
    if link is None:
        return render(request, "staff/link_closed.html", status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_password(token=token, password=form.cleaned_data["password"], request=request)
        except UserError as error:
            form.add_error("password", str(error))
        else:
            return redirect("staff:sign_in")
    return render(request, "staff/welcome.html", {"form": form, "link": link})
