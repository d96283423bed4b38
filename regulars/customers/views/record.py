"""Making, trashing and restoring a customer; taking one change back."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.customers import actions
from regulars.customers.forms import NewPartyForm
from regulars.customers.models import Kind, Revision
from regulars.customers.views.common import Request, changed, party_for, refuse
from regulars.kit.errors import UserError
from regulars.staff.rules import require
from regulars.web import undo
from regulars.web.toasts import toast


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Make a customer by hand."""
    require(request.user, "customers.edit")
    kind = request.GET.get("kind", "")
    initial = {"kind": kind if kind in Kind.values else Kind.PERSON, "owner": request.user, "team": request.user.team}
    initial |= {name: request.GET[name][:254] for name in ("mobile", "email") if request.GET.get(name)}
    form = NewPartyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            party = actions.create_party(by=request.user, **form.facts())
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("%(name)s is in the book") % {"name": party.name})
            return redirect(party.get_absolute_url())
    return render(request, "customers/new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def trash(request: Request, pk: int) -> HttpResponse:
    """Move a customer to the trash."""
    party = party_for(request, pk, "customers.trash")
    batch = actions.trash_parties(party_ids=[party.pk], by=request.user)
    toast(
        request,
        _("%(name)s is in the trash") % {"name": party.name},
        undo=undo.offer("customers.batch", batch=batch.pk),
    )
    answer = HttpResponse(status=204)
    answer.headers["HX-Redirect"] = party.get_absolute_url()
    return answer


@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    """Take a customer out of the trash."""
    party = party_for(request, pk, "customers.trash", trashed=True)
    actions.restore_parties(party_ids=[party.pk], by=request.user)
    toast(request, _("%(name)s is back") % {"name": party.name})
    answer = HttpResponse(status=204)
    answer.headers["HX-Redirect"] = party.get_absolute_url()
    return answer


@require_POST
def undo_change(request: Request, pk: int, revision: int) -> HttpResponse:
    """Give the fields of one revision the values they had before."""
    party = party_for(request, pk, "customers.edit")
    found = Revision.objects.filter(pk=revision, party_id=party.pk).first()
    if found is None:
        raise Http404
    if actions.undo_revision(revision=found, by=request.user):
        toast(request, _("The record is as before that change"))
    else:
        toast(request, _("Somebody changed this since, so it was left as it is."), tone="wrong")
    return changed(party)
