"""What reporting hangs on a party."""

from __future__ import annotations

from regulars.customers.merging.registry import Holding, How, declare
from regulars.reporting.models import CustomerForecast

declare(
    Holding(
        CustomerForecast,
        "party",
        How.STAYS,
        because="the next refresh foretells the winner anew, and the loser no more",
    )
)
