"""What draws hold of a person: their answers and the digest of their address, which go; the anonymous number stays, so that a drawing can be checked."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.kit import clock
from regulars.marketing.draws.models import ERASED, Entry, Winner


def _wipe(party_ids: Sequence[int]) -> int:
    """Out of draws that are still to come; forgotten in those that are over."""
    mine = Entry.objects.filter(party__in=party_ids)
    mine.filter(draw__drawn_at=None, left_out_at=None).update(left_out_at=clock.now(), left_out_because=ERASED)
    return mine.update(answers=[], person=Concat(Value("erased:"), Cast(F("pk"), CharField())))


declare(
    Trace(
        Entry, "party", wipe=_wipe, clear={"answers": [], "person": ""}, keeps={"left_out_because": "a word of our own"},
        label=_("Entries in prize draws"),
    ),
    Trace(Winner, "entry__party", keeps={"told_by": "a code of our own"}, label=_("Prizes won")),
)  # fmt: skip
