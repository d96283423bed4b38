"""What call lists hang on a party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.merging.registry import Holding, How, declare
from regulars.marketing.call_lists.models import Call

declare(Holding(Call, "party", How.UNLESS_SAME, label=_("calls"), same=("list",)))
