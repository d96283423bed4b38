"""Tax IDs as files write them."""

from __future__ import annotations

from regulars.integrations.imports.values.problem import Problem
from regulars.integrations.imports.values.texts import read_id
from regulars.kit.taxid import PLACEHOLDER


def read_tax_id(raw: str) -> str | Problem:
    """Return the number, "" for none or for the placeholder 00000000 that belongs to nobody.

    A spreadsheet takes the leading zero away; it is put back. Whether the check digit fits is asked by whoever uses the
    number as a key (``kit.taxid.is_valid``): a wrong one is kept with a warning, for it is what the file knows.
    """
    number = read_id(raw)
    if isinstance(number, Problem) or not number:
        return number
    number = number.zfill(8) if number.isdigit() and len(number) == 7 else number
    return "" if number == PLACEHOLDER else number
