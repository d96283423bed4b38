"""What segments hang on a party."""

from __future__ import annotations

from regulars.customers.merging.registry import Holding, How, declare
from regulars.marketing.segments.models import Member

declare(
    Holding(
        Member, "party", How.STAYS,
        because="it says who was in it at the time; the winner is looked at anew by the marks of what moves",
    )
)  # fmt: skip
