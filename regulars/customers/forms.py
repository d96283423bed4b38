"""What the customer screens ask for."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from regulars.customers import fields as own_fields
from regulars.customers.choices import MARKETING_CHANNELS
from regulars.customers.models import (
    ConsentState,
    ContactPointKind,
    FieldDefinition,
    FieldKind,
    Kind,
    Party,
    RelationKind,
    RoleKind,
)
from regulars.kit import text
from regulars.kit.errors import UserError
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own_fields.active()
        for one in self.own:
            self.fields[f"own_{one.key}"] = _input(one)

    def own_inputs(self) -> list[tuple[str, forms.BoundField]]:
        """The company's own fields: the kinds of party each is for, and its input."""
        return [(" ".join(one.applies_to or Kind.values), self[f"own_{one.key}"]) for one in self.own]

    def _clean_own(self, told: dict[str, Any]) -> None:
        for one in self.own:
            raw = told.pop(f"own_{one.key}", None)
            if own_fields.applies(one, told.get("kind", "")):
                try:
                    told.setdefault("custom", {})[one.key] = own_fields.clean(one, raw)
                except UserError as error:
                    self.add_error(f"own_{one.key}", str(error))

    def clean(self) -> dict[str, Any]:
        """A person has a family or given name, everybody else a name."""
        told: dict[str, Any] = super().clean() or {}
        person = told.get("kind") == Kind.PERSON
        if person and not (told.get("family_name") or told.get("given_name") or told.get("name")):
            self.add_error("family_name", _("Please give a name."))
        if not person and not told.get("name"):
            self.add_error("name", _("Please give a name."))
        self._clean_own(told)
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


def _input(definition: FieldDefinition) -> forms.Field:
    """The input of a custom field; what is typed is understood by ``fields.clean``."""
    named: dict[str, Any] = {"required": False, "label": own_fields.label(definition), "help_text": definition.help}
    nothing = [("", "–")]
    match definition.kind:
        case FieldKind.CHOICE:
            offered = [(one["value"], own_fields.option_label(definition, one["value"])) for one in definition.options]
            return forms.ChoiceField(choices=nothing + offered, **named)
        case FieldKind.CHOICES:
            offered = [(one["value"], own_fields.option_label(definition, one["value"])) for one in definition.options]
            return forms.MultipleChoiceField(choices=offered, **named)
        case FieldKind.YES_NO:
            return forms.ChoiceField(choices=[*nothing, ("yes", _("Yes")), ("no", _("No"))], **named)
        case FieldKind.DATE:
            return forms.CharField(widget=forms.DateInput(attrs=_DAY), **named)
        case _:
            return forms.CharField(max_length=own_fields.LONGEST, **named)


class FieldForm(forms.Form):
    """A custom field as it is defined: ``options`` one a line, ``English | 中文``."""

    label = forms.CharField(max_length=80, required=False, label=_("Name in English"))
    label_zh = forms.CharField(max_length=80, required=False, label=_("Name in Chinese"))
    kind = forms.ChoiceField(choices=FieldKind.choices, label=_("Holds"))
    help = forms.CharField(max_length=200, required=False, label=_("Explanation"))
    options = forms.CharField(
        required=False,
        label=_("Choices, one on each line"),
        help_text=_("Both languages: Gold | 金卡"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
    )
    applies_to = forms.MultipleChoiceField(
        choices=Kind.choices,
        required=False,
        label=_("For"),
        widget=forms.CheckboxSelectMultiple,
        initial=list(Kind.values),
    )
    required = forms.BooleanField(required=False, label=_("Must be filled in for a new customer"))
    filterable = forms.BooleanField(required=False, initial=True, label=_("Offer it as a filter and a sortable column"))
    personal = forms.BooleanField(
        required=False, initial=True, label=_("Says something about the person: erased together with them")
    )

    def __init__(self, *args: Any, field: FieldDefinition | None = None, **kwargs: Any) -> None:
        if field is not None:
            lines = [" | ".join(filter(None, (one["label"], one["label_zh"]))) for one in field.options]
            kwargs["initial"] = {name: getattr(field, name) for name in self.base_fields} | {
                "options": "\n".join(lines),
                "applies_to": field.applies_to or list(Kind.values),
            }
        super().__init__(*args, **kwargs)
        if field is not None:
            self.fields["kind"].disabled = True

    @staticmethod
    def named(name: str) -> dict[str, Any]:
        """What the form begins with for a column that an import kept under ``name``."""
        return {"label_zh" if text.has_han(name) else "label": name[:80]}

    def facts(self) -> dict[str, Any]:
        """What ``actions.define_field`` wants."""
        told = dict(self.cleaned_data)
        told["options"] = [_option(line) for line in told["options"].splitlines() if line.strip()]
        if set(told["applies_to"]) == set(Kind.values):
            told["applies_to"] = []
        return told


def _option(line: str) -> dict[str, str]:
    one, _bar, other = (part.strip() for part in line.replace("｜", "|").partition("|"))
    if other:
        return {"label": one, "label_zh": other}
    return {"label": "", "label_zh": one} if text.has_han(one) else {"label": one, "label_zh": ""}


class ContactPointForm(forms.Form):
    """One more way to reach the customer."""

    kind = forms.ChoiceField(choices=ContactPointKind.choices, label=_("Kind"))
    raw = forms.CharField(max_length=254, label=_("Address or number"))
    label = forms.CharField(max_length=40, required=False, label=_("Label"), help_text=_("E.g. office, assistant"))
    preferred = forms.BooleanField(required=False, label=_("Use this one first"))


class IdentifierForm(forms.Form):
    """How another system calls the customer."""

    system = forms.CharField(max_length=60, label=_("System"), help_text=_("E.g. erp, member_card, tax_id"))
    number = forms.CharField(max_length=120, label=_("Number there"))


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
        RelationKind.RELATED_TO,
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
