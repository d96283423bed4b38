"""The page on which anybody may ask for a catalogue: no sign-in, no script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.channels import webform
from regulars.kit import clock
from regulars.marketing.fulfilment import actions
from regulars.marketing.fulfilment.addresses import Address
from regulars.marketing.fulfilment.forms import PublicForm
from regulars.marketing.fulfilment.models import Item, Source

TEXT_KEY = "literature"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def literature(request: HttpRequest) -> HttpResponse:
    """What we may send, and where to."""
    with translation.override(webform.language_of(request)):
        if request.method != "POST":
            return _say(request, PublicForm())
        if (wait := webform.must_wait(request)) is not None:
            return webform.too_often(request, wait)
        if webform.is_robot(request.POST):
            return _say(request, None)
        form = PublicForm(request.POST)
        if not form.is_valid():
            return _say(request, form, 422)
        take_in(form.cleaned_data, translation.get_language() or "en")
        return _say(request, None)


@transaction.atomic
def take_in(told: dict[str, Any], language: str) -> None:
    """The customer, what they asked for and what they agreed to."""
    arrival = webform.receive(told, source=_("Literature form"), language=language)
    where = Address(told["name"], told["address"], told["city"], "", told["postcode"], told["country"])
    for item in told["items"]:
        actions.request(party=arrival.party, item=item, by=None, source=Source.FORM, address=where)
    if told["agrees"]:
        now = f"literature:{clock.now():%Y%m%d}"
        webform.agree(
            party=arrival.party, told=told, key=TEXT_KEY, language=language, source="literature-form", origin=now
        )


def _say(request: HttpRequest, form: PublicForm | None, status: int = 200) -> HttpResponse:
    context = {
        "form": form, "any": Item.objects.offered().exists(), "words": webform.words_to_agree_to(), "honeypot": webform.HONEYPOT,
        "others": webform.other_languages(request),
    }  # fmt: skip
    answer = render(request, "fulfilment/public.html", context, status=status)
    answer.headers["Content-Language"] = translation.get_language() or "en"
    return answer
