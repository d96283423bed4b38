"""統一編號, the tax number of a Taiwanese organisation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.integrations.imports.values.problem import Problem
from regulars.integrations.imports.values.texts import read_id

_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
_NOT_A_KEY = "00000000"


def is_valid(number: str) -> bool:
    """Whether eight digits pass the check of the Ministry of Finance in force since 2023 (the sum divides by 5)."""
    if len(number) != 8 or not (number.isascii() and number.isdigit()):
        return False
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(number, _WEIGHTS, strict=True))
    return total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)


def read_tax_id(raw: str) -> str | Problem:
    """Return the number, "" for none or for the placeholder 00000000 that belongs to nobody."""
    number = read_id(raw)
    if isinstance(number, Problem) or not number:
        return number
    number = number.zfill(8) if number.isdigit() and len(number) == 7 else number
    if number == _NOT_A_KEY:
        return ""
    if not is_valid(number):
        return Problem(_("“%(value)s” is no valid tax ID: the check digit does not fit.") % {"value": raw.strip()})
    return number
