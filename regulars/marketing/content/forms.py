"""What the screens of contents ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.marketing.content.designs import DESIGNS
from regulars.marketing.content.models import Imprint


class NewForm(forms.Form):
    """How a content is called, and from which design it begins."""

    name = forms.CharField(
        max_length=120, label=_("Name"), widget=forms.TextInput({"autofocus": True, "autocomplete": "off"})
    )
    design = forms.ChoiceField(
        choices=[(key, label) for key, (label, _words) in DESIGNS.items()], widget=forms.RadioSelect
    )


class ImprintForm(forms.Form):
    """What stands under every mail."""

    website = forms.URLField(required=False, label=_("Website"), assume_scheme="https")
    product_page = forms.CharField(
        required=False, max_length=255, label=_("Page of a product"), widget=forms.TextInput({"placeholder": "https://shop.example.com/p/{code}"}),
        help_text=_("{code} stands for the code of the product. Empty: products are named without a link."),
    )  # fmt: skip
    language = forms.ChoiceField(required=False, label=_("Language of customers whose own is not known"))

    def __init__(self, data: Any = None, *, imprint: Imprint) -> None:
        facts = {"website": imprint.website, "product_page": imprint.product_page, "language": imprint.language}
        facts |= {f"address_{code}": imprint.address.get(code, "") for code, _name in settings.LANGUAGES}
        super().__init__(data, initial=facts)
        self.fields["language"].choices = [("", _("That of the country")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        for code, name in settings.LANGUAGES:
            self.fields[f"address_{code}"] = forms.CharField(required=False, max_length=200, label=name)

    def addresses(self) -> Iterator[forms.BoundField]:
        """A field per language."""
        return (self[f"address_{code}"] for code, _name in settings.LANGUAGES)

    def wanted(self) -> dict[str, Any]:
        """As ``actions.set_imprint`` takes it."""
        told = self.cleaned_data
        address = {code: told[f"address_{code}"] for code, _name in settings.LANGUAGES}
        return {"address": address, **{name: told[name] for name in ("website", "product_page", "language")}}
