"""Dates, times, numbers and money in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from regulars.kit import clock
from regulars.web import format as show

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 in Taipei


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("22 Nov 2026", "22 Nov", "22 Nov 2026, 12:00", "Nov 2026", "–")),
        ("zh-hant", ("2026年11月22日", "11月22日", "2026年11月22日 12:00", "2026年11月", "–")),
    ],
)
def test_dates_follow_the_language(language: str, expected: tuple[str, ...]) -> None:
    with translation.override(language):
        said = (
            show.show_date(NOON),
            show.show_date(date(2026, 11, 22), year=False),
            show.show_datetime(NOON),
            show.show_month(date(2026, 11, 1)),
            show.show_date(None),
        )
    assert said == expected


def test_day_is_the_company_s(settings: object) -> None:
    assert show.local_day(datetime(2026, 11, 21, 16, 0, tzinfo=UTC)) == date(2026, 11, 22)
    assert show.local_day(datetime(2026, 11, 21, 15, 59, tzinfo=UTC)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("before", "english", "chinese"),
    [
        (timedelta(seconds=20), "just now", "剛剛"),
        (timedelta(minutes=1), "1 minute ago", "1 分鐘前"),
        (timedelta(minutes=-5), "in 5 minutes", "5 分鐘後"),
        (timedelta(hours=3), "3 hours ago", "3 小時前"),
        (timedelta(hours=-2), "in 2 hours", "2 小時後"),
        (timedelta(hours=13), "yesterday", "昨天"),
        (timedelta(days=-1), "tomorrow", "明天"),
        (timedelta(days=3), "3 days ago", "3 天前"),
        (timedelta(days=-12), "in 12 days", "12 天後"),
        (timedelta(days=91), "3 months ago", "3 個月前"),
        (timedelta(days=800), "2 years ago", "2 年前"),
    ],
)
def test_ago_is_said_in_the_coarsest_honest_unit(before: timedelta, english: str, chinese: str) -> None:
    with clock.stopped_at(NOON):
        with translation.override("en"):
            assert show.ago(NOON - before) == english
        with translation.override("zh-hant"):
            assert show.ago(NOON - before) == chinese


def test_half_an_hour_before_midnight_is_not_yesterday() -> None:
    with clock.stopped_at(datetime(2026, 11, 21, 16, 10, tzinfo=UTC)):
        assert show.ago(datetime(2026, 11, 21, 15, 40, tzinfo=UTC)) == "30 minutes ago"
        assert show.ago(date(2026, 11, 22)) == "today"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1234567, "1,234,567"), (1234.56, "1,234.6"), (Decimal(-3), "−3"), (0, "0"), (None, "–")],
)
def test_numbers_have_separators_and_a_true_minus(value: object, expected: str) -> None:
    assert show.show_number(value) == expected  # type: ignore[arg-type]


def test_percent_and_money() -> None:
    assert show.show_percent(0.237) == "24%"
    assert show.show_percent(-0.05, 1) == "−5.0%"
    assert show.show_money(4_820_000) == "NT$48,200"
    assert show.show_money(123_450, "GBP") == "£1,234.50"
    assert show.plain_money(-123_450) == "-1234.50"


def test_as_of_says_the_time_today_and_the_day_before() -> None:
    with clock.stopped_at(NOON):
        assert show.as_of(NOON - timedelta(hours=1)) == "as of 11:00 today"
        assert show.as_of(NOON - timedelta(days=1)) == "as of 21 Nov 2026, 12:00"
        assert show.as_of(None) == "not computed yet"
