"""Pages for customers, opened by a link in a message: no sign-in, and no GET changes anything (scanners open every link)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from regulars.customers.choices import channel_name
from regulars.customers.models import Channel, Erasure, Party, Suppression
from regulars.customers.permission import actions, choices, links, topics
from regulars.customers.permission.links import Link
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit, lockout

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@login_not_required
@never_cache
@require_safe
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to end messages to this address; the button posts to the one-click address, which needs no cookie."""
    link = links.read(token)
    if link is None:
        return nowhere(request)
    party = link.party()
    with translation.override(choices.language_of(party)):
        return _say(request, "customers/permission/unsubscribe.html", _context(token, link, party))


def _context(token: str, link: Link, party: Party | None) -> dict[str, Any]:
    known = party if party is not None and not Erasure.objects.filter(party=party).exists() else None
    standing = Suppression.objects.standing().filter(channel=link.channel, digest=link.digest)
    return {
        "paths": links.paths(token), "channel": channel_name(link.channel), "address": choices.address_of(known, link) if known else "",
        "done": standing.exists() or (known is not None and actions.permits(known, link.channel, link.purpose) is False),
        "known": known is not None,
    }  # fmt: skip


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request: HttpRequest, token: str) -> HttpResponseBase:
    """RFC 8058: a POST with ``List-Unsubscribe=One-Click`` ends messages to this address at once; a GET only leads to the page."""
    link = links.read(token)
    if link is None:
        return nowhere(request)
    if request.method != "POST":
        return redirect("customers:unsubscribe", token)
    name, value = ONE_CLICK
    party = link.party()
    with translation.override(choices.language_of(party)):
        if request.POST.get(name) != value:
            title, sentence = _("Nothing was changed"), _("This address expects List-Unsubscribe=One-Click.")
            return _say(request, "customers/permission/said.html", {"title": title, "sentence": sentence}, 400)
        actions.unsubscribe(link=link, source="one-click", evidence=_("Unsubscribed by the link in a message"))
        return _say(request, "customers/permission/unsubscribe.html", _context(token, link, party))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponseBase:
    """What may come by which channel, as the customer wants it."""
    link = links.read(token)
    if link is None:
        return nowhere(request)
    party = link.party()
    if party is None or party.trashed_at is not None or Erasure.objects.filter(party=party).exists():
        return redirect("customers:unsubscribe", token)
    with translation.override(choices.language_of(party)):
        return _choose(request, token, party) if request.method == "POST" else _show_choices(request, party)


def _show_choices(request: HttpRequest, party: Party, *, status: int = 200, saved: bool = False) -> HttpResponse:
    words = choices.words_to_agree_to()
    offered = choices.choices_of(party)
    mailed = any(one.channel == Channel.EMAIL for one in offered)
    context = {
        "choices": offered,
        "topics": topics.of(party) if mailed else [],
        "words": words,
        "sha256": actions.sha256(words),
        "saved": saved,
    }
    return _say(request, "customers/permission/preferences.html", context | {"status": status}, status)


def _choose(request: HttpRequest, token: str, party: Party) -> HttpResponseBase:
    """Write down what was chosen, with the words that were on the page; 409 when they are others by now."""
    words = choices.words_to_agree_to()
    if request.POST.get("words") != actions.sha256(words):
        return _show_choices(request, party, status=409)
    if (wait := lockout.take_choice(f"party {party.pk}").until) is not None:
        return _too_often(request, wait)
    agreed = actions.publish_text(key=choices.TEXT_KEY, language=translation.get_language() or "en", words=words)
    actions.choose(
        party=party, offered=choices.offered(choices.choices_of(party)), wanted=set(request.POST.getlist("channel")),
        agreed=agreed, source="preferences",
    )  # fmt: skip
    actions.choose_topics(
        party=party, offered=set(request.POST.getlist("offered")), wanted=set(request.POST.getlist("topic")), agreed=agreed,
        source="preferences",
    )  # fmt: skip
    return _show_choices(request, party, saved=True)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Double opt-in: the words to agree to and the button that says yes."""
    asked = actions.confirmation(token)
    if asked is None:
        return nowhere(request)
    with translation.override(choices.language_of(asked.party)):
        context: dict[str, Any] = {"asked": asked, "channel": channel_name(asked.channel), "refusal": ""}
        if request.method == "POST":
            try:
                actions.confirm(asked=asked)
            except UserError as error:
                return _say(request, "customers/permission/confirm.html", context | {"refusal": str(error)}, 422)
            asked.confirmed_at = asked.confirmed_at or clock.now()
        return _say(request, "customers/permission/confirm.html", context)


def nowhere(request: HttpRequest) -> HttpResponse:
    """A link that we did not make; whoever tries many waits."""
    if (wait := lockout.take_link(audit.address_of(request)).until) is not None:
        return _too_often(request, wait)
    title, sentence = _("This link leads nowhere"), _("Please open the link in the message once more, whole.")
    return _say(request, "customers/permission/said.html", {"title": title, "sentence": sentence}, 404)


def _too_often(request: HttpRequest, until: datetime) -> HttpResponse:
    moment = timezone.localtime(until).strftime("%H:%M")
    sentence = _("That was too often. Please try again after %(time)s.") % {"time": moment}
    answer = _say(request, "customers/permission/said.html", {"title": _("Please wait"), "sentence": sentence}, 429)
    answer.headers["Retry-After"] = str(max(1, int((until - clock.now()).total_seconds()) + 1))
    return answer


def _say(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer.headers["Content-Language"] = translation.get_language() or "en"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
