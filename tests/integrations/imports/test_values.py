"""What single cells mean."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from regulars.integrations.imports.values import dates, numbers, tax, texts
from regulars.integrations.imports.values.problem import Memo, Problem

TAIPEI = ZoneInfo("Asia/Taipei")
POINT, COMMA = numbers.DecimalStyle("."), numbers.DecimalStyle(",")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("6.95", "6.95"), ("-0.5", "-0.5"), ("1,234.50", "1234.50"), ("1 234,50", "1234.50"), ("1.234,50", "1234.50"), ("1'234.50", "1234.50"),
        ("１２３．５", "123.5"), ("(1.00)", "-1.00"), ("1.00-", "-1.00"), ("−12", "-12"), ("NT$1,234", "1234"), ("£6.95", "6.95"), ("R$ 1.234,56", "1234.56"),
        ("新台幣 10.0000元", "10.0000"), ("1,23,456.00", "123456.00"), ("1E+05", "100000"), (".5", "0.5"), ("0,125", "0.125"), ("1\u00a0234", "1234"),
    ],
)  # fmt: skip
def test_number_reads_every_usual_style(raw: str, value: str) -> None:
    assert numbers.read_number(raw, POINT) == Decimal(value)


@pytest.mark.parametrize("raw", ["twelve", "十二", "12-3", "1.2.3", "1,234,5", "12 34", "1.234.56,7", "abc1", "5 pcs"])
def test_number_refuses_what_is_none_with_a_sentence(raw: str) -> None:
    read = numbers.read_number(raw, POINT)
    assert type(read) is Problem
    assert raw in read


def test_number_in_a_comma_column_takes_the_dot_for_thousands() -> None:
    assert numbers.read_number("1.234", COMMA) == 1234
    assert numbers.read_number("1.234", POINT) == Decimal("1.234")
    assert numbers.read_number("12,5", COMMA) == Decimal("12.5")


def test_mixed_column_takes_what_is_clear_and_refuses_what_is_not() -> None:
    style, evident = numbers.detect_style(["1,234.50", "1.234,50", "7,25", "12.5"])
    assert evident
    assert style.mixed
    assert numbers.read_number("1.234,50", style) == Decimal("1234.50")
    assert numbers.read_number("1,234.50", style) == Decimal("1234.50")
    refused = numbers.read_number("1,234", style)
    assert type(refused) is Problem
    assert "1234" in refused
    assert "1.234" in refused


@pytest.mark.parametrize(
    ("raw", "order", "local"),
    [
        ("2009-12-01 07:45:00", "ymd", "2009-12-01T07:45"), ("02/03/2024", "dmy", "2024-03-02T00:00"), ("02/03/2024", "mdy", "2024-02-03T00:00"),
        ("31.12.2020 23:59", "dmy", "2020-12-31T23:59"), ("1120831", "roc", "2023-08-31T00:00"), ("112/08/31", "roc", "2023-08-31T00:00"),
        ("民國112年8月31日", "ymd", "2023-08-31T00:00"), ("2023年8月31日", "ymd", "2023-08-31T00:00"), ("19501229", "ymd", "1950-12-29T00:00"),
        ("20240105143000", "ymd", "2024-01-05T14:30"), ("2023/8/1 下午 3:05", "ymd", "2023-08-01T15:05"), ("Jan 5, 2021 3:05 PM", "ymd", "2021-01-05T15:05"),
        ("Friday, 1 January, 2021", "ymd", "2021-01-01T00:00"), ("05-Jan-21", "ymd", "2021-01-05T00:00"), ("44561", "serial", "2021-12-31T00:00"),
        ("１１２／０８／３１", "roc", "2023-08-31T00:00"), ("4/9/98", "mdy", "1998-04-09T00:00"),
    ],
)  # fmt: skip
def test_date_reads_every_usual_notation_in_the_companys_zone(raw: str, order: str, local: str) -> None:
    assert dates.read_moment(raw, order, TAIPEI) == datetime.fromisoformat(local).replace(tzinfo=TAIPEI)


def test_date_with_a_zone_keeps_it() -> None:
    assert dates.read_moment("2024-01-05T10:00:00Z", "ymd", TAIPEI) == datetime(2024, 1, 5, 10, tzinfo=UTC)
    assert dates.read_moment("5/1/2024 10:00 +02:00", "dmy", TAIPEI) == datetime(2024, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "order", "said"),
    [
        ("31/02/2024", "dmy", "29 days"), ("31/02/2023", "dmy", "28 days"), ("02/25/2024", "dmy", "no month 25"), ("yesterday", "dmy", "not a date"),
        ("2024-13-01", "ymd", "not a date"), ("01/01/0001", "dmy", "1801"), ("1/1/2024 25:00", "dmy", "time of day"),
    ],
)  # fmt: skip
def test_date_that_does_not_exist_is_refused_with_a_sentence(raw: str, order: str, said: str) -> None:
    read = dates.read_moment(raw, order, TAIPEI)
    assert type(read) is Problem
    assert said in read


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["02/03/2024", "25/03/2024"], "dmy"), (["02/03/2024", "03/25/2024"], "mdy"), (["02/03/2024", "04/05/2024"], "ambiguous"),
        (["2024-01-02", "2024-05-06"], "ymd"), (["1120831", "1121231"], "roc"), (["19501229", "20240131"], "ymd"), (["apple", "pear"], ""),
        (["05/05/2024", "06/06/2024"], "ymd"), (["112/08/31"], "roc"), (["Jan 5, 2021"], "ymd"),
    ],
)  # fmt: skip
def test_order_of_dates_is_found_or_asked_for(values: list[str], order: str) -> None:
    assert dates.detect_order(values) == order


@pytest.mark.parametrize(
    ("raw", "value"),
    [("13085.0", "13085"), ("00123", "00123"), ('="00123"', "00123"), ("'00123", "00123"), (" A-12 ", "A-12"), ("nan", ""), ("－", ""), ("C489449", "C489449"), ("12.50", "12.50")],
)  # fmt: skip
def test_identifier_is_what_the_other_system_writes(raw: str, value: str) -> None:
    assert texts.read_id(raw) == value


def test_identifier_shortened_by_a_spreadsheet_is_refused() -> None:
    assert "last digits" in texts.read_id("4.53E+12")


def test_tax_id_loses_no_leading_zero_and_the_placeholder_is_none() -> None:
    assert tax.read_tax_id("4595252") == tax.read_tax_id("04595252") == "04595252"
    assert tax.read_tax_id("00000000") == ""


def test_character_the_encoding_did_not_have_is_put_back_and_no_markup_is_made() -> None:
    assert texts.read_name("林子&#23515;") == "林子" + chr(23515)
    assert texts.read_name("a &#60;b&#62; &amp; c") == "a &#60;b&#62; &amp; c"


def test_memo_reads_each_text_once() -> None:
    read: list[str] = []
    memo: Memo[int] = Memo(lambda text: read.append(text) or len(text))  # type: ignore[func-returns-value]
    assert [memo["ab"], memo["ab"], memo["abc"]] == [2, 2, 3]
    assert read == ["ab", "abc"]
