"""What is asked for a list, a script and a call."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.marketing.call_lists import queries
from regulars.marketing.call_lists.actions import LONGEST_PAUSE, LONGEST_WORDS, MOST_TRIES
from regulars.marketing.call_lists.models import CallList, Order, Script
from regulars.marketing.segments.models import Segment
from regulars.marketing.segments.queries import segments_for

_HOUR: Final = 60


class ListForm(forms.Form):
    """How a list is worked."""

    name = forms.CharField(label=_("Name"), max_length=120)
    script = forms.ModelChoiceField(Script.objects.none(), label=_("Script"), required=False, empty_label=_("None"))
    order = forms.ChoiceField(label=_("Who comes first"), choices=Order.choices, initial=Order.VALUE)
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Nobody is called afterwards"),
    )  # fmt: skip
    most_tries = forms.IntegerField(label=_("Tries at most"), min_value=1, max_value=MOST_TRIES, initial=3)
    pause_hours = forms.IntegerField(
        label=_("Hours between two tries"), min_value=0, max_value=LONGEST_PAUSE // _HOUR, initial=4
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["script"].queryset = queries.scripts().order_by("name")  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """What ``actions.change_list`` wants."""
        told = self.cleaned_data
        return {
            "name": told["name"], "script": told["script"], "order": told["order"], "not_after": end_of(told["last_day"]),
            "most_tries": told["most_tries"], "pause_minutes": told["pause_hours"] * _HOUR,
        }  # fmt: skip


def end_of(day: Any) -> datetime | None:
    """The end of a day where the company is."""
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(days=1) if day else None


def begun_with(call_list: CallList) -> dict[str, Any]:
    """A list as its form shows it."""
    over = call_list.not_after
    return {
        "name": call_list.name, "script": call_list.script_id, "order": call_list.order, "most_tries": call_list.most_tries,
        "pause_hours": call_list.pause_minutes // _HOUR,
        "last_day": timezone.localtime(over - timedelta(seconds=1)).date() if over else None,
    }  # fmt: skip


class NewListForm(ListForm):
    """A list of whoever is in a segment now."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("Segment"), empty_label=_("Choose"), help_text=_("Whoever is in it now")
    )
    field_order = ("segment", "name")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = segments_for(user).order_by("name")  # type: ignore[attr-defined]


class SelectionForm(forms.Form):
    """A list of the customers who are selected."""

    name = forms.CharField(label=_("Name"), max_length=120)
    script = forms.ModelChoiceField(Script.objects.none(), label=_("Script"), required=False, empty_label=_("None"))
    order = forms.ChoiceField(label=_("Who comes first"), choices=Order.choices, initial=Order.VALUE)
    last_day = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["script"].queryset = queries.scripts().order_by("name")  # type: ignore[attr-defined]


def _words(label: Any, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": rows})
    )


class ScriptForm(forms.Form):
    """A script in both languages."""

    name = forms.CharField(label=_("Name"), max_length=120)
    words_zh = _words(_("Words in Chinese"), 10)
    words_en = _words(_("Words in English"), 10)
    fields_zh = _words(_("Questions in Chinese, one a line"), 4)
    fields_en = _words(_("Questions in English, one a line"), 4)


class CallForm(forms.Form):
    """What came of a call."""

    note = forms.CharField(label=_("Note"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}))
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=24 * 60)
    call_back_at = forms.DateTimeField(
        label=_("Call back at"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "900"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


def usual_callback() -> datetime:
    """What is offered for calling back: tomorrow at this time, to the half hour."""
    moment = timezone.localtime(clock.now()) + timedelta(days=1)
    return moment.replace(minute=30 if moment.minute >= 30 else 0, second=0, microsecond=0)
