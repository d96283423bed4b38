"""What may be decided about a message, with the words for each reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reason(TextChoices):
    """Why a message may go or not; the label says it to people."""

    OK = "ok", pgettext_lazy("permission", "May be sent")
    MERGED = "merged", _("The record was merged into another.")
    ERASED = "erased", _("The person was erased.")
    CLOSED = "closed", _("The record is in the trash or does not exist.")
    NO_ADDRESS = "no_address", _("There is no address for this channel.")
    SUPPRESSED = "suppressed", _("Nothing goes to this address any more.")
    REFUSED = "refused", _("The customer refused it.")
    NO_CONSENT = "no_consent", _("The customer never said yes to it.")
    CAPPED = "capped", _("The customer got as many messages as the rules allow.")
    QUIET_HOURS = "quiet_hours", _("It is quiet hours where the customer lives.")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may go; ``reason`` is a value of ``Reason``, ``until`` when it may be tried again (None: not at all)."""

    ok: bool
    reason: str
    until: datetime | None = None


def words(reason: str) -> str:
    """A reason as people read it; the code itself for one that is unknown."""
    return str(Reason(reason).label) if reason in Reason.values else reason
