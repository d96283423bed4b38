from decimal import Decimal

import pytest

from regulars.kit import money


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (4_820_000, "TWD", "NT$48,200"),
        (123_450, "GBP", "£1,234.50"),
        (-30_000, "TWD", "−NT$300"),
        (-40, "TWD", "NT$0"),
        (1_234, "JPY", "¥1,234"),
        (1_234_567, "KWD", "KWD 1,234.567"),
        (0, "EUR", "€0.00"),
        (None, "EUR", "–"),
    ],
)
def test_format_money_writes_what_is_customary(amount, currency, shown):
    assert money.format_money(amount, currency) == shown


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("12.345", "EUR", 1_234),
        ("12.355", "EUR", 1_236),
        (Decimal("0.5"), "JPY", 0),
        ("1.5", "JPY", 2),
        (7, "TWD", 700),
    ],
)
def test_to_minor_rounds_half_to_even(value, currency, minor):
    assert money.to_minor(value, currency) == minor


@pytest.mark.parametrize("value", ["twelve", "NaN", "Infinity", ""])
def test_to_minor_refuses_what_is_no_amount(value):
    with pytest.raises(ValueError, match="not an amount of money"):
        money.to_minor(value, "EUR")


def test_to_decimal_and_to_minor_are_inverse():
    for amount in (0, 1, -1, 99, 123_456_789_012_345):
        for currency in ("TWD", "JPY", "KWD"):
            assert money.to_minor(money.to_decimal(amount, currency), currency) == amount
