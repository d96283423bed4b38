"""What campaigns hang on a party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.merging.registry import Holding, How, declare
from regulars.marketing.campaigns.models import Recipient

declare(Holding(Recipient, "party", How.UNLESS_SAME, label=_("campaigns"), same=("campaign",)))
