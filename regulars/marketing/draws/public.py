"""The public pages of a draw: entering, the result, what is needed to check it. No sign-in, no script."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.channels import webform
from regulars.kit.errors import UserError
from regulars.marketing.draws import entering, fair, queries
from regulars.marketing.draws.entering import Entered
from regulars.marketing.draws.forms import JoinForm
from regulars.marketing.draws.models import Draw

_SHOWN = 500


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter."""
    draw = get_object_or_404(Draw.objects.published(), slug=slug)
    with translation.override(webform.language_of(request)):
        if request.method != "POST" or not draw.is_open:
            return _say(request, draw, JoinForm(draw))
        if (wait := webform.must_wait(request)) is not None:
            return webform.too_often(request, wait)
        if webform.is_robot(request.POST):
            return _say(request, draw, None)
        form = JoinForm(draw, request.POST)
        if not form.is_valid():
            return _say(request, draw, form, status=422)
        language = translation.get_language() or "en"
        try:
            entered = entering.enter(draw=draw, told=form.cleaned_data, answers=form.answers(), language=language)
        except UserError as error:
            form.add_error(None, str(error))
            return _say(request, draw, form, status=422)
        return _say(request, draw, None, entered)


def _say(
    request: HttpRequest, draw: Draw, form: JoinForm | None, entered: Entered | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "draw": draw, "form": form, "entered": entered, "words": webform.words_to_agree_to(), "honeypot": webform.HONEYPOT,
        "others": webform.other_languages(request), "prize": draw.said("prize"), "about": draw.said("words"),
    }  # fmt: skip
    answer = render(request, "draws/join.html", context, status=status)
    answer.headers["Content-Language"] = translation.get_language() or "en"
    return answer


@login_not_required
@never_cache
@require_safe
def result(request: HttpRequest, slug: str) -> HttpResponse:
    """The promise, and when it was drawn the seed, the list and the winners by number."""
    draw = get_object_or_404(Draw.objects.published(), slug=slug)
    with translation.override(webform.language_of(request)):
        proof = queries.proof_of(draw)
        entries = proof.get("entries", [])
        context = {
            "draw": draw, "proof": proof, "entries": entries[:_SHOWN], "more": max(0, len(entries) - _SHOWN),
            "others": webform.other_languages(request), "prize": draw.said("prize"),
        }  # fmt: skip
        answer = render(request, "draws/result.html", context)
        answer.headers["Content-Language"] = translation.get_language() or "en"
        return answer


@login_not_required
@never_cache
@require_safe
def proof(_request: HttpRequest, slug: str) -> HttpResponse:
    """The same for programs."""
    return JsonResponse(queries.proof_of(get_object_or_404(Draw.objects.published(), slug=slug)))


@login_not_required
@require_safe
def checker(_request: HttpRequest) -> HttpResponse:
    """The program by which anybody can check: the very file that draws."""
    source = Path(fair.__file__).read_text(encoding="utf-8")
    answer = HttpResponse(source, content_type="text/x-python; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="check-draw.py"'
    return answer
