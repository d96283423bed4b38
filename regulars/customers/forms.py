"""What the customer screens ask for."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from regulars.customers.choices import MARKETING_CHANNELS
from regulars.customers.models import ConsentState, ContactPointKind, Kind, Party, RelationKind, RoleKind
from regulars.staff.models import Team, Territory

_DAY = {"type": "date"}


class NewPartyForm(forms.Form):
    """A new customer: who, how to reach them, who looks after them."""

    kind = forms.ChoiceField(choices=Kind.choices, initial=Kind.PERSON, label=_("Kind"), widget=forms.RadioSelect)
    name = forms.CharField(max_length=200, required=False, label=_("Name"))
    family_name = forms.CharField(max_length=80, required=False, label=_("Family name"))
    given_name = forms.CharField(max_length=80, required=False, label=_("Given name"))
    role = forms.ChoiceField(choices=RoleKind.choices, initial=RoleKind.PROSPECT, label=_("Role"))
    mobile = forms.CharField(max_length=40, required=False, label=_("Phone"))
    email = forms.CharField(max_length=254, required=False, label=_("E-mail"))
    line = forms.CharField(max_length=80, required=False, label=_("LINE"))
    tax_id = forms.CharField(max_length=20, required=False, label=_("Tax ID"))
    city = forms.CharField(max_length=80, required=False, label=_("City"))
    address = forms.CharField(max_length=255, required=False, label=_("Address"))
    industry = forms.CharField(max_length=80, required=False, label=_("Industry"))
    source = forms.CharField(max_length=60, required=False, label=_("Source"))
    owner = forms.ModelChoiceField(
        queryset=get_user_model().objects.filter(is_active=True),
        required=False,
        label=_("Owner"),
        empty_label=_("Nobody"),
    )
    team = forms.ModelChoiceField(queryset=Team.objects.all(), required=False, label=_("Team"), empty_label=_("None"))
    territory = forms.ModelChoiceField(
        queryset=Territory.objects.all(), required=False, label=_("Territory"), empty_label=_("None")
    )
    about = forms.CharField(required=False, label=_("About"), widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        """A person has a family or given name, everybody else a name."""
        told: dict[str, Any] = super().clean() or {}
        person = told.get("kind") == Kind.PERSON
        if person and not (told.get("family_name") or told.get("given_name") or told.get("name")):
            self.add_error("family_name", _("Please give a name."))
        if not person and not told.get("name"):
            self.add_error("name", _("Please give a name."))
        return told

    def facts(self) -> dict[str, Any]:
        """What ``actions.create_party`` wants."""
        told = dict(self.cleaned_data)
        points = [(ContactPointKind.MOBILE, told.pop("mobile")), (ContactPointKind.EMAIL, told.pop("email"))]
        points.append((ContactPointKind.LINE, told.pop("line")))
        tax_id = told.pop("tax_id").strip()
        if told["kind"] == Kind.PERSON:
            told["name"] = told["name"] if not (told["family_name"] or told["given_name"]) else ""
        else:
            told["family_name"] = told["given_name"] = ""
        told["contact_points"] = [(kind.value, raw) for kind, raw in points if raw.strip()]
        told["identifiers"] = [("tax_id", tax_id)] if tax_id else []
        return told


class ContactPointForm(forms.Form):
    """One more way to reach the customer."""

    kind = forms.ChoiceField(choices=ContactPointKind.choices, label=_("Kind"))
    raw = forms.CharField(max_length=254, label=_("Address or number"))
    label = forms.CharField(max_length=40, required=False, label=_("Label"), help_text=_("E.g. office, assistant"))
    preferred = forms.BooleanField(required=False, label=_("Use this one first"))


class ConsentForm(forms.Form):
    """What the customer said about being contacted, and how we know."""

    channel = forms.ChoiceField(choices=[(one.value, one.label) for one in MARKETING_CHANNELS], label=_("Channel"))
    state = forms.ChoiceField(choices=ConsentState.choices, label=_("Said"), widget=forms.RadioSelect)
    evidence = forms.CharField(
        max_length=255,
        label=_("Proof"),
        help_text=_("Where and how they said it, e.g. signed form of 3 May, call at 14:05"),
    )
    given_on = forms.DateField(
        required=False, label=_("When"), widget=forms.DateInput(attrs=_DAY), help_text=_("Empty: today")
    )


class RelationForm(forms.Form):
    """How this customer stands to another. ``other`` is the other's number."""

    DIRECTIONS: Final = ("up", "down")
    kind = forms.ChoiceField(label=_("Relation"))
    other = forms.IntegerField(
        label=_("To whom"), error_messages={"required": _("Please choose somebody from the list.")}
    )
    title = forms.CharField(max_length=80, required=False, label=_("Position"))
    valid_from = forms.DateField(required=False, label=_("Since"), widget=forms.DateInput(attrs=_DAY))

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = relation_choices(party)  # type: ignore[attr-defined]


def relation_choices(party: Party) -> list[tuple[str, Any]]:
    """The relations that ``party`` may stand in, seen from it: ``up:…`` from it to the other, ``down:…`` the other way."""
    up = {kind: RelationKind(kind).label for kind in RelationKind.values}
    down = {
        RelationKind.EMPLOYED_BY: _("employs"),
        RelationKind.MEMBER_OF: _("has as a member"),
        RelationKind.REFERRED_BY: _("referred"),
        RelationKind.SUBSIDIARY_OF: _("is the parent company of"),
        RelationKind.BUYS_THROUGH: _("sells to"),
        RelationKind.REPORTS_TO: _("is the superior of"),
    }
    person = {
        RelationKind.EMPLOYED_BY,
        RelationKind.REPORTS_TO,
        RelationKind.MEMBER_OF,
        RelationKind.REFERRED_BY,
        RelationKind.BUYS_THROUGH,
    }
    organisation = {RelationKind.SUBSIDIARY_OF, RelationKind.REFERRED_BY, RelationKind.BUYS_THROUGH}
    mine = {Kind.PERSON: person, Kind.ORGANISATION: organisation, Kind.HOUSEHOLD: {RelationKind.REFERRED_BY}}[
        Kind(party.kind)
    ]
    other_way = {
        Kind.PERSON: {RelationKind.REFERRED_BY, RelationKind.REPORTS_TO},
        Kind.ORGANISATION: {
            RelationKind.EMPLOYED_BY,
            RelationKind.SUBSIDIARY_OF,
            RelationKind.REFERRED_BY,
            RelationKind.BUYS_THROUGH,
        },
        Kind.HOUSEHOLD: {RelationKind.MEMBER_OF, RelationKind.REFERRED_BY},
    }[Kind(party.kind)]
    return [(f"up:{kind}", up[kind]) for kind in RelationKind if kind in mine] + [
        (f"down:{kind}", down[kind]) for kind in RelationKind if kind in other_way
    ]


class SnoozeForm(forms.Form):
    """Until when a customer is put off."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs=_DAY))
    reason = forms.CharField(max_length=255, required=False, label=_("Why"))


class OutcomeForm(forms.Form):
    """How a task ended."""

    outcome = forms.CharField(max_length=255, required=False, label=_("Outcome"))
