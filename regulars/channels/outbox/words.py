"""Why a message stands where it stands, in words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.customers.permission import decisions as permission

REASONS: Final[dict[str, str | Promise]] = {
    "captured": _("Kept here: no mail server is set, nothing leaves"),
    "stopped": _("The campaign was stopped before it went"),
    "paused": _("The campaign is paused"),
    "same_address": _("Somebody else of the audience has the same address"),
    "expired": _("Too late: what it says is no longer worth saying"),
    "crashed": _("The sender broke off in the middle; nobody knows whether it arrived"),
    "restored": _("A backup was restored; it may have been sent since the backup was made"),
    "disconnected": _("The mail server hung up before it answered; nobody knows whether it arrived"),
    "defect": _("A defect while sending; nobody knows whether it arrived"),
    "unreachable": _("The mail server hung up before it took the message"),
    "server_busy": _("The mail server asked to come again later"),
    "server_refused": _("The mail server refused it"),
    "no_words": _("Its words could not be written yet"),
    "no_file": _("A file that goes along cannot be read now"),
    "taken_back": _("Taken back before it left"),
    "unsayable": _("It cannot be written as a mail: its words or its address"),
}


def reason_of(code: str) -> str:
    """The reason called ``code`` as a sentence; the code itself for one we do not know."""
    return str(REASONS[code]) if code in REASONS else permission.words(code)
