"""What is asked for a draw, and on its public page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulars.channels.webform import PersonForm
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.marketing.draws import questions
from regulars.marketing.draws.actions import FACTS, MOST_TICKETS, MOST_WINNERS
from regulars.marketing.draws.models import Draw


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


def _words(label: Any, rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": rows}))


class DrawForm(forms.Form):
    """A draw before it is published."""

    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    prize_zh = forms.CharField(label=_("Prize in Chinese"), max_length=200, required=False)
    prize_en = forms.CharField(label=_("Prize in English"), max_length=200, required=False)
    words_zh = _words(_("What it is about, and the rules, in Chinese"))
    words_en = _words(_("What it is about, and the rules, in English"))
    slug = forms.SlugField(
        label=_("Address of the page"), max_length=60, help_text=_("Letters, digits and hyphens: spring-2026")
    )
    winners = forms.IntegerField(label=_("Winners"), min_value=1, max_value=MOST_WINNERS, initial=1)
    opens_at = _moment(_("Opens"))
    closes_at = _moment(_("Closes"))
    quiz = forms.CharField(
        label=_("Questions of a quiz"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("? Question | 問題, then * right answer | 對的 and - wrong answer | 錯的, a line each. Empty: a draw without questions."),
    )  # fmt: skip

    def clean_quiz(self) -> list[dict[str, Any]]:
        """The questions."""
        try:
            return questions.read(self.cleaned_data["quiz"])
        except UserError as error:
            raise forms.ValidationError(str(error)) from error

    def facts(self) -> dict[str, Any]:
        """What ``actions.save_draw`` wants."""
        told = self.cleaned_data
        return {name: told[name] for name in FACTS if name != "questions"} | {"questions": told["quiz"]}


def begun_with(draw: Draw | None) -> dict[str, Any]:
    """A draw as its form shows it; a new one runs for two weeks."""
    if draw is None:
        now = timezone.localtime(clock.now()).replace(minute=0, second=0, microsecond=0)
        return {"opens_at": now, "closes_at": now + timedelta(days=14)}
    return {name: getattr(draw, name) for name in FACTS} | {"quiz": questions.write(draw.questions)}


class JoinForm(PersonForm):
    """Who takes part, and their answers."""

    def __init__(self, draw: Draw, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [f"answer-{at}" for at, _one in enumerate(draw.questions)]
        for name, one in zip(self.asked, draw.questions, strict=True):
            offered = [(str(at), questions.said(choice)) for at, choice in enumerate(one["choices"])]
            self.fields[name] = forms.ChoiceField(label=questions.said(one), choices=offered, widget=forms.RadioSelect)

    def answers(self) -> list[int]:
        """The number of the answer chosen, for each question."""
        return [int(self.cleaned_data[name]) for name in self.asked]

    def quiz(self) -> list[Any]:
        """The questions as fields."""
        return [self[name] for name in self.asked]


class LeaveOutForm(forms.Form):
    """Why somebody does not take part."""

    because = forms.CharField(label=_("Why"), max_length=255)


class TicketsForm(forms.Form):
    """How many tickets each has."""

    tickets = forms.IntegerField(label=_("Tickets each"), min_value=1, max_value=MOST_TICKETS)
