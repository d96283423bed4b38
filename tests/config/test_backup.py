"""Backup, restore and upgrade as an operator meets them: whole or not at all, and proven equal."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

from tests.support import templates

Run = Callable[..., Any]
CUSTOMERS = "60"


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DJANGO_"))}
    return kept | {"REGULARS_HOME": str(home), "LANG": "C.UTF-8", **more}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "regulars.config.cli", *words]


def run(home: Path, *words: str, code: int = 0, **more: str) -> Any:
    done = subprocess.run(
        command(*words, "--json"),
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout) if code == 0 or done.stdout.startswith("{") else done.stderr


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small company in a home of its own, and its backup."""
    folder = tmp_path_factory.mktemp("kept")
    home = templates.lay_out(folder / "home")
    run(home, "init", "--demo", "--customers", CUSTOMERS)
    (home / "files" / "imports").mkdir(parents=True, exist_ok=True)
    (home / "files" / "imports" / "orders 訂單.csv").write_text("a,b\n1,2\n")
    backup = folder / "all.regulars"
    told = run(home, "backup", str(backup))
    assert told["rows"] > 1_000
    assert told["files"] >= 2
    return home, backup


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nothing but one user, to be copied."""
    home = templates.lay_out(tmp_path_factory.mktemp("small") / "home")
    run(home, "user", "add", "anna")
    return home


@pytest.fixture
def own(small: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    return Path(shutil.copytree(small, tmp_path / "home"))


@pytest.fixture
def server_database() -> Iterator[str]:
    """The address of an empty PostgreSQL database; skipped where the suite runs without a server."""
    given = settings.DATABASES["default"]
    if "postgresql" not in given["ENGINE"]:
        pytest.skip("this run has no PostgreSQL; the run on PostgreSQL has")
    admin = os.environ["REGULARS_DATABASE_URL"]
    name = f"restore_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def customers(home: Path, **more: str) -> str:
    done = subprocess.run(
        command("customers", "--json"),
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_restored_elsewhere_everything_is_equal(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, backup = kept
    told = run(tmp_path / "new", "restore", str(backup))
    assert told["equal"] is True
    assert told["kept"] is None
    assert run(tmp_path / "new", "backup", "--compare", str(backup))["different"] == []
    assert customers(tmp_path / "new") == customers(home)
    assert (tmp_path / "new" / "files" / "imports" / "orders 訂單.csv").read_text() == "a,b\n1,2\n"
    assert (tmp_path / "new" / "secret-key").read_text() == (home / "secret-key").read_text()


def test_from_one_database_to_the_other_and_back(kept: tuple[Path, Path], tmp_path: Path, server_database: str) -> None:
    home, backup = kept
    there, again = tmp_path / "there", tmp_path / "again"
    run(there, "restore", str(backup), REGULARS_DATABASE_URL=server_database)
    assert run(there, "backup", "--compare", str(backup), REGULARS_DATABASE_URL=server_database)["equal"]
    assert customers(there, REGULARS_DATABASE_URL=server_database) == customers(home)
    back = tmp_path / "back.regulars"
    run(there, "backup", str(back), REGULARS_DATABASE_URL=server_database)
    run(again, "restore", str(back))
    assert run(again, "backup", "--compare", str(backup))["equal"]
    run(there, "user", "add", "after", REGULARS_DATABASE_URL=server_database)  # sequences go on where they were
    run(there, "restore", str(backup), code=2, REGULARS_DATABASE_URL=server_database)
    run(there, "restore", str(backup), "--replace", REGULARS_DATABASE_URL=server_database)
    assert run(there, "backup", "--compare", str(backup), REGULARS_DATABASE_URL=server_database)["equal"]


def test_what_is_here_gives_way_only_when_told_and_is_kept(kept: tuple[Path, Path], own: Path) -> None:
    home = own
    assert "--replace" in run(home, "restore", str(kept[1]), code=2)["error"]
    told = run(home, "restore", str(kept[1]), "--replace")
    with closing(sqlite3.connect(told["kept"])) as before:
        assert before.execute("SELECT username FROM staff_user").fetchall() == [("anna",)]
    run(home, "user", "add", "bert")
    assert run(home, "backup", "--compare", str(kept[1]), code=1)["different"] == ["staff_auditentry", "staff_user"]


def broken(backup: Path, folder: Path, how: str) -> Path:
    path = folder / "broken.regulars"
    if how == "cut short":
        path.write_bytes(backup.read_bytes()[:-200])
    elif how == "another file":
        path.write_text("name,amount\n")
    elif how != "missing":
        with zipfile.ZipFile(backup) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "manifest.json":
                    told = json.loads(content)
                    told |= {"format": 99} if how == "later version" else {}
                    if how == "path out of the house":
                        told["files"][0]["name"] = "../../outside"
                    content = json.dumps(told).encode()
                elif how == "changed" and "customers_party/" in name:
                    content = old.read(next(one for one in old.namelist() if "customers_identifier/" in one))
                new.writestr(
                    name.replace("home/files", "home/files") if how != "path out of the house" else name, content
                )
    return path


@pytest.mark.parametrize(
    "how", ["missing", "another file", "cut short", "later version", "changed", "path out of the house"]
)
def test_what_is_no_good_backup_is_refused_and_nothing_changes(
    kept: tuple[Path, Path], own: Path, tmp_path: Path, how: str
) -> None:
    home = own
    done = subprocess.run(
        command("restore", str(broken(kept[1], tmp_path, how)), "--replace"),
        env=environment(home), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert [line["username"] for line in [run(home, "user", "list")]] == ["anna"]
    assert not (tmp_path / "outside").exists()
    assert [path.name for path in home.iterdir() if "restoring" in path.name] == []


def test_backup_never_overwrites_and_says_where_it_cannot_write(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, backup = kept
    assert "never overwrites" in run(home, "backup", str(backup), code=2)["error"]
    assert "cannot be written" in run(home, "backup", str(tmp_path / "no" / "folder" / "x"), code=2)["error"]
    assert (backup.stat().st_mode & 0o077) == 0


@pytest.mark.process
@pytest.mark.parametrize("wait", [1.0, 1.8])
def test_killed_restore_leaves_what_was_there(kept: tuple[Path, Path], own: Path, wait: float) -> None:
    home = own
    process = subprocess.Popen(
        command("restore", str(kept[1]), "--replace"), env=environment(home), stdout=subprocess.DEVNULL
    )
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    names = {line["username"] for line in map(json.loads, _lines(home, "user", "list"))}
    assert names == {"anna"} or "owner" in names  # the old state or the whole new one, nothing between
    if "owner" in names:
        assert run(home, "backup", "--compare", str(kept[1]))["equal"]
    run(home, "restore", str(kept[1]), "--replace")
    assert run(home, "backup", "--compare", str(kept[1]))["equal"]


@pytest.mark.process
@pytest.mark.parametrize("wait", [0.9])
def test_killed_backup_leaves_no_half_file_behind(kept: tuple[Path, Path], tmp_path: Path, wait: float) -> None:
    home, target = kept[0], tmp_path / "one.regulars"
    process = subprocess.Popen(command("backup", str(target)), env=environment(home), stdout=subprocess.DEVNULL)
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if target.exists():
        assert run(home, "backup", "--compare", str(target))["equal"]
    else:
        assert run(home, "backup", str(target))["rows"] > 1_000


def test_restore_and_upgrade_wait_for_the_server_to_be_stopped(kept: tuple[Path, Path], own: Path) -> None:
    from regulars.config.backup import in_use

    with in_use.hold(own):
        assert "Stop it first" in run(own, "restore", str(kept[1]), code=2)["error"]
        assert "Stop it first" in run(own, "upgrade", code=2)["error"]
    assert run(own, "upgrade")["migrations"] == 0


def _lines(home: Path, *words: str) -> list[str]:
    done = subprocess.run(
        command(*words, "--json"), env=environment(home), capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.splitlines()
