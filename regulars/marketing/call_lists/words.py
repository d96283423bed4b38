"""Outcomes and reasons of calls, in words."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.timeline import OUTCOMES
from regulars.customers.permission import decisions
from regulars.web.resources import Text


class Outcome(TextChoices):
    """What came of a call, in the order of the keys 1 to 6."""

    YES = "yes", pgettext_lazy("call", "Reached: yes")
    NO = "no", pgettext_lazy("call", "Reached: no")
    LATER = "later", pgettext_lazy("call", "Call back later")
    NOT_REACHED = "not_reached", pgettext_lazy("call", "Not reached")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("call", "Wrong number")
    NEVER = "never", pgettext_lazy("call", "Do not call again")


LOGGED: Final[dict[str, str]] = {
    Outcome.YES: "interested",
    Outcome.NO: "not_interested",
    Outcome.LATER: "call_back",
    Outcome.NOT_REACHED: "no_answer",
    Outcome.WRONG_NUMBER: "wrong_number",
    Outcome.NEVER: "not_interested",
}
"""Which outcome of a logged contact each of them is."""
assert set(LOGGED.values()) <= set(OUTCOMES)
REACHED: Final = frozenset({Outcome.YES, Outcome.NO, Outcome.LATER, Outcome.NEVER})

TRIES: Final = "tries"
LATE: Final = "late"
NO_NUMBER: Final = "no_number"
PASSED: Final = "passed"
_REASONS: Final[dict[str, Text]] = {
    TRIES: _("Not reached in as many tries as the list allows."),
    LATE: _("The list was over before they could be called."),
    NO_NUMBER: _("There is no other number."),
    PASSED: _("Put off by the agent."),
}


def because(reason: str) -> str:
    """Why somebody was put off or not called, in the reader's language."""
    return str(_REASONS[reason]) if reason in _REASONS else decisions.words(reason)
