import pytest

from regulars.kit import phone


@pytest.mark.parametrize(
    "raw",
    [
        "0912-345-678",
        "0912345678",
        "+886912345678",
        "+886 912 345 678",
        "(09)12345678",
        "０９１２３４５６７８",
        "886-912345678",
    ],
)
def test_normalise_brings_every_notation_of_a_mobile_to_one(raw):
    assert phone.normalise(raw) == "+886912345678"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("(02)2531-7099", "+886225317099"),
        ("02-2531-7099#123", "+886225317099;ext=123"),
        ("02-25317099 分機 8", "+886225317099;ext=8"),
        ("+44 20 7946 0958", "+442079460958"),
        ("12", "12"),
        ("not a number", ""),
    ],
)
def test_normalise_keeps_extensions_countries_and_odd_numbers(raw, expected):
    assert phone.normalise(raw) == expected


def test_display_is_national_inside_and_international_outside():
    assert phone.display("+886912345678") == "0912 345 678"
    assert phone.display("+442079460958") == "+44 20 7946 0958"
    assert phone.display("+886225317099;ext=12") == "02 2531 7099 #12"
