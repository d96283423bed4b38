"""統一編號, the tax number of a Taiwanese organisation: the rule of the Ministry of Finance in force since April 2023.

Source: Fiscal Information Agency, Ministry of Finance (test numbers 04595252, 10458570; also valid 04595257, 10458575, 10458574).
"""

from __future__ import annotations

from typing import Final

PLACEHOLDER: Final = "00000000"
"""Passes the rule and belongs to nobody: foreign issuers share it. Never a key."""

_WEIGHTS: Final = (1, 2, 1, 2, 1, 2, 4, 1)


def is_valid(number: str) -> bool:
    """Whether eight digits pass: the digits of the weighted digits add up to a multiple of 5; with a 7 in the seventh place
    one more will do as well.

    >>> [is_valid(number) for number in ("04595252", "10458574", "04595253", "1234567")]
    [True, True, False, False]
    """
    if len(number) != 8 or not (number.isascii() and number.isdigit()):
        return False
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(number, _WEIGHTS, strict=True))
    return total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)
