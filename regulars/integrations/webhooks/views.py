"""The pages of webhooks: who is told what, and the log of what was sent."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.integrations.webhooks import actions
from regulars.integrations.webhooks.forms import WebhookForm
from regulars.integrations.webhooks.models import Delivery, Subscription
from regulars.integrations.webhooks.queries import deliveries_of, subscriptions_for
from regulars.kit.errors import UserError
from regulars.staff.confirm import recently_confirmed
from regulars.staff.models import User
from regulars.staff.rules import require
from regulars.web.toasts import toast

SHOWN = 50


def _user(request: HttpRequest) -> User:
    require(request.user, "settings.manage")
    return cast("User", request.user)


def _one(request: HttpRequest, pk: int) -> Subscription:
    return get_object_or_404(subscriptions_for(_user(request)), pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """Every webhook, and the form of a new one."""
    _user(request)
    return make(request) if request.method == "POST" else _page(request, WebhookForm())


@recently_confirmed
def make(request: HttpRequest) -> HttpResponse:
    """Make a webhook and show its secret."""
    form, user = WebhookForm(request.POST), _user(request)
    if form.is_valid():
        try:
            made = actions.subscribe(owner=user, by=user, request=request, **form.facts())
        except UserError as error:
            form.add_error("url", str(error))
        else:
            return _page(request, WebhookForm(), made=made)
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: WebhookForm, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {"form": form, "webhooks": subscriptions_for(request.user), **told}
    return render(request, "webhooks/index.html", context, status=status)


@never_cache
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook and what was sent to it, the newest first."""
    webhook = _one(request, pk)
    before = request.GET.get("before", "")
    found = deliveries_of(
        webhook,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        size=SHOWN + 1,
    )
    context = {
        "webhook": webhook,
        "deliveries": found[:SHOWN],
        "older": found[SHOWN - 1].pk if len(found) > SHOWN else None,
    }
    return render(request, "webhooks/one.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, ping, remove, or sign with another secret."""
    webhook, user = _one(request, pk), _user(request)
    match verb:
        case "pause":
            actions.pause(subscription=webhook, by=user)
        case "resume":
            actions.resume(subscription=webhook, by=user)
        case "ping":
            actions.ping(subscription=webhook, by=user)
            toast(request, _("A ping is on its way; it shows in the log in a moment."))
        case "remove":
            actions.remove(subscription=webhook, by=user)
            return redirect("webhooks:index")
        case _:
            raise Http404
    return redirect("webhooks:one", pk)


@require_POST
@recently_confirmed
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with another secret from now on, and show it."""
    webhook = _one(request, pk)
    actions.new_secret_for(subscription=webhook, by=_user(request))
    webhook.refresh_from_db()
    return _page(request, WebhookForm(), made=webhook)


@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery again, or a range of them."""
    webhook, user = _one(request, pk), _user(request)
    first, last = request.POST.get("first", ""), request.POST.get("last", "") or request.POST.get("first", "")
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in (first, last)):
        raise Http404
    known = Delivery.objects.filter(subscription=webhook, pk__gte=int(first), pk__lte=int(last)).exists()
    if not known:
        raise Http404
    count = actions.replay_range(subscription=webhook, first=int(first), last=int(last), by=user)
    toast(request, ngettext("%(n)s message is sent again", "%(n)s messages are sent again", count) % {"n": count})
    return redirect("webhooks:one", pk)
