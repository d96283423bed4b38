"""Money as integer minor units with an ISO 4217 currency, and its one way of being read and written.

1 TWD is stored as 100 minor units (the ISO exponent) and shown without decimals, as is the custom in Taiwan.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "JOD": 3, "OMR": 3, "TND": 3}
_SHOWN_WITHOUT_DECIMALS = {"TWD", "JPY", "KRW", "VND", "IDR", "HUF", "CLP", "ISK"}
_SYMBOLS = {
    "TWD": "NT$", "USD": "US$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "HKD": "HK$", "BRL": "R$", "KRW": "₩",
}  # fmt: skip


def exponent(currency: str) -> int:
    """Number of decimal places of the currency's minor unit (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(value: Decimal | int | str, currency: str) -> int:
    """Return ``value`` (major units) in minor units, rounded half to even.

    Raises:
        ValueError: ``value`` is not a finite number.
    """
    try:
        amount = Decimal(value)
        return int((amount.scaleb(exponent(currency))).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValueError(f"not an amount of money: {value!r}") from error


def to_decimal(amount: int, currency: str) -> Decimal:
    """Return minor units as an exact decimal number of major units."""
    return Decimal(amount).scaleb(-exponent(currency))


def symbol(currency: str) -> str:
    """The sign written before the amount; the code itself and a space where there is none."""
    return _SYMBOLS.get(currency, f"{currency} " if currency else "")


def format_money(amount: int | None, currency: str, *, decimals: int | None = None) -> str:
    """Return e.g. ``NT$48,200``, ``£1,234.50``, ``−NT$300``; an en dash for None.

    Args:
        amount: minor units.
        decimals: places shown; by default as customary for the currency.
    """
    if amount is None:
        return "–"
    places = decimals if decimals is not None else 0 if currency in _SHOWN_WITHOUT_DECIMALS else exponent(currency)
    value = to_decimal(abs(amount), currency)
    sign = "−" if amount < 0 and round(value, places) else ""
    return f"{sign}{symbol(currency)}{value:,.{places}f}"
