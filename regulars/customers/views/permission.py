"""The company's rules of contact on screen."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.customers.permission.actions import set_words
from regulars.customers.permission.caps import Cap
from regulars.customers.permission.forms import ContactRulesForm, WordsForm, initial
from regulars.customers.permission.pressure import set_rules
from regulars.customers.permission.queries import Rules, rules
from regulars.customers.views.common import Request
from regulars.staff.rules import require
from regulars.web import toasts, undo
from regulars.web.access import User
from regulars.web.resources import Text


@require_http_methods(["GET", "POST"])
def contact_rules(request: Request) -> HttpResponseBase:
    """See and change quiet hours and limits."""
    require(request.user, "settings.manage")
    form = ContactRulesForm(request.POST or None, initial=initial(rules()))
    if request.method == "POST" and form.is_valid():
        before = set_rules(**form.rules(), by=request.user, request=request)
        toasts.toast(request, _("Saved"), undo=undo.offer("customers.contact_rules", **_plain(before)))
        return redirect("customers:contact-rules")
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def consent_words(request: Request) -> HttpResponseBase:
    """See and change the words that customers agree to."""
    require(request.user, "settings.manage")
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        for language, words in form.changed():
            set_words(language=language, words=words, by=request.user, request=request)
        toasts.toast(request, _("Saved"))
        return redirect("customers:consent-words")
    return render(request, "customers/permission/words.html", {"form": form}, status=422 if form.errors else 200)


def _page(request: Request, form: ContactRulesForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "customers/permission/rules.html", {"form": form}, status=status)


def _plain(before: Rules) -> dict[str, Any]:
    caps = [cap.as_dict() for cap in before.caps]
    return {"quiet_from": before.quiet_from, "quiet_until": before.quiet_until, "caps": caps}


@undo.handles("customers.contact_rules")
def _rules_back(user: User, data: dict[str, Any]) -> Text:
    told = {**data, "caps": [Cap(**one) for one in data["caps"]]}
    set_rules(**told, by=user)
    return _("The settings are as they were before.")
