"""What the inbox asks for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Kind


class StrangerForm(forms.Form):
    """Who somebody is that nobody knew."""

    name = forms.CharField(max_length=200, label=_("Name"))
    kind = forms.ChoiceField(choices=Kind.choices, initial=Kind.PERSON, label=_("Kind"))


class AnswerForm(forms.Form):
    """A canned answer in both languages."""

    name = forms.CharField(max_length=80, label=_("Name"))
    text_zh = forms.CharField(
        required=False,
        max_length=10_000,
        label=_("In Chinese"),
        widget=forms.Textarea(attrs={"rows": 5, "lang": "zh-Hant"}),
    )
    text_en = forms.CharField(
        required=False, max_length=10_000, label=_("In English"), widget=forms.Textarea(attrs={"rows": 5, "lang": "en"})
    )
