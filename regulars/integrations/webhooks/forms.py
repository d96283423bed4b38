"""The form of a new webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class WebhookForm(forms.Form):
    """Where to tell what."""

    url = forms.CharField(
        label=_("Web address"), max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://example.com/hook"})
    )
    kinds = forms.CharField(
        label=_("What is told"), initial="commerce.* channels.*", max_length=1_000,
        help_text=_("Kinds of timeline entry, separated by spaces; * stands for a part, alone for everything."),
    )  # fmt: skip
    details = forms.BooleanField(label=_("With personal details: subject, text, further facts"), required=False)

    def facts(self) -> dict[str, Any]:
        """What ``subscribe`` takes."""
        given = self.cleaned_data
        return {
            "url": given["url"].strip(), "kinds": given["kinds"].replace(",", " ").split(), "details": given["details"]
        }  # fmt: skip
