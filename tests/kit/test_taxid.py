"""統一編號 by the rule in force since April 2023; the numbers are the Ministry of Finance's own."""

import pytest

from regulars.kit import taxid


@pytest.mark.parametrize("number", ["04595252", "10458570", "04595257", "10458575", "10458574", "11913502", "00000000"])
def test_tax_id_of_the_present_rule_is_valid(number: str) -> None:
    assert taxid.is_valid(number)


@pytest.mark.parametrize("number", ["04595253", "10458573", "1191350", "119135021", "1191350a", "１１９１３５０２", ""])
def test_tax_id_with_a_wrong_digit_or_length_is_not(number: str) -> None:
    assert not taxid.is_valid(number)
