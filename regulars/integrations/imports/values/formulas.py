"""What a spreadsheet leaves where a value should be: an error, or a formula that was never worked out."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from regulars.integrations.imports.values.problem import Problem

_ERROR = re.compile(r"#[A-ZÀ-Þ]{3,12}(?:/0)?[!?]")
_FORMULA = re.compile(r"=(?!\").", re.DOTALL)


def problem(raw: str) -> Problem | None:
    """Return what is wrong with a cell that holds ``#DIV/0!``, ``#REF!`` … or ``=B2*C2``; None for any other.

    ``="0912"`` is a text that a program has protected so; ``#N/A`` means that there is nothing.
    """
    text = raw.strip()
    if text[:1] == "#" and _ERROR.fullmatch(text):
        return Problem(_("The cell holds the spreadsheet error %(value)s.") % {"value": text})
    if text[:1] == "=" and _FORMULA.match(text):
        return Problem(
            _("“%(value)s” is a formula without a result; open the file in a spreadsheet and save it again.")
            % {"value": text[:60]}
        )
    return None
