"""Reasons in words: every code has a sentence whose values exist, and values are written as a reader expects."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import translation

from regulars.customers import reasons
from regulars.kit import clock


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese"),
    [
        ("usual_days", 1, "1 day", "1 天"),
        ("usual_days", 61.4, "61 days", "61 天"),
        ("silence_days", 400, "13 months", "13 個月"),
        ("silence_days", 900, "2.5 years", "2.5 年"),
        ("bought_on", "2026-03-05", "5 Mar 2026", "2026年3月5日"),
        ("gone_share", 0.746, "75%", "75%"),
        ("year_money", 4_820_000, "NT$48,200", "NT$48,200"),
        ("purchases", 1_234, "1,234", "1,234"),
        ("usual_days", None, "–", "–"),
    ],
)
def test_values_are_written_by_what_their_name_says(name: str, value: object, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert reasons.written(name, value, "TWD") == english
    with translation.override("zh-hant"):
        assert reasons.written(name, value, "TWD") == chinese


def test_money_is_in_its_own_currency() -> None:
    reason = {"code": "value.gain", "values": {"gain_money": 123_450, "currency": "GBP"}}
    with translation.override("en"):
        assert "£1,234.50" in reasons.say(reason)


@pytest.mark.parametrize("code", sorted(reasons.SENTENCES))
def test_both_languages_use_the_same_values(code: str) -> None:
    names = []
    for language in ("en", "zh-hant"):
        with translation.override(language):
            names.append(set(re.findall(r"%\((\w+)\)s", str(reasons.SENTENCES[code]))))
    assert names[0] == names[1]


def test_an_unknown_code_is_said_as_itself() -> None:
    assert reasons.say({"code": "of.tomorrow", "values": {}}) == "of.tomorrow"


def test_silence_grows_with_the_days_though_nothing_is_written():
    reason = {"code": "stage.gone_once", "values": {"silence_since": "2026-05-01", "gone_share": 0.9}}
    for day, said in ((11, "10 days"), (31, "30 days")):
        with clock.stopped_at(datetime(2026, 5, day, 4, tzinfo=UTC)):
            assert reasons.say(reason) == f"One purchase, silent for {said}: most likely gone (90%)."
