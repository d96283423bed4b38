"""What is asked for an item, a request, a list, and on the public page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.webform import AddressForm
from regulars.marketing.fulfilment import queries
from regulars.marketing.fulfilment.actions import MOST_AT_ONCE
from regulars.marketing.fulfilment.addresses import Address
from regulars.marketing.fulfilment.models import Item, ItemKind


class ItemForm(forms.Form):
    """Something that can be sent."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind.choices)
    cost = forms.DecimalField(
        label=_("Cost of one, sent"), min_value=0, max_digits=10, decimal_places=2, initial=0, required=False
    )
    public = forms.BooleanField(label=_("Anybody may ask for it on the public page"), required=False)


def _item() -> forms.ModelChoiceField[Item]:
    """One of the items that are sent out."""
    return forms.ModelChoiceField(Item.objects.none(), label=_("Item"), empty_label=_("Choose"))


class RequestForm(forms.Form):
    """What one customer is to get, and where to if not to their own address."""

    item = _item()
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_AT_ONCE, initial=1)
    recipient = forms.CharField(label=pgettext_lazy("post", "To whom"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=16, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    address = forms.CharField(label=_("Address"), max_length=255, required=False)
    country = forms.CharField(label=_("Country"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = queries.items()  # type: ignore[attr-defined]

    def where(self) -> Address | None:
        """The address given; none where it is the customer's own."""
        told = self.cleaned_data
        if not told["address"]:
            return None
        return Address(*(told[name] for name in ("recipient", "address", "city", "region", "postcode", "country")))


class SelectionForm(forms.Form):
    """What the selected customers are to get."""

    item = _item()
    name = forms.CharField(label=_("Name of the list"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = queries.items()  # type: ignore[attr-defined]


class GatherForm(forms.Form):
    """The list that selected requests are put onto."""

    name = forms.CharField(label=_("Name of the list"), max_length=120)


class PublicForm(AddressForm):
    """What anybody may ask for."""

    items = forms.ModelMultipleChoiceField(
        Item.objects.none(), label=_("What would you like to have?"), widget=forms.CheckboxSelectMultiple
    )
    field_order = ("items",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = Item.objects.offered().order_by("kind", "pk")  # type: ignore[attr-defined]
