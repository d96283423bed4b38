"""The company's rules of contact as a form: when it is silent, how much it says at most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from regulars.customers.choices import MARKETING_CHANNELS
from regulars.customers.permission.actions import LONGEST_WORDS
from regulars.customers.permission.caps import Cap
from regulars.customers.permission.choices import words_to_agree_to
from regulars.customers.permission.pressure import MOST_DAYS, MOST_MESSAGES
from regulars.customers.permission.queries import Rules

TOGETHER = "together"
_LINES = [
    (TOGETHER, _("All channels together")), *((one.value, one.label) for one in MARKETING_CHANNELS)
]  # fmt: skip


class ContactRulesForm(forms.Form):
    """Quiet hours, and per channel at most so many messages in so many days."""

    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(label=_("Quiet until"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in _LINES:
            self.fields[f"most_{key}"] = forms.IntegerField(
                label=label, required=False, min_value=1, max_value=MOST_MESSAGES
            )
            self.fields[f"days_{key}"] = forms.IntegerField(
                label=_("in days"), required=False, min_value=1, max_value=MOST_DAYS
            )

    def lines(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """A line per limit: whose, how many messages, in how many days."""
        for key, label in _LINES:
            yield str(label), self[f"most_{key}"], self[f"days_{key}"]

    def clean(self) -> dict[str, Any]:
        """A limit is both numbers or neither."""
        told: dict[str, Any] = super().clean() or {}
        for key, _label in _LINES:
            most, days = told.get(f"most_{key}"), told.get(f"days_{key}")
            if (most is None) != (days is None) and not {f"most_{key}", f"days_{key}"} & set(self.errors):
                name = "most" if most is None else "days"
                self.add_error(f"{name}_{key}", _("A limit needs both numbers; leave both empty for none."))
        return told

    def rules(self) -> dict[str, Any]:
        """As ``pressure.set_rules`` takes them."""
        told = self.cleaned_data
        caps = [
            Cap("" if key == TOGETHER else key, told[f"most_{key}"], told[f"days_{key}"])
            for key, _label in _LINES
            if told[f"most_{key}"] is not None
        ]
        return {"quiet_from": _minute(told["quiet_from"]), "quiet_until": _minute(told["quiet_until"]), "caps": caps}


class WordsForm(forms.Form):
    """What customers agree to, in each language; what stands there now is the company's own words, or else ours."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.held = {code: _words_in(code) for code, _name in settings.LANGUAGES}
        for code, name in settings.LANGUAGES:
            self.fields[code] = forms.CharField(
                label=name, max_length=LONGEST_WORDS, initial=self.held[code], widget=forms.Textarea({"rows": 4, "lang": code})
            )  # fmt: skip

    def changed(self) -> list[tuple[str, str]]:
        """The languages in which the words are others now."""
        return [(code, told) for code, words in self.held.items() if (told := self.cleaned_data[code]) != words]


def _words_in(language: str) -> str:
    with translation.override(language):
        return words_to_agree_to()


def initial(rules: Rules) -> dict[str, Any]:
    """What the form shows of the rules that hold."""
    told: dict[str, Any] = {"quiet_from": _time(rules.quiet_from), "quiet_until": _time(rules.quiet_until)}
    for cap in rules.caps:
        told[f"most_{cap.channel or TOGETHER}"], told[f"days_{cap.channel or TOGETHER}"] = cap.most, cap.days
    return told


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
