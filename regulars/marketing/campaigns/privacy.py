"""What campaigns hold of a person: in which they were, which stays as a number among others, without any words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from regulars.customers.privacy.registry import Trace, declare, sweep
from regulars.kit import text
from regulars.marketing.campaigns.models import Campaign, Recipient

_FEWEST: Final = 2
"""So many letters of a search are needed to name somebody."""

declare(
    Trace(Recipient, "party", clear={"address_key": ""}, keeps=dict.fromkeys(("fate", "reason", "variant"), "a code of our own"), label=_("Campaigns")),
)  # fmt: skip


@sweep
def narrowed_lists(_party_ids: Sequence[int], words: Sequence[str]) -> int:
    """How a list was narrowed, where the person's words stand in it, or what was searched stands in theirs.

    What is searched is no longer kept; campaigns made before that hold it.
    """
    theirs = [folded for word in words if len(folded := text.fold(word).strip()) >= _FEWEST]
    held = Campaign.objects.exclude(list_words="").values_list("pk", "list_words")
    told = [pk for pk, said in held.iterator() if _names(said, theirs)]
    return Campaign.objects.filter(pk__in=told).update(list_words="") if told else 0


def _names(said: str, theirs: Sequence[str]) -> bool:
    searched, whole = text.fold(_searched(said)).strip(), text.fold(said)
    return any(word in whole or (len(searched) >= _FEWEST and searched in word) for word in theirs)


def _searched(said: str) -> str:
    """What was searched, the last of the words in whichever language they were written; empty when nothing was."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            before, mark, after = said.rpartition(pgettext("narrowing", "Search: %(words)s") % {"words": ""})
        if mark and (not before or before.endswith(" · ")):
            return after
    return ""
