"""Figures say truly whether they reach their target and how they compare."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import Context, Figure, Unavailable
from bench.__main__ import document, number, row, section
from bench.machine import processor_seconds


def test_less_is_better_unless_said_otherwise() -> None:
    seconds = Figure("import", 50, "s", target=60, peer="another", peer_value=100)
    assert (seconds.met, seconds.ratio) == (True, 2)
    rows = Figure("import", 50, "rows/s", target=60, peer="another", peer_value=100, better="more")
    assert (rows.met, rows.ratio) == (False, 0.5)


def test_figure_without_target_or_peer_claims_nothing() -> None:
    figure = Figure("import", 50, "s")
    assert (figure.met, figure.ratio) == (None, None)
    assert set(figure.as_json()) >= {"name", "value", "unit", "peer", "peer_value", "ratio", "target", "met"}


def test_table_shows_a_missed_target() -> None:
    assert row(Figure("pages", 120, "ms", target=100))[:5] == ("pages", "120", "ms", "≤ 100", "NO")
    assert [number(value) for value in (None, 0.01234, 12.345, 525461)] == ["", "0.0123", "12.3", "525,461"]


def test_document_replaces_the_section_of_a_measurement_and_keeps_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench import __main__ as command
    from bench import harness

    monkeypatch.setattr(command, "DOCUMENT", tmp_path / "docs" / "bench.md")
    document(
        {"a": section("a", harness, [Figure("first", 1, "s")]), "b": section("b", harness, [Figure("other", 2, "s")])}
    )
    document({"a": section("a", harness, [Figure("second", 3, "s")])})
    text = command.DOCUMENT.read_text()
    assert "first" not in text
    assert text.count("second") == text.count("| other") == text.count("<!-- a -->") == 1


def test_command_is_measured_and_a_failing_one_is_told(tmp_path: Path) -> None:
    context = Context(tmp_path)
    done = context.command(sys.executable, "-c", "print('{\"rows\": 3}')")
    assert done.json == {"rows": 3}
    assert done.peak_mb > 1
    with pytest.raises(RuntimeError, match="exited with 3"):
        context.command(sys.executable, "-c", "raise SystemExit(3)")


def test_median_counts_only_the_runs_after_the_warm_one(tmp_path: Path) -> None:
    calls: list[int] = []
    Context(tmp_path).median(lambda: calls.append(1), runs=3)
    assert len(calls) == 4


def test_missing_data_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no-such-data"):
        Context(tmp_path).data("no-such-data")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_processor_seconds_are_those_of_the_process_that_serves_the_address() -> None:
    address = "http://127.0.0.1:59999"
    assert processor_seconds(address) is None
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass", "uvicorn", "--port", "59999"])
    try:
        deadline = time.monotonic() + 30
        while (processor_seconds(address) or 0.0) < 0.05:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        busy.kill()
        busy.wait()
