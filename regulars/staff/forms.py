"""Forms about people who sign in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import money
from regulars.staff.models import Role, Team, Territory

_NEW_PASSWORD_HELP = _("Ten characters or more.")


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
        help_text=_NEW_PASSWORD_HELP,
    )


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "username webauthn", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A code of an app, or a recovery code."""

    code = forms.CharField(
        label=pgettext_lazy("second step", "Code"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}),
        help_text=_("The six digits that your app shows now, or one of your recovery codes."),
    )


class AppCodeForm(forms.Form):
    """The first code of a new app."""

    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=10,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ConfirmForm(forms.Form):
    """The password once more."""

    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A password of one's own choice."""

    password = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_NEW_PASSWORD_HELP,
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, and the next one."""

    old = forms.CharField(
        label=_("Present password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    field_order = ("old", "password")


class UserForm(forms.Form):
    """Who somebody is here."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, empty_label=_("None"))
    territory = forms.ModelChoiceField(
        Territory.objects.none(), label=_("Territory"), required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, rows in (("team", Team.objects.all()), ("territory", Territory.objects.all())):
            choice = self.fields[key]
            assert isinstance(choice, forms.ModelChoiceField)
            choice.queryset = rows


class NewUserForm(UserForm):
    """Somebody new."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.SELLER)
    field_order = ("name", "username", "email", "role", "team", "territory")


def _cost(**words: Any) -> forms.DecimalField:
    return forms.DecimalField(required=False, min_value=Decimal(0), max_value=Decimal(10**7), decimal_places=2, **words)


class CompanyForm(forms.Form):
    """What the company calls itself, and what it costs to serve a customer, in units of its currency, e.g. NT$."""

    name = forms.CharField(
        label=_("Name of the company"),
        max_length=80,
        required=False,
        help_text=_("Stands at the top left, in the title of every page, at the sign-in and in authenticator apps."),
    )
    cost_per_order = _cost(
        label=_("Cost of an order"),
        help_text=_("Picking, packing, freight, payment: what an order costs besides the goods. Empty: not known"),
    )
    cost_per_contact = _cost(
        label=_("Cost of a contact"),
        help_text=_("A call, a visit, a message answered: time and fees on average. Empty: not known"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("cost_per_order", "cost_per_contact"):
            field = self.fields[name]
            field.label = _("%(label)s, %(currency)s") % {"label": field.label, "currency": settings.CURRENCY}

    def costs(self) -> dict[str, int | None]:
        """``per_order`` and ``per_contact`` in minor units."""
        told = {name: self.cleaned_data[f"cost_{name}"] for name in ("per_order", "per_contact")}
        return {name: None if one is None else money.to_minor(one, settings.CURRENCY) for name, one in told.items()}


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label=_("Name of the team"), max_length=120)
    territory = forms.ModelChoiceField(
        Territory.objects.all(), label=_("Territory"), required=False, empty_label=_("None")
    )


class TerritoryForm(forms.Form):
    """A new territory."""

    name = forms.CharField(label=_("Name of the territory"), max_length=120)
    parent = forms.ModelChoiceField(Territory.objects.all(), label=_("Part of"), required=False, empty_label=_("None"))
