"""The report of an experiment, what all of marketing earns, and a file that was measured elsewhere."""

from __future__ import annotations

import re
from io import TextIOWrapper
from pathlib import PurePath
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.views.common import Request
from regulars.kit.errors import UserError
from regulars.marketing.effect import actions, importing, queries, sentences
from regulars.marketing.effect.models import Layer
from regulars.staff.rules import can, require
from regulars.web import format as show
from regulars.web.toasts import toast

MOST_BYTES: Final = 50_000_000
MOST_UNPACKED: Final = 200_000_000
YEAR: Final = 365
BUCKETS_A_PERCENT: Final = 100
_ALONE: Final = re.compile(r"control|hold|held|none|^no\b|對照|保留", re.IGNORECASE)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """One experiment: what it did."""
    require(request.user, "effect.view")
    experiment = get_object_or_404(queries.experiments_for(request.user), pk=pk)
    report = queries.report(experiment)
    return render(request, "effect/page.html", {"report": report, "name": sentences.name_of(report)})


@require_http_methods(["GET", "POST"])
def marketing(request: Request) -> HttpResponse:
    """What all of marketing earns, and whom it leaves out."""
    require(request.user, "effect.view")
    if request.method == "GET":
        return _marketing(request)
    require(request.user, "effect.edit")
    try:
        actions.set_hold_out(share=_buckets(request.POST.get("share", "")), by=request.user)
    except UserError as error:
        return _marketing(request, problem=str(error))
    toast(request, _("Set; the next campaign draws anew"))
    return redirect("effect:marketing")


def _buckets(percent: str) -> int:
    try:
        share = float(percent)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 50:
        raise UserError(_("Please give a share from 0 to 50 percent."))
    return round(share * BUCKETS_A_PERCENT)


def _marketing(request: Request, *, problem: str = "") -> HttpResponse:
    share = queries.hold_out_share()
    above = queries.experiments_for(request.user).filter(layer=Layer.EVERYTHING).order_by("-pk")
    running = above.filter(ended_at=None, began_at__isnull=False).first()
    measure = "margin" if queries.costs_are_known() else "revenue"
    context = {
        "report": queries.report(running) if running else None, "share": share, "percent": f"{share / BUCKETS_A_PERCENT:g}",
        "said": _said(share), "power": queries.power(measure, None, share or queries.USUAL_SHARE, YEAR),
        "earlier": above.filter(ended_at__isnull=False, began_at__isnull=False), "may_edit": can(request.user, "effect.edit"), "problem": problem,
    }  # fmt: skip
    return render(request, "effect/marketing.html", context, status=422 if problem else 200)


def _said(share: int) -> str:
    if not share:
        usual = show.show_percent(queries.USUAL_SHARE / 10_000)
        return _("Nobody is left out of all marketing. With %(share)s left out for a year:") % {"share": usual}
    return _("%(share)s of customers get no marketing at all, for a year at most.") % {
        "share": show.show_percent(share / 10_000, 1)
    }


@require_http_methods(["GET", "POST"])
def elsewhere(request: Request) -> HttpResponse:
    """Measure a file: its sums are kept, its lines are not."""
    require(request.user, "effect.edit")
    if request.method == "GET":
        return render(request, "effect/elsewhere.html", {})
    given = request.POST
    chosen = importing.Chosen(
        arm=given.get("arm", ""), control=given.get("control", ""), outcomes=given.getlist("outcome"),
        before=given.get("before", ""), currency=given.get("currency", "").strip().upper() or settings.CURRENCY,
    )  # fmt: skip
    try:
        made = importing.measure_file(_text(request), name=given.get("name", ""), chosen=chosen, by=request.user)
    except UserError as error:
        return render(request, "effect/elsewhere.html", {"problem": str(error)}, status=422)
    toast(request, _("“%(name)s” is measured") % {"name": made.name})
    return redirect(made)


@require_POST
def look(request: Request) -> HttpResponse:
    """What the columns of a chosen file may be."""
    require(request.user, "effect.edit")
    try:
        seen = importing.look(_text(request))
    except UserError as error:
        return render(request, "effect/mapping.html", {"problem": str(error)})
    name = PurePath(str(request.FILES["file"])).stem
    context = {"seen": seen, "name": name, "chosen": guessed(seen)}
    return render(request, "effect/mapping.html", context)


def guessed(seen: importing.Look) -> dict[str, Any]:
    """A mapping to begin with: the first column of words as group, whatever is a yes or no as what was measured."""
    group = next(iter(seen.groups), None)
    outcomes = [one.name for one in seen.measured if one.kind == "rate" and one is not group]
    alone = [value for value in (group.values if group else ()) if _ALONE.search(value)]
    return {
        "arm": group.name if group else "",
        "control": alone[0] if alone else "",
        "outcomes": outcomes,
        "before": "",
        "currency": settings.CURRENCY,
    }


def _text(request: Request) -> TextIOWrapper:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or file.file is None:
        raise UserError(_("Please choose a file."))
    if (file.size or 0) > MOST_BYTES:
        raise UserError(_("The file is too large: “regulars effect import” measures it on the command line."))
    return importing.opened(file.file, most=MOST_UNPACKED)
