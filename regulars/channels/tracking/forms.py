"""What is tracked, as a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.channels.tracking.models import TrackingSetting


class TrackingForm(forms.ModelForm[TrackingSetting]):
    """Three switches."""

    class Meta:
        model = TrackingSetting
        fields = ("clicks", "opens", "only_agreed")
        labels = {
            "clicks": _("Record which links are followed"),
            "opens": _("Record openings"),
            "only_agreed": _("Only of customers who agreed to it"),
        }
        help_texts = {
            "clicks": _("Links lead over this system, which tells people from programs that look for danger."),
            "opens": _(
                "By a picture that many programs load for nobody or never: shown, but never counted as interest."
            ),
            "only_agreed": _("Customers say so in the preference centre. Whoever said no is never recorded."),
        }

    def wanted(self) -> dict[str, bool]:
        """As ``actions.set_tracking`` takes them."""
        return {name: bool(self.cleaned_data[name]) for name in self.Meta.fields}
