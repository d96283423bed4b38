"""The page on which a content is written, with what a customer would get beside it; and what stands under every mail."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.models import Party
from regulars.customers.queries.search import likeliest
from regulars.customers.views.common import Request
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.content import actions, compiling, designs, fields, queries
from regulars.marketing.content.forms import ImprintForm, NewForm
from regulars.marketing.content.models import PARTS, Content, Imprint
from regulars.staff.rules import can, require
from regulars.web import toasts, undo

FOUND: Final = 8
_NOTHING: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""A preview shows pictures of the web, and does nothing."""
_BY_NIGHT: Final = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponseBase:
    """Begin a content from a design."""
    require(request.user, "contents.edit")
    form = NewForm(request.POST or None, initial={"design": "letter"})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            return redirect(
                actions.make_content(name=told["name"], draft=designs.draft(told["design"]), by=request.user)
            )
        except UserError as error:
            form.add_error("name", str(error))
    choices = [(key, *words) for key, words in designs.DESIGNS.items()]
    context = {"form": form, "choices": choices, "chosen": form["design"].value()}
    return render(request, "content/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Request, pk: int) -> HttpResponseBase:
    """See a content, and write it."""
    require(request.user, "contents.view")
    content = get_object_or_404(queries.contents_for(request.user).select_related("owner"), pk=pk)
    if request.method != "POST":
        return _page(request, content)
    require(request.user, "contents.edit")
    try:
        kept = _keep(request, content)
    except UserError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, _as_written(request, content), problems=[str(error)], status=status)
    if request.POST.get("then") != "publish":
        toasts.toast(request, _("The draft is kept"))
        return redirect(f"{kept.get_absolute_url()}?{_where(request)}")
    return _publish(request, kept)


def _publish(request: Request, content: Content) -> HttpResponseBase:
    try:
        edition = actions.publish(content, by=request.user)
    except UserError as error:
        return _page(request, content, problems=str(error).split("\n"), status=422)
    toasts.toast(request, _("Edition %(number)d is published; campaigns can send it") % {"number": edition.number})
    return redirect(f"{content.get_absolute_url()}?{_where(request)}")


def _keep(request: Request, content: Content) -> Content:
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
    return actions.change_content(
        content=content, name=request.POST.get("name", ""), draft=_draft(request), by=request.user, version=seen, purpose=content.purpose
    )  # fmt: skip


def _draft(request: Request) -> dict[str, dict[str, str]]:
    given = request.POST
    return {
        language: {part: given.get(f"{language}.{part}", "") for part in PARTS}
        for language in queries.LANGUAGES
        if any(f"{language}.{part}" in given for part in PARTS)
    }


def _as_written(request: Request, content: Content) -> Content:
    content.name, content.draft = request.POST.get("name", ""), _draft(request)
    return content


def _where(request: Request) -> str:
    """Language and customer of the preview, for an address."""
    return f"language={_language(request)}&party={_party_id(request)}"


def _language(request: Request) -> str:
    asked = (request.POST or request.GET).get("language", "") or get_language() or ""
    return asked if asked in queries.LANGUAGES else queries.LANGUAGES[0]


def _party_id(request: Request) -> str:
    asked = (request.POST or request.GET).get("party", "")
    return asked if asked.isascii() and asked.isdigit() and len(asked) < 19 else ""


def _party(request: Request) -> Party | None:
    """The customer who is looked at as: the one asked for, else some customer with a last order, else any."""
    seen = Party.objects.live().visible_to(request.user)
    if asked := _party_id(request):
        return seen.filter(pk=int(asked)).first()
    bought = seen.filter(summary__last_order_at__isnull=False).order_by("-summary__last_order_at", "pk").first()
    return bought or seen.order_by("pk").first()


def _page(request: Request, content: Content, *, problems: Any = (), status: int = 200) -> HttpResponse:
    edition = queries.newest_edition(content)
    language, party = _language(request), _party(request)
    context = {
        "content": content, "edition": edition, "published": queries.is_published(content, edition), "problems": problems,
        "languages": [(code, name, content.said(code)) for code, name in _names()], "language": language, "party": party,
        "may_edit": can(request.user, "contents.edit"), "groups": _groups(), "blocks": _blocks(), "own_address": request.user.email,
        "editions": content.editions.select_related("published_by").order_by("-number")[:10],
        **_said(content.said(language), language, party),
    }  # fmt: skip
    return render(request, "content/one.html", context, status=status)


