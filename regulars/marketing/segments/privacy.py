"""What segments hold of a person: in which they were, which goes; somebody erased is in none from then on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.marketing.segments import membership
from regulars.marketing.segments.models import Member

declare(
    Trace(
        Member, "party", wipe=membership.forget, clear={"cause": "", "left_cause": ""}, label=_("Segments"),
    )
)  # fmt: skip
