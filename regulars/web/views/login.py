"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from regulars.web import throttle


class SignInForm(AuthenticationForm):
    """Name and password; one sentence for either being wrong, so that names cannot be probed."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together. Capital letters count in the password."),
        "wait": _(
            "Too many wrong tries. Please wait a quarter of an hour, or ask an administrator for a new password."
        ),
        "inactive": _("This account is closed. An administrator can open it again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.update({"autocomplete": "username", "autocapitalize": "none"})

    def clean(self) -> dict[str, Any]:
        """Check the pair, unless the name has been tried too often."""
        request, username = self.request, str(self.cleaned_data.get("username", ""))
        if request is None:
            return super().clean()
        if throttle.must_wait(request, username):
            raise ValidationError(self.error_messages["wait"], code="wait")
        try:
            cleaned = super().clean()
        except ValidationError:
            throttle.count_failure(request, username)
            raise
        throttle.forget(request, username)
        return cleaned


class SignIn(LoginView):
    """The way in."""

    template_name = "web/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out."""
    logout(request)
    return redirect("web:login")
