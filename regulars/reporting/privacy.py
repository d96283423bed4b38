"""What reporting holds of a person: a forecast, which goes; the next refresh makes one of the facts that stay."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.reporting.models import CustomerForecast

declare(Trace(CustomerForecast, "party", delete=True, label=_("Forecast")))
