"""Forms about personal data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import ContactPointKind, Stage
from regulars.customers.privacy import keeping


class EraseForm(forms.Form):
    """The second step of an erasure: the name, typed."""

    name = forms.CharField(
        label=_("Type the name to confirm"), max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )
    reason = forms.CharField(label=_("Why, without personal words"), max_length=255, required=False)


class RuleForm(forms.Form):
    """A rule of retention."""

    act = forms.ChoiceField(label=_("What happens"), choices=keeping.acts)
    days = forms.IntegerField(
        label=_("After so many days"), min_value=1, max_value=36_500, required=False,
        help_text=_("Empty: the usual time for it, which the list then shows."),
    )  # fmt: skip
    stages = forms.MultipleChoiceField(
        label=_("Only in these stages"), choices=Stage.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        """The usual days where none are given."""
        told = super().clean() or self.cleaned_data
        if "days" in told and "act" in told:
            told["days"] = told["days"] or keeping.usual_days(told["act"])
        return told


class AllowForm(forms.Form):
    """An address that an erased person gave again."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(one.value, one.label) for one in ContactPointKind if one.value != "web"]
    )
    value = forms.CharField(
        label=_("E-mail address, number or name there"), max_length=254, widget=forms.TextInput({"autocomplete": "off"})
    )
