"""From every earlier release to this one in one command, with what people had still there, and a way back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.releases import CUSTOMERS, LAST_STEPS, REVENUE, is_behind

from .test_backup import command, environment, run, server_database  # noqa: F401 -- a fixture

ROOT = Path(__file__).resolve().parents[2]


def old(home: Path, release: str, **more: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.support.releases", release],
        env=environment(home, **more),
        cwd=ROOT,
        timeout=300,
        check=True,
    )


def proves_itself(home: Path, release: str, **more: str) -> None:
    told = run(home, "upgrade", **more)
    assert (told["migrations"] > 0) == is_behind(release)
    if told["migrations"]:
        assert Path(told["backup"]).exists()
    assert run(home, "upgrade", **more)["migrations"] == 0
    done = subprocess.run(
        command("customers", "--json"),
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told_of = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told_of) == CUSTOMERS + 1
    assert {one["revenue"] for one in told_of} == {f"{REVENUE / 100:.2f}"}
    found = run(home, "search", "0912345678", **more)
    assert "王小明0" in json.dumps(found, ensure_ascii=False)
    if told["migrations"]:
        run(home, "restore", told["backup"], "--replace", **more)
    run(home, "backup", **more)


@pytest.mark.parametrize("release", sorted(LAST_STEPS))
def test_upgrade_on_sqlite(release: str, tmp_path: Path) -> None:
    old(tmp_path / "home", release)
    proves_itself(tmp_path / "home", release)


@pytest.mark.parametrize("release", sorted(LAST_STEPS))
def test_upgrade_on_postgresql(release: str, tmp_path: Path, server_database: str) -> None:  # noqa: F811
    old(tmp_path / "home", release, REGULARS_DATABASE_URL=server_database)
    proves_itself(tmp_path / "home", release, REGULARS_DATABASE_URL=server_database)
