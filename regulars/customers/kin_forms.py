"""What the screens of relations, households and roles ask for."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import RoleKind

_DAY = {"type": "date"}
NOBODY: Final = ""


class EndForm(forms.Form):
    """On which day something ended."""

    on = forms.DateField(
        required=False, label=_("Ended on"), widget=forms.DateInput(attrs=_DAY), help_text=_("Empty: today")
    )


class ColleagueForm(forms.Form):
    """A person of the company: somebody known (``other``) or somebody new."""

    other = forms.IntegerField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        max_length=100, required=False, label=_("Who"), help_text=_("Choose somebody, or give a new name")
    )
    mobile = forms.CharField(max_length=40, required=False, label=_("Phone"))
    email = forms.CharField(max_length=254, required=False, label=_("E-mail"))
    title = forms.CharField(max_length=80, required=False, label=_("Position"))
    superior = forms.ChoiceField(required=False, label=_("Reports to"))
    valid_from = forms.DateField(
        required=False, label=_("Since"), widget=forms.DateInput(attrs=_DAY), help_text=_("Empty: today")
    )

    def __init__(self, *args: Any, superiors: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"].choices = [(NOBODY, _("Nobody")), *superiors]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Somebody is meant."""
        told: dict[str, Any] = super().clean() or {}
        if not told.get("other") and not told.get("q"):
            self.add_error("q", _("Please choose somebody, or give a name."))
        return told


class MoveForm(forms.Form):
    """To whom somebody reports from now on."""

    superior = forms.ChoiceField(required=False, label=_("Reports to"))
    on = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput(attrs=_DAY), help_text=_("Empty: today")
    )

    def __init__(self, *args: Any, superiors: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"].choices = [(NOBODY, _("Nobody")), *superiors]  # type: ignore[attr-defined]


class HouseholdForm(forms.Form):
    """A household of those selected."""

    name = forms.CharField(max_length=200, required=False, label=_("Name"), help_text=_("Empty: by the family name"))


class RoleForm(forms.Form):
    """What the party is to us from a day on."""

    role = forms.ChoiceField(choices=RoleKind.choices, label=_("Role"))
    valid_from = forms.DateField(
        required=False, label=_("Since"), widget=forms.DateInput(attrs=_DAY), help_text=_("Empty: today")
    )
