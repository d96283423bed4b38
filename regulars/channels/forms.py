"""What the composer asks for: a note, a call, something written, a visit, a task."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.actions import LONGEST_MINUTES, Promise
from regulars.channels.timeline import OUTCOMES
from regulars.customers.models import Channel, TaskKind

WORKDAY_ENDS: Final = time(18, 0)
DIRECTIONS: Final = [("out", pgettext_lazy("direction", "Outgoing")), ("in", pgettext_lazy("direction", "Incoming"))]
WRITTEN: Final = (Channel.EMAIL, Channel.LINE, Channel.SMS, Channel.POST, Channel.CHAT, Channel.FAX)
CONTACTS: Final = (Channel.PHONE, Channel.EMAIL, Channel.LINE, Channel.SMS, Channel.VISIT, Channel.STORE, Channel.POST)


def _channels(offered: tuple[Channel, ...]) -> list[tuple[str, str | Lazy]]:
    return [(channel.value, channel.label) for channel in offered]


class _Date(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def end_of_work(day: Any) -> datetime:
    """When something due on ``day`` is due."""
    return timezone.make_aware(datetime.combine(day, WORKDAY_ENDS))


class PromiseForm(forms.Form):
    """A text, and what was promised with it."""

    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}), label=_("What was said"))
    promise = forms.CharField(required=False, max_length=255, label=_("Promised"))
    promise_due = _Date(required=False, label=_("Until"))

    def promised(self) -> Promise | None:
        """What was promised; a day alone promises to call back."""
        title, day = self.cleaned_data.get("promise", "").strip(), self.cleaned_data.get("promise_due")
        if not title and day is None:
            return None
        return Promise(title or str(_("Call back")), end_of_work(day) if day else None)


class NoteForm(PromiseForm):
    """A note must say something."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), label=_("Note"))


class ContactForm(PromiseForm):
    """A contact that took place."""

    channel: forms.Field = forms.ChoiceField(choices=_channels(CONTACTS), label=_("How"))
    direction = forms.ChoiceField(choices=DIRECTIONS, initial="out", label=_("Who began"))
    outcome = forms.ChoiceField(choices=[("", "–"), *OUTCOMES.items()], required=False, label=_("Outcome"))
    minutes = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_MINUTES, label=_("Minutes"))
    when = forms.DateTimeField(
        required=False,
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: just now"),
    )


class CallForm(ContactForm):
    """A call."""

    channel = forms.CharField(widget=forms.HiddenInput, initial=Channel.PHONE.value)


class VisitForm(ContactForm):
    """A visit."""

    channel = forms.CharField(widget=forms.HiddenInput, initial=Channel.VISIT.value)


class WriteForm(ContactForm):
    """Something written."""

    channel = forms.ChoiceField(choices=_channels(WRITTEN), initial=Channel.EMAIL.value, label=_("How"))


class TaskForm(forms.Form):
    """Something to be done later."""

    title = forms.CharField(max_length=255, label=_("What is to be done"))
    due = _Date(required=False, label=_("Until"))
    kind = forms.ChoiceField(choices=TaskKind.choices, initial=TaskKind.TODO, label=_("Kind"))
    assignee = forms.ModelChoiceField(
        queryset=get_user_model().objects.filter(is_active=True), required=False, label=_("Who"), empty_label=_("Me")
    )


FORMS: Final[dict[str, type[forms.Form]]] = {
    "note": NoteForm,
    "call": CallForm,
    "write": WriteForm,
    "visit": VisitForm,
    "task": TaskForm,
    "done": ContactForm,
}
