"""The editor of a segment, with whom it finds as one types, and the page of one."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.models import Party
from regulars.customers.views.common import Request
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.marketing.segments import actions, definition, editing, queries
from regulars.marketing.segments.models import Segment
from regulars.staff.rules import can, require
from regulars.web import format as show
from regulars.web import resources, undo
from regulars.web.listing import state
from regulars.web.toasts import toast

SAMPLE: Final = 8
SHOWN: Final = 50


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Make a segment."""
    require(request.user, "segments.edit")
    if request.method == "GET":
        return _form(request, _begun(request))
    return _save(request, None)


def _begun(request: Request) -> editing.Draft:
    """An empty draft, or what a list of customers was narrowed to: its query is the page's."""
    narrowed = state.read(resources.get("customers"), request.GET, request.user)
    begun, left_out = editing.of_list(narrowed.narrowings, request.user)
    if narrowed.text:
        left_out.append(_("Search"))
    if left_out:
        names = pgettext("list", ", ").join(left_out)
        toast(request, _("Left out, for a segment cannot follow it: %(names)s") % {"names": names}, tone="wrong")
    return begun if begun.lines else begun.longer(editing.MAIN)


@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    """Change a segment."""
    require(request.user, "segments.edit")
    segment = get_object_or_404(queries.segments_for(request.user), pk=pk)
    if request.method == "GET":
        try:
            return _form(request, editing.of_rule(segment.rule), segment)
        except UserError as error:
            toast(request, str(error), tone="wrong")
            return redirect(segment)
    return _save(request, segment)


def _save(request: Request, segment: Segment | None) -> HttpResponse:
    given, draft = request.POST, editing.read(request.POST)
    facts: dict[str, Any] = {
        "name": given.get("name", ""),
        "note": given.get("note", ""),
        "rule": draft.rule(),
        "by": request.user,
    }
    version = given.get("version", "")
    try:
        if segment is None:
            made = actions.make_segment(**facts)
        else:
            seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
            made = actions.change_segment(segment=segment, version=seen, **facts)
    except UserError as error:
        return _form(request, draft, segment, problem=str(error))
    toast(request, _("“%(name)s” is kept; its customers are being worked out") % {"name": made.name})
    return redirect(made)


def _form(request: Request, draft: editing.Draft, segment: Segment | None = None, *, problem: str = "") -> HttpResponse:
    given = request.POST if problem else {}
    context = {
        "segment": segment, "problem": problem,
        "name": given.get("name", segment.name if segment else ""), "note": given.get("note", segment.note if segment else ""),
        **_lines(draft, request), **_live(draft, request),
    }  # fmt: skip
    return render(request, "segments/form.html", context, status=422 if problem else 200)


@require_POST
def draft(request: Request) -> HttpResponse:
    """The editor after a line was added, taken away or asks something else; and whom the rule finds now."""
    require(request.user, "segments.edit")
    given, held = request.POST, editing.read(request.POST)
    if given.get("part") != "lines":
        return render(request, "segments/live.html", _live(held, request))
    if (group := given.get("add", "")) in {editing.MAIN, editing.EXCEPT}:
        held = held.longer(group)
    if (number := given.get("drop", "")) and number.isascii() and number.isdigit():
        held = held.without(int(number))
    number, _dot, asked = request.headers.get("HX-Trigger-Name", "").partition(".")
    if asked == "is" and number.isascii() and number.isdigit():
        held = held.afresh(int(number))
    return render(request, "segments/lines_and_live.html", {**_lines(held, request), **_live(held, request)})


def _lines(held: editing.Draft, request: Request) -> dict[str, Any]:
    def shown(group: str) -> list[Any]:
        return [(line, line.blanks(request.user)) for line in held.of(group)]

    return {
        "match": held.match,
        "groups": [(editing.MAIN, shown(editing.MAIN)), (editing.EXCEPT, shown(editing.EXCEPT))],
        "offered": editing.offered(),
    }


def _live(held: editing.Draft, request: Request) -> dict[str, Any]:
    """How many customers a draft finds and a few of them, the best first; or what is still missing."""
    try:
        rule = definition.check(held.rule(), request.user)
    except UserError as error:
        return {"missing": str(error)}
    found = queries.matching_now(rule, request.user)
    sample = found.select_related("summary").order_by("-summary__revenue_12m", "pk")[:SAMPLE]
    count = found.order_by().count()
    return {
        "found": count,
        "shown": show.show_number(count),
        "sample": sample,
        "said": definition.said(rule, request.user),
    }


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """One segment: its rule, who is in it or was on a day, who entered and left last and why."""
    require(request.user, "segments.view")
    segment = get_object_or_404(queries.segments_for(request.user).select_related("owner"), pk=pk)
    context = {
        "segment": segment,
        "said": definition.said(segment.rule, request.user),
        "entries": [(one, queries.because(one.cause)) for one in queries.entries_of(segment, request.user)],
        "leavings": [(one, queries.because(one.left_cause)) for one in queries.leavings_of(segment, request.user)],
        "open_url": f"{reverse('web:list-customers')}?segment={segment.pk}",
        "shown": show.show_number(segment.seen),
        "may_edit": can(request.user, "segments.edit"),
        "may_tell": can(request.user, "campaigns.edit"),
        **_on_day(segment, request),
    }
    return render(request, "segments/page.html", context)


def _on_day(segment: Segment, request: Request) -> dict[str, Any]:
    """Who was in it at the end of the day asked for; nothing where none is."""
    today, day = show.local_day(clock.now()), queries.day_of(request.GET.get("on", ""))
    if day is None:
        return {"day": None, "today": today}
    at = queries.end_of(day)
    were = queries.members(segment, at).filter(pk__in=Party.objects.visible_to(request.user).values("pk"))
    count = were.order_by().count()
    people = list(were.order_by("fold", "pk")[: SHOWN + 1])
    return {
        "day": day, "today": today, "were": count, "were_shown": show.show_number(count), "people": people[:SHOWN], "more": len(people) > SHOWN,
        "before_it_was": at < segment.created_at, "were_url": f"{reverse('web:list-customers')}?was_in={segment.pk}@{day.isoformat()}",
    }  # fmt: skip


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Take a segment away."""
    require(request.user, "segments.edit")
    segment = get_object_or_404(queries.segments_for(request.user), pk=pk)
    actions.remove_segment(segment=segment, by=request.user)
    said = _("“%(name)s” is removed") % {"name": segment.name}
    toast(request, said, undo=undo.offer("segments.removed", segment=segment.pk))
    return redirect("web:list-segments")
