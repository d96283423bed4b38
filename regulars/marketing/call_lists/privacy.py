"""What call lists hold of a person: what they answered, which goes; that and when they were called stays."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.kit import clock
from regulars.marketing.call_lists.models import Call, CallState, CallTry

_CODE = "a code of our own"


def _wipe(party_ids: Sequence[int]) -> int:
    """Nobody is called any more; what they answered goes."""
    mine = Call.objects.filter(party__in=party_ids)
    mine.filter(state=CallState.OPEN).update(
        state=CallState.SKIPPED, reason="erased", done_at=clock.now(), leased_to=None, lease_until=None
    )
    return mine.update(answers={})


declare(
    Trace(
        CallTry, "call__party", clear={"before": {}}, keeps={"outcome": _CODE}, label=_("Calls made"),
    ),
    Trace(
        Call, "party", wipe=_wipe, clear={"answers": {}}, keeps=dict.fromkeys(("state", "outcome", "reason"), _CODE), label=_("Calls"),
    ),
)  # fmt: skip
