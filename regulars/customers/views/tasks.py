"""Tasks, promises and "not now"."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.customers import actions
from regulars.customers.forms import OutcomeForm, SnoozeForm
from regulars.customers.models import Party, Task
from regulars.customers.queries.seen import of_live, of_seen
from regulars.customers.views.common import Request, ask, changed, party_for, refuse
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.rules import require
from regulars.web import format as show
from regulars.web import undo
from regulars.web.toasts import toast


def _task(request: Request, pk: int) -> Task:
    require(request.user, "customers.log")
    task = of_seen(of_live(Task.objects.filter(pk=pk)), request.user).select_related("party").first()
    if task is None:
        raise Http404
    return task


@require_http_methods(["GET", "POST"])
def done(request: Request, pk: int) -> HttpResponse:
    """Mark a task done; the dialog asks for the outcome first where it is asked for."""
    task = _task(request, pk)
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.complete_task(task=task, by=request.user, outcome=form.cleaned_data["outcome"])
        toast(request, _("Done: %(what)s") % {"what": task.title}, undo=undo.offer("customers.task_done", task=task.pk))
        return changed(task.party)
    context = {"form": form, "party": task.party, "title": task.title, "url": request.path, "verb": _("Done")}
    return ask(request, "customers/ask.html", context)


@require_http_methods(["GET", "POST"])
def snooze(request: Request, pk: int) -> HttpResponse:
    """Keep the customer off Today until a day."""
    party = party_for(request, pk, "customers.log")
    today = timezone.localdate(clock.now())
    form = SnoozeForm(request.POST or None, initial={"until": (today + timedelta(days=14)).isoformat()})
    if request.method == "POST" and form.is_valid():
        until = timezone.make_aware(datetime.combine(form.cleaned_data["until"], time()))
        try:
            entry = actions.snooze(party=party, until=until, by=request.user, reason=form.cleaned_data["reason"])
        except UserError as error:
            refuse(form, error)
        else:
            words = _("%(name)s: not now, until %(day)s") % {"name": party.name, "day": show.show_date(until)}
            toast(request, words, undo=undo.offer("channels.logged", snooze=entry.pk))
            return _left(request, party)
    context = {"form": form, "party": party, "title": _("Not now until …"), "url": request.path, "verb": _("Put off")}
    return ask(request, "customers/snooze.html", context | {"quick": quick_days()}, refused=bool(form.errors))


def quick_days() -> list[tuple[str, str]]:
    """Days people put something off to: ISO date and word."""
    today = timezone.localdate(clock.now())
    monday = today + timedelta(days=7 - today.weekday())
    return [
        ((today + timedelta(days=1)).isoformat(), _("Tomorrow")),
        (monday.isoformat(), _("Next week")),
        ((today + timedelta(days=30)).isoformat(), _("In a month")),
    ]


def _left(request: Request, party: Party) -> HttpResponse:
    if request.GET.get("place") == "today" or request.POST.get("place") == "today":
        answer = HttpResponse("")
        answer.headers["HX-Retarget"] = f"#need-{party.pk}"
        answer.headers["HX-Reswap"] = "delete"
        return changed(party, answer)
    return changed(party)


@require_POST
def wake(request: Request, pk: int) -> HttpResponse:
    """Bring a customer who was put off back to Today."""
    party = party_for(request, pk, "customers.log")
    now = clock.now()
    party.snoozes.filter(until__gt=now).update(until=now)
    toast(request, _("%(name)s is back on Today") % {"name": party.name})
    return changed(party)
