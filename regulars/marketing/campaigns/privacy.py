"""What campaigns hold of a person: in which they were, which stays as a number among others, without any words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.marketing.campaigns.models import Recipient

declare(
    Trace(Recipient, "party", clear={"address_key": ""}, keeps=dict.fromkeys(("fate", "reason", "variant"), "a code of our own"), label=_("Campaigns")),
)  # fmt: skip
