"""The way in: name and password, then what else the user set up; and the way out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.staff import audit, entering, lockout
from regulars.staff.actions.factors import use_code
from regulars.staff.actions.sessions import end_session
from regulars.staff.forms import CodeForm, SignInForm
from regulars.staff.models import FactorKind, SignIn, SignInMethod, User
from regulars.staff.words import wait_until


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One sentence for a wrong name and a wrong password, so that names cannot be probed."""
    target = entering.safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, refusal = _check(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is not None:
            return _go_on(request, user, target)
        form.add_error(None, refusal)
    context = {"form": form, "next": target, "company": settings.OIDC["issuer"] and settings.OIDC}
    return render(request, "staff/sign_in.html", context)


def _check(request: HttpRequest, username: str, password: str) -> tuple[User | None, str]:
    taken = lockout.take_sign_in(username, audit.address_of(request))
    if taken.until is not None:
        return None, wait_until(taken.until)
    user = authenticate(request, username=username.strip(), password=password)
    if isinstance(user, User):
        lockout.give_back(taken)
        return user, ""
    known = User.objects.filter(username__iexact=username.strip()).first()
    action = "staff.locked_out" if taken.locked else "staff.sign_in_failed"
    audit.record(
        action, by=None, request=request, object_type="user" if known else "", object_id=known.pk if known else None,
        user=known.username if known else "",
    )  # fmt: skip
    return None, _("This name and password do not belong together. Capital letters count in the password.")


def _go_on(request: HttpRequest, user: User, target: str) -> HttpResponse:
    if user.factors.exists():
        return entering.wait_for_second(request, user, target)
    entering.enter(request, user)
    return redirect(target)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second factor of somebody whose password was right: a code, a passkey, or a recovery code."""
    waiting = entering.pending(request)
    if waiting is None or request.user.is_authenticated:
        return redirect("staff:sign_in")
    user, target = waiting
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        method, refusal = check_code(request, user, form.cleaned_data["code"])
        if method:
            entering.enter(request, user, method)
            return redirect(target)
        form.add_error("code", refusal)
    kinds = set(user.factors.values_list("kind", flat=True))
    context = {
        "form": form,
        "has_app": FactorKind.TOTP in kinds,
        "has_passkey": FactorKind.PASSKEY in kinds,
        "next": target,
    }
    return render(request, "staff/second.html", context)


def check_code(request: HttpRequest, user: User, typed: str) -> tuple[str, str]:
    """How ``typed`` lets ``user`` in (``totp``, ``recovery``), or empty and the sentence of the refusal."""
    taken = lockout.take_code(user.pk, user.username)
    if taken.until is not None:
        return "", wait_until(taken.until)
    if method := use_code(user=user, typed=typed):
        lockout.give_back(taken)
        if method == SignInMethod.RECOVERY:
            left = user.recovery_codes.filter(used_at=None).count()
            audit.record(
                "staff.recovery_code_used", by=user, object_type="user", object_id=user.pk, request=request, left=left
            )
        return method, ""
    action = "staff.locked_out" if taken.locked else "staff.sign_in_failed"
    audit.record(
        action, by=None, request=request, object_type="user", object_id=user.pk, user=user.username, factor="code"
    )
    return "", _("This code is wrong, or has been used. Wait for the next one.")


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out; the session ends for good."""
    if isinstance(request.user, User):
        audit.record(
            "staff.signed_out", by=request.user, object_type="user", object_id=request.user.pk, request=request
        )
        if open_one := SignIn.objects.filter(pk=request.session.get("sign_in", 0), user=request.user).first():
            end_session(sign_in=open_one, by=request.user, quiet=True)
    logout(request)
    return redirect("staff:sign_in")
