"""What the screens of assets and contracts ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.catalogue.models import Product
from regulars.customers.models import Asset, Contract, ContractKind, Party
from regulars.customers.models.asset import LONGEST_NOTICE
from regulars.kit import money

_DAY = {"type": "date"}
MOST_PRODUCTS = 2_000


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        required=required, label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), help_text=help_text
    )


class AssetForm(forms.Form):
    """Something a customer owns."""

    name = forms.CharField(max_length=160, label=_("Name"))
    serial = forms.CharField(max_length=80, required=False, label=_("Serial number"))
    product = forms.ModelChoiceField(
        queryset=Product.objects.none(), required=False, label=_("Product"), empty_label=_("None")
    )
    installed_on = _day(_("Since"))
    warranty_until = _day(_("Warranty until"))
    note = forms.CharField(max_length=255, required=False, label=_("Remarks"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Product.objects.order_by("name", "pk")[:MOST_PRODUCTS]
        field: Any = self.fields["product"]
        field.queryset = Product.objects.all()
        field.choices = [("", _("None")), *((one.pk, one.name) for one in offered)]


class TermForm(forms.Form):
    """The term of a contract and its price; ``amount`` in units of the currency, e.g. NT$."""

    starts_on = _day(_("From"), required=True)
    ends_on = _day(_("Until"), help_text=_("Empty: no end"))
    amount = forms.DecimalField(
        required=False, label=_("Amount"), min_value=Decimal(0), max_digits=16, decimal_places=2
    )

    def minor(self, currency: str) -> int | None:
        """The amount in minor units."""
        told = self.cleaned_data["amount"]
        return None if told is None else money.to_minor(told, currency or settings.CURRENCY)


class RenewForm(TermForm):
    """A further term."""

    ends_on = _day(_("Until"), required=True)


class ContractForm(TermForm):
    """What was agreed with a customer."""

    title = forms.CharField(max_length=160, label=_("Title"))
    kind = forms.ChoiceField(choices=ContractKind.choices, label=_("Kind"))
    number = forms.CharField(max_length=60, required=False, label=_("Number"))
    asset = forms.ModelChoiceField(
        queryset=Asset.objects.none(), required=False, label=_("For the asset"), empty_label=_("All they own")
    )
    coverage = forms.CharField(max_length=255, required=False, label=_("Covers"))
    response_hours = forms.IntegerField(required=False, min_value=1, max_value=8_760, label=_("Answer within hours"))
    visits_included = forms.IntegerField(required=False, min_value=0, max_value=10_000, label=_("Visits included"))
    notice_days = forms.IntegerField(
        min_value=0, max_value=LONGEST_NOTICE, initial=30, label=_("Remind days before the end")
    )
    renews = forms.BooleanField(required=False, label=_("Renews by itself"))
    terms = forms.CharField(required=False, label=_("Terms"), widget=forms.Textarea(attrs={"rows": 2}))

    field_order = (
        "title", "kind", "number", "starts_on", "ends_on", "amount", "asset", "response_hours", "visits_included", "coverage",
        "notice_days", "renews", "terms",
    )  # fmt: skip

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].queryset = party.assets.filter(retired_on=None).order_by("name", "pk")  # type: ignore[attr-defined]

    def facts(self, currency: str) -> dict[str, Any]:
        """What ``actions.add_contract`` and ``change_contract`` want."""
        return {**self.cleaned_data, "amount": self.minor(currency), "currency": currency}


def told_of(contract: Contract) -> dict[str, Any]:
    """What stands in a form for ``contract``."""
    told = {name: getattr(contract, name) for name in ContractForm.field_order if name != "amount"}
    told["amount"] = None if contract.amount is None else money.to_decimal(contract.amount, contract.currency)
    return told


class EndContractForm(forms.Form):
    """An end before its time."""

    on = _day(_("Ended on"), help_text=_("Empty: today"))
    reason = forms.CharField(max_length=160, label=_("Why"))


class RetireForm(forms.Form):
    """Since when something is out of use."""

    on = _day(_("Out of use since"), help_text=_("Empty: today"))
    reason = forms.CharField(max_length=160, required=False, label=_("Why"))


class VisitForm(forms.Form):
    """A visit made under a contract."""

    on = _day(_("When"), help_text=_("Empty: today"))
    visits = forms.IntegerField(min_value=1, max_value=99, initial=1, label=_("Visits"))
    note = forms.CharField(required=False, label=_("What was done"), widget=forms.Textarea(attrs={"rows": 2}))


class NotNowForm(forms.Form):
    """Until when the end asks no more."""

    until = _day(_("Until"), required=True)


class NoticeForm(forms.Form):
    """How long before its end a contract asks to be seen to."""

    notice_days = forms.IntegerField(min_value=0, max_value=LONGEST_NOTICE, label=_("Remind days before the end"))


class WarrantyForm(forms.Form):
    """Until when the warranty of several assets holds."""

    warranty_until = _day(_("Warranty until"))
