"""Why a mail is what it is, in words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Final[dict[str, Promise]] = {
    "auto_submitted": _("Its headers say that a program answered"),
    "auto_header": _("Its headers say that a program answered"),
    "precedence": _("Its headers say that a program answered"),
    "subject": _("Its subject says that a program answered"),
    "abuse": _("The receiver called it unwanted"),
    "fraud": _("The receiver called it fraud"),
    "virus": _("A filter found a virus"),
    "other": _("The receiver's server reported it"),
    "not-spam": _("The receiver said that it is wanted"),
    "not_ours": _("It speaks of a message that we did not send"),
    "hops": _("It went through too many servers"),
    "x_loop": _("It has been here before"),
    "own_sender": _("We sent it ourselves"),
    "own_message": _("It is a message of ours that came back"),
    "filter": _("A filter before us called it spam"),
    "program": _("A program is attached"),
    "no_sender": _("It does not say from whom it is"),
    "two_senders": _("It names several senders and not which of them sent it"),
    "forged": _("Its sender is not who it says (DMARC)"),
    "empty": _("It is empty"),
    "too_large": _("It is larger than 25 MB; only its beginning is kept here"),
    "head_too_long": _("Its headers are too long"),
    "too_deep": _("Its parts are nested too deeply"),
    "too_many_parts": _("It has too many parts"),
    "unreadable": _("It cannot be read as a mail"),
    "defect": _("A defect while it was taken in; the mail is kept"),
}


def reason_of(code: str) -> str:
    """The reason called ``code`` as a sentence; the code itself for one we do not know."""
    return str(REASONS.get(code, code))
