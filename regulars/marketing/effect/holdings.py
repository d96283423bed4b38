"""What experiments hang on a party."""

from __future__ import annotations

from regulars.customers.merging.registry import Holding, How, declare
from regulars.marketing.effect.models import Assignment

declare(
    Holding(
        Assignment, "party", How.STAYS,
        because="it says how they were drawn; the keeper lets the older of two rows stand and says so",
    )
)  # fmt: skip
