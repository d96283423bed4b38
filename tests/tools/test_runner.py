"""The runner of the suite counts truly."""

from collections import Counter
from pathlib import Path

import pytest

from tools import test as runner

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><error/></testcase>
<testcase name="d"><skipped message="Skipped: Chromium is not installed"/></testcase>
</testsuite></testsuites>"""


def test_report_is_counted_with_the_reasons_of_skips(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    outcome = runner.Outcome("SQLite", 1)
    runner.read_report(tmp_path / "report.xml", outcome)
    assert outcome.counts == Counter(passed=1, failed=2, skipped=1)
    assert outcome.skips == Counter({"Chromium is not installed": 1})
    assert not outcome.ok


def test_run_that_broke_before_any_test_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    runner.print_summary([runner.Outcome("SQLite", 4)], ["PostgreSQL"])
    said = capsys.readouterr().out
    assert "total: 0 passed, 1 failed, 0 skipped" in said
    assert "PostgreSQL: SKIPPED" in said


def test_chosen_tests_run_in_one_process_and_the_suite_in_two() -> None:
    assert runner.workers([]) == ["-n", "2", "--dist", "loadscope"]
    assert runner.workers(["-q"]) == ["-n", "2", "--dist", "loadscope"]
    assert runner.workers(["tests/kit"]) == runner.workers(["-n0"]) == []


def test_settings_of_the_caller_do_not_reach_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", "/somewhere")
    monkeypatch.setenv("REGULARS_COUNTRY", "DE")
    assert not {"REGULARS_HOME", "REGULARS_COUNTRY"} & set(runner.without_settings())


def test_missing_server_fails_the_run_where_everything_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner.browser, "find_chromium", lambda: None)
    monkeypatch.setenv("REQUIRE", "all")
    monkeypatch.setattr(runner, "run_all", lambda arguments, missing: pytest.fail("must not start"))
    assert runner.main([]) == 1
    assert "Chromium" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("failed", "passed_again", "ok"),
    [(1, 1, True), (2, 1, False), (9, 9, False)],
    ids=["the one that raced", "one that did not race", "too many to be chance"],
)
def test_what_races_the_clock_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch, failed: int, passed_again: int, ok: bool
) -> None:
    answers = [
        runner.Outcome("SQLite", 1, counts=Counter(passed=10, failed=failed)),
        runner.Outcome("SQLite", 0, counts=Counter(passed=passed_again)),
    ]
    asked: list[list[str]] = []

    def run(_name: str, arguments: list[str], _environment: dict[str, str]) -> runner.Outcome:
        asked.append(arguments)
        return answers[len(asked) - 1]

    monkeypatch.setattr(runner, "run_pytest", run)
    outcome = runner.run_twice("SQLite", ["-n", "2"], {})
    assert outcome.ok is ok
    assert outcome.counts["failed"] == (0 if ok else failed)
    assert asked[1:] in ([["-m", "browser or process", "--last-failed"]], [])
