"""The form of a new token."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulars.integrations.api.scopes import SCOPES
from regulars.staff.models import User
from regulars.staff.rules import can


class TokenForm(forms.Form):
    """What a token is for, how far it reaches and until when."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    user = forms.ModelChoiceField(User.objects.none(), label=_("Acts as"), empty_label=None)
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=[(key, f"{key}") for key in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    ends_on = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The end of that day; for ever when left empty."),
    )  # fmt: skip
    networks = forms.CharField(
        label=_("Only from these networks"), required=False, max_length=500,
        help_text=_("Separated by spaces, e.g. 203.0.113.0/24; from anywhere when left empty."),
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = User.objects.filter(is_active=True)
        people: Any = self.fields["user"]
        people.queryset = active if can(user, "staff.manage") else active.filter(pk=user.pk)
        people.initial = user.pk
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(key, f"{words} ({key})") for key, words in SCOPES.items()]

    def facts(self) -> dict[str, Any]:
        """What ``create_token`` takes."""
        given = self.cleaned_data
        day = given["ends_on"]
        ends = timezone.make_aware(datetime.combine(day, time()) + timedelta(days=1)) if day else None
        networks = given["networks"].replace(",", " ").split()
        return {
            "user": given["user"],
            "name": given["name"],
            "scopes": given["scopes"],
            "expires_at": ends,
            "networks": networks,
        }
