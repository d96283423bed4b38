"""The pages of the API: tokens, and the documentation drawn from the schema."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.integrations.api.actions import create_token, revoke_token
from regulars.integrations.api.forms import TokenForm
from regulars.integrations.api.queries import tokens_for
from regulars.integrations.api.scopes import SCOPES
from regulars.kit.errors import UserError
from regulars.staff.confirm import recently_confirmed
from regulars.staff.models import User
from regulars.staff.rules import can
from regulars.web.toasts import toast

MOST_SHOWN = 200


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """One's tokens (everybody's, for administrators), and the form of a new one."""
    return make(request) if request.method == "POST" else _page(request, TokenForm(_user(request)))


@recently_confirmed
def make(request: HttpRequest) -> HttpResponse:
    """Make a token and show its key, this once."""
    form = TokenForm(_user(request), request.POST)
    if form.is_valid():
        try:
            token, key = create_token(by=_user(request), request=request, **form.facts())
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return _page(request, TokenForm(_user(request)), made=token, key=key)
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: TokenForm, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {"form": form, "tokens": tokens_for(request.user)[:MOST_SHOWN], "scopes": SCOPES, **told}
    context["may_webhooks"] = can(request.user, "settings.manage")
    return render(request, "api/tokens.html", context, status=status)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a token open nothing any more."""
    token = get_object_or_404(tokens_for(request.user), pk=pk)
    revoke_token(token=token, by=_user(request), request=request)
    toast(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("api:tokens")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every address of the API with what goes in and comes out, from this server alone."""
    from regulars.integrations.api import build, reference  # noqa: PLC0415 -- pydantic is paid for by whoever looks

    return render(request, "api/docs.html", {"groups": reference.groups(build.schema())})
