"""What each role sees and may do, and the changes of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.errors import UserError
from regulars.staff import actions
from regulars.staff.confirm import recently_confirmed
from regulars.staff.models import Role, User
from regulars.staff.queries import rights_table, roles, standard_rights
from regulars.staff.rules import Reach
from regulars.staff.views.people import administrator
from regulars.staff.words import CAPABILITY_WORDS, REACH_WORDS
from regulars.web import toasts, undo


@never_cache
@require_GET
def role_table(request: HttpRequest) -> HttpResponse:
    """What each role may do and how far it sees."""
    return render(request, "staff/roles.html", _table(request, administrator(request)))


def _table(request: HttpRequest, reader: User) -> dict[str, Any]:
    lines = roles()
    changeable = [line.role for line in lines if line.role not in {Role.OWNER, reader.role}]
    asked = request.GET.get("role", "")
    return {
        "lines": lines, "groups": rights_table(lines, reader), "differing": sum(len(line.rights) for line in lines),
        "chosen": asked if asked in Role.values else changeable[0], "reader": reader,
        "reaches": [(one.value, REACH_WORDS[one]) for one in Reach],
    }  # fmt: skip


@require_POST
@recently_confirmed
def set_reach(request: HttpRequest) -> HttpResponseBase:
    """Let a role see further or less far."""
    by, role = administrator(request), request.POST.get("role", "")
    before = actions.set_reach(role=role, reach=request.POST.get("reach", ""), by=by, request=request)
    said = _("Saved: it holds from the next click of everybody in that role.")
    toasts.toast(request, said, undo=undo.offer("staff.reach", role=role, reach=before))
    return redirect("staff:roles")


@require_POST
@recently_confirmed
def set_rights(request: HttpRequest) -> HttpResponseBase:
    """Give a role a right or take it (``set``: role, capability and 1 or 0), or go back to the standard."""
    by = administrator(request)
    if "standard" in request.POST:
        wanted, said = standard_rights(roles(), by), _("Every role may do what it may by the standard again.")
    else:
        role, capability, may = _parsed(request.POST.get("set", ""))
        wanted, said = {role: {capability: may}}, _said(role, capability, may=may)
    if before := actions.set_rights(rights=wanted, by=by, request=request):
        toasts.toast(request, said, undo=undo.offer("staff.rights", rights=before))
    if request.headers.get("HX-Request"):
        return render(request, "staff/rights.html", _table(request, by))
    return redirect(f"{reverse('staff:roles')}?{request.GET.urlencode()}")


def _parsed(told: str) -> tuple[str, str, bool]:
    parts = told.split()
    if len(parts) != 3 or parts[2] not in {"0", "1"} or parts[0] not in Role.values or parts[1] not in CAPABILITY_WORDS:
        raise UserError(_("There is no such role or right."))
    return parts[0], parts[1], parts[2] == "1"


def _said(role: str, capability: str, *, may: bool) -> str:
    words = _("Allowed for %(role)s: %(what)s") if may else _("No longer allowed for %(role)s: %(what)s")
    return words % {"role": Role(role).label, "what": CAPABILITY_WORDS[capability]}
