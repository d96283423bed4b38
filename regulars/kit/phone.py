"""Telephone numbers in one notation (E.164), whatever way they were written."""

from __future__ import annotations

import re
import unicodedata

_EXTENSION = re.compile(r"(?:ext\.?|extension|分機|轉|#|x)\s*(\d{1,6})\s*$", re.IGNORECASE)
_DIGITS = re.compile(r"\D+")


def normalise(raw: str, *, region: str = "TW") -> str:
    """Return ``raw`` as E.164 (``+886912345678``; ``;ext=12`` appended when given), or its bare digits when it is no valid number.

    Args:
        region: ISO country assumed for numbers in local notation.
    """
    import phonenumbers  # noqa: PLC0415 -- 0.1 s of start-up, only paid by those who need it

    text = unicodedata.normalize("NFKC", raw).strip()
    extension = ""
    if match := _EXTENSION.search(text):
        extension, text = f";ext={match.group(1)}", text[: match.start()]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits(text)
    if not phonenumbers.is_possible_number(number):
        return digits(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def digits(text: str) -> str:
    """Return only the digits of ``text``."""
    return _DIGITS.sub("", unicodedata.normalize("NFKC", text))


def display(normalised: str, *, region: str = "TW") -> str:
    """Return an E.164 number as people of ``region`` write it: national inside, international from outside."""
    import phonenumbers  # noqa: PLC0415 -- see normalise

    bare, _, extension = normalised.partition(";ext=")
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return normalised
    inside = phonenumbers.region_code_for_number(number) == region
    form = phonenumbers.PhoneNumberFormat.NATIONAL if inside else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form) + (f" #{extension}" if extension else "")
