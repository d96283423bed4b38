"""Users, teams and territories, as an administrator sees and changes them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.errors import UserError
from regulars.staff import actions, lockout
from regulars.staff.confirm import recently_confirmed
from regulars.staff.forms import NewUserForm, TeamForm, TerritoryForm, UserForm
from regulars.staff.models import LinkPurpose, Territory, User
from regulars.staff.queries import sessions_of, teams
from regulars.staff.rules import require
from regulars.web import toasts

MANAGE = "staff.manage"


def administrator(request: HttpRequest) -> User:
    """Who asks; nobody else passes."""
    require(request.user, MANAGE)
    assert isinstance(request.user, User)
    return request.user


@never_cache
@require_GET
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One user: who they are here, how they get in, where they are signed in."""
    administrator(request)
    return _show_user(request, get_object_or_404(User.objects.select_related("team", "territory"), pk=pk))


def _show_user(
    request: HttpRequest, one: User, form: UserForm | None = None, link: str = "", status: int = 200
) -> HttpResponse:
    facts = {"name": one.name, "email": one.email, "role": one.role, "team": one.team, "territory": one.territory}
    context = {
        "one": one, "form": form or UserForm(initial=facts), "link": link, "sessions": sessions_of(one),
        "factors": list(one.factors.all()), "locked": bool(lockout.locked_names([one.username])),
        "oneself": one.pk == request.user.pk, "open_link": one.password_links.filter(used_at=None).first(),
        "waits_for_password": not one.has_usable_password() and not one.identities.exists(),
    }  # fmt: skip
    return render(request, "staff/user.html", context, status=status)


@require_POST
@recently_confirmed
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change who they are here."""
    by, one = administrator(request), get_object_or_404(User, pk=pk)
    form = UserForm(request.POST)
    if not form.is_valid():
        return _show_user(request, one, form, status=422)
    actions.change_user(user=one, changes=form.cleaned_data, by=by, request=request)
    toasts.toast(request, _("Saved"))
    return redirect("staff:user", pk)


@never_cache
@require_http_methods(["GET", "POST"])
@recently_confirmed
def invite(request: HttpRequest) -> HttpResponseBase:
    """Make a user and show, once, the link by which they choose their password."""
    by = administrator(request)
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.invite_user(by=by, request=request, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return _link_page(request, made, LinkPurpose.INVITE, by)
    return render(request, "staff/invite.html", {"form": form})


def _link_page(request: HttpRequest, one: User, purpose: LinkPurpose, by: User) -> HttpResponse:
    token = actions.make_link(user=one, purpose=purpose, by=by, request=request)
    return _show_user(request, one, link=request.build_absolute_uri(reverse("staff:welcome", args=[token])))


@never_cache
@require_POST
@recently_confirmed
def link(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A new one-time link: for whoever forgot the password, or lost the invitation."""
    by, one = administrator(request), get_object_or_404(User, pk=pk, is_active=True)
    purpose = LinkPurpose.RESET if one.has_usable_password() else LinkPurpose.INVITE
    return _link_page(request, one, purpose, by)


@require_POST
@recently_confirmed
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """Close, open, unlock, sign out everywhere, or reset the second factors of a user."""
    by, one = administrator(request), get_object_or_404(User, pk=pk)
    match verb:
        case "deactivate":
            actions.deactivate_user(user=one, by=by, request=request)
            said = _("%(name)s is signed out everywhere and cannot come back in.") % {"name": one.name}
        case "activate":
            actions.activate_user(user=one, by=by, request=request)
            said = _("%(name)s may sign in again.") % {"name": one.name}
        case "unlock":
            actions.unlock_user(user=one, by=by, request=request)
            said = _("%(name)s may try again at once.") % {"name": one.name}
        case "sign-out":
            ended = actions.end_sessions_of(user=one, by=by, request=request)
            said = ngettext("%(n)s session ended", "%(n)s sessions ended", ended) % {"n": ended}
        case "reset-factors":
            actions.drop_factors_of(user=one, by=by, request=request)
            said = _("The second factors are gone; %(name)s signs in by password and adds new ones.") % {
                "name": one.name
            }
        case _:
            raise UserError(_("There is no such act."))
    toasts.toast(request, said)
    return redirect("staff:user", pk)


@require_http_methods(["GET", "POST"])
def team_page(request: HttpRequest) -> HttpResponse:
    """Teams and territories; a form adds one of either."""
    by = administrator(request)
    kind = request.POST.get("kind", "")
    team_form = TeamForm(request.POST if kind == "team" else None, prefix="team")
    territory_form = TerritoryForm(request.POST if kind == "territory" else None, prefix="territory")
    try:
        if kind == "team" and team_form.is_valid():
            actions.create_team(by=by, request=request, **team_form.cleaned_data)
            return redirect("staff:teams")
        if kind == "territory" and territory_form.is_valid():
            actions.create_territory(by=by, request=request, **territory_form.cleaned_data)
            return redirect("staff:teams")
    except UserError as error:
        (team_form if kind == "team" else territory_form).add_error("name", str(error))
    territories = [(one, one.path.count("/") - 2) for one in Territory.objects.all()]
    context = {"teams": teams(), "territories": territories, "team_form": team_form, "territory_form": territory_form}
    return render(request, "staff/teams.html", context)
