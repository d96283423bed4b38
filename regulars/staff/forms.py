"""Forms about people who sign in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SetupForm(forms.Form):
    """Who owns this system."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("It stands in the window where Regulars was started.")
    )
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    username = forms.CharField(
        label=_("Sign-in name"), max_length=150, widget=forms.TextInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("Ten characters or more."),
    )