def _names() -> list[tuple[str, str]]:
    return [("en", "English"), ("zh-hant", "繁體中文")]


def _groups() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """What there is to insert, by what it speaks of: the words that are put in, and their label."""
    told: list[tuple[Any, list[tuple[str, Any]]]] = [
        (label, [(f"{{{{ {one.name} }}}}", one.label) for one in fields.FIELDS.values() if one.group == group])
        for group, label in fields.GROUPS.items()
    ]
    told.append((_("Links"), [(f"{{{{ {name} }}}}", label) for name, label in fields.LINKS.items()]))
    return told


def _blocks() -> list[tuple[str, Any]]:
    return [(words, label) for label, words in designs.BLOCKS.values()]


def _said(said: dict[str, str], language: str, party: Party | None) -> dict[str, Any]:
    """What is to be said about a draft: what is wrong, and its subject and text as the customer gets them."""
    made = compiling.compiled(said, language) if any(said.values()) else compiling.Made()
    shown = queries.preview_of(made, party, language) if party is not None else None
    faults = [str(one) for one in made.problems]
    return {
        "faults": faults,
        "hints": [str(one) for one in made.hints],
        "shown": shown,
        "size": len(shown.html.encode()) if shown else 0,
    }


@require_POST
def check(request: Request, pk: int) -> HttpResponse:
    """What is to be said about what stands in the editor now."""
    require(request.user, "contents.view")
    content = get_object_or_404(queries.contents_for(request.user), pk=pk)
    language = _language(request)
    told = _said(_as_written(request, content).said(language), language, _party(request))
    return render(request, "content/said.html", {**told, "content": content, "language": language})


@require_POST
@xframe_options_sameorigin
def preview(request: Request, pk: int) -> HttpResponse:
    """What the chosen customer would get of what stands in the editor now, for a frame that can do nothing.

    With faults there is nothing to show (204): the frame that is there stays.
    """
    require(request.user, "contents.view")
    content = get_object_or_404(queries.contents_for(request.user), pk=pk)
    language, party = _language(request), _party(request)
    shown = queries.preview(_as_written(request, content), party, language) if party is not None else None
    html = shown.html if shown is not None else ""
    if request.POST.get("scheme") == "dark":
        html = _BY_NIGHT.sub("@media all", html)
    answer = HttpResponse(html, status=200 if html else 204)
    answer.headers["Content-Security-Policy"] = _NOTHING
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
def people(request: Request, pk: int) -> HttpResponse:
    """Customers by what was typed, to be looked at as."""
    require(request.user, "contents.view")
    get_object_or_404(queries.contents_for(request.user), pk=pk)
    typed = request.GET.get("who", "").strip()
    found = [party for party, _hit in likeliest(request.user, typed, FOUND)] if typed else []
    return render(request, "content/people.html", {"found": found, "typed": typed})


@require_POST
def try_out(request: Request, pk: int) -> HttpResponse:
    """Send what the chosen customer would get to oneself."""
    require(request.user, "contents.edit")
    content = get_object_or_404(queries.contents_for(request.user), pk=pk)
    party = _party(request)
    if party is None:
        raise UserError(_("There is no customer to look at it as."))
    address = request.POST.get("address", "")
    actions.try_out(
        content=_as_written(request, content),
        party=party,
        language=_language(request),
        address=address,
        by=request.user,
    )
    toasts.toast(request, _("A test is on its way to %(address)s") % {"address": address})
    return HttpResponse(status=204)


@require_POST
def remove(request: Request, pk: int) -> HttpResponseBase:
    """Take a content away."""
    require(request.user, "contents.edit")
    content = get_object_or_404(queries.contents_for(request.user), pk=pk)
    actions.remove_content(content=content, by=request.user)
    said = _("“%(name)s” is removed") % {"name": content.name}
    toasts.toast(request, said, undo=undo.offer("contents.removed", content=content.pk))
    return redirect(reverse("web:list-contents"))


@require_http_methods(["GET", "HEAD", "POST"])
def imprint(request: Request) -> HttpResponseBase:
    """What stands under every mail."""
    require(request.user, "settings.manage")
    form = ImprintForm(request.POST or None, imprint=Imprint.objects.first() or Imprint())
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_imprint(**form.wanted(), by=request.user, request=request)
        except UserError as error:
            form.add_error("product_page", str(error))
        else:
            toasts.toast(request, _("Saved"))
            return redirect("content:imprint")
    return render(request, "content/imprint.html", {"form": form}, status=422 if form.errors else 200)
