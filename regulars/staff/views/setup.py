"""Setting up an empty system."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.errors import UserError
from regulars.staff import entering
from regulars.staff import setup as setup_code
from regulars.staff.actions import create_user
from regulars.staff.forms import SetupForm
from regulars.staff.models import Role, User


@login_not_required
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the owner of an empty system and sign them in; once there is a user this page leads to the sign-in."""
    if setup_code.somebody_is_here():
        return redirect("staff:sign_in")
    form = SetupForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and form.is_valid() and (owner := _make_owner(form)):
        entering.enter(request, owner)
        return redirect("/")
    return render(request, "staff/setup.html", {"form": form, "known": setup_code.opens(request.GET.get("code", ""))})


def _make_owner(form: SetupForm) -> User | None:
    given = form.cleaned_data
    if not setup_code.opens(given["code"]):
        form.add_error("code", _("This is not the code that was shown when Regulars was started."))
        return None
    try:
        with transaction.atomic():
            return create_user(
                username=given["username"],
                name=given["name"],
                role=Role.OWNER,
                password=given["password"],
                language=translation.get_language() or "",
            )
    except UserError as error:
        form.add_error("password" if "username" in form.errors else None, str(error))
        return None
