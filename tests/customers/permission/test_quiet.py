"""Quiet hours in the zones where somebody may live."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.customers.permission.quiet import quiet_until, zones_of

NINE_TO_NINE = 21 * 60, 9 * 60


@pytest.mark.parametrize(("country", "zones"), [
    ("", ["Asia/Taipei"]), ("TW", ["Asia/Taipei"]), ("臺灣", ["Asia/Taipei"]), ("Atlantis", ["Asia/Taipei"]), ("japan", ["Asia/Tokyo"]),
    ("United Kingdom", ["Europe/London"]), ("usa", ["America/New_York", "Pacific/Honolulu"]),
])  # fmt: skip
def test_country_tells_the_zone(country: str, zones: list[str]) -> None:
    assert [zone.key for zone in zones_of(country)] == zones


def test_country_of_many_zones_is_quiet_where_either_end_is() -> None:
    noon_in_new_york = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)  # seven in the morning in Honolulu
    assert quiet_until(noon_in_new_york, zones_of("US"), *NINE_TO_NINE) == datetime(2026, 1, 15, 19, 0, tzinfo=UTC)


def test_quiet_hours_end_by_the_clock_on_the_wall_when_it_is_put_forward() -> None:
    berlin = [ZoneInfo("Europe/Berlin")]
    before_spring = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)  # 22:30, the night in which two o'clock becomes three
    assert quiet_until(before_spring, berlin, *NINE_TO_NINE) == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


def test_quiet_hours_within_a_day() -> None:
    taipei = [ZoneInfo("Asia/Taipei")]
    assert quiet_until(datetime(2026, 1, 1, 4, 30, tzinfo=UTC), taipei, 12 * 60, 13 * 60) == datetime(
        2026, 1, 1, 5, tzinfo=UTC
    )
    assert quiet_until(datetime(2026, 1, 1, 5, 0, tzinfo=UTC), taipei, 12 * 60, 13 * 60) is None
