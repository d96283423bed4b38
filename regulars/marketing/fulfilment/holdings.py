"""What fulfilment hangs on a party."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.merging.registry import Holding, How, declare
from regulars.marketing.fulfilment.models import Request, RequestState

declare(
    Holding(
        Request, "party", How.UNLESS_SAME, label=_("requests for literature"), same=("item",), among=Q(state=RequestState.OPEN),
    )
)  # fmt: skip
