"""What fulfilment holds of a person: where something went, which goes; that and when it was sent stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.kit import clock
from regulars.marketing.fulfilment.models import Request, RequestState

_WHERE: Final = dict.fromkeys(("recipient", "address", "city", "region", "postcode", "country"), "")


def _wipe(party_ids: Sequence[int]) -> int:
    """What still waits is not sent any more; where the rest went is forgotten."""
    mine = Request.objects.filter(party__in=party_ids)
    mine.filter(state=RequestState.OPEN).update(state=RequestState.WITHDRAWN, done_at=clock.now())
    return mine.update(**_WHERE)


declare(
    Trace(
        Request, "party", wipe=_wipe, clear=_WHERE, keeps=dict.fromkeys(("state", "source"), "a code of our own"),
        label=_("Literature asked for"),
    )
)  # fmt: skip
