"""The rule of each stage in words, as the screen and docs/stages.md state it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class StageRule:
    """``when`` is how a customer gets there, ``until`` how they leave it, ``job`` what it asks of the company."""

    key: str
    when: Promise
    until: Promise
    job: Promise


STAGE_RULES: Final = (
    StageRule(
        "recruit",
        _("Known, but has not bought yet."),
        _("The first purchase."),
        _("Find those who resemble good customers and give them an occasion."),
    ),
    StageRule(
        "welcome",
        _("The first purchase."),
        _("A second purchase, or so long without one that half of those who come back have done so."),
        _("See that newcomers know whom to ask, and answer the first problem fast."),
    ),
    StageRule(
        "getting_to_know",
        _("A second purchase, or none yet although half of those who come back would have made it."),
        _("Two own intervals or more, by which the pace is known to within a half (standard error)."),
        _("Learn what they like, how reliable they are and how they pay."),
    ),
    StageRule(
        "account_management",
        _("The own rhythm of buying is known, and the silence lies within it."),
        _("Growth, decline, or a silence that the own rhythm makes improbable."),
        _("Keep terms and orders in view; be there when the next purchase is due."),
    ),
    StageRule(
        "intensify",
        _(
            "Over the last three purchases the rate of spending is at least 25% above the own past and the difference is larger than chance brings 1 time in 20 (1.64 standard errors); no complaint is open."
        ),
        _(
            "The difference falls below 1 standard error at a later purchase, a complaint is opened, or a silence becomes improbable."
        ),
        _("Deepen while it goes well: better terms, further services."),
    ),
    StageRule(
        "pre_divorce",
        _(
            "A silence that at most 1 in 10 of the own intervals would outlast, or 1 in 5 where it makes it at least 1 in 3 likely that they have left; or spending down by at least 25% (1.64 standard errors) over the last three purchases."
        ),
        _("A purchase, or divorce. Time alone never leads back."),
        _("Find the cause and speak with them before they are gone."),
    ),
    StageRule(
        "divorce",
        _(
            "A silence that makes it at least 2 in 3 likely that they have left, by their own rhythm and by how often customers leave after as many purchases; at the soonest half a usual interval after pre-divorce began."
        ),
        _("A purchase."),
        _("Analyse why they left; try to win back those who are worth it."),
    ),
    StageRule(
        "recovery",
        _("A purchase after divorce, or after a silence that only 1 in 50 of the own intervals would outlast."),
        _("Two further purchases, each in time."),
        _("Know their old preferences at once; do not treat them as strangers."),
    ),
)
