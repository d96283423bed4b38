"""Databases that are laid out once and copied: what a hundred migrations make is the same for every test that is not about them.

A template is made of this very code (the key is the hash of every file of the product), by `migrate` in a process of its own, and
kept for the next run: SQLite as a file under var/, PostgreSQL as a database of the server that the suite uses.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "test-templates"
PREFIX = "regulars_template_"
KEPT_SECONDS = 86_400


def key() -> str:
    """What the code that lays out a database hashes to."""
    said = hashlib.sha256(version("django").encode() + version("django-tasks-db").encode())
    for path in sorted((ROOT / "regulars").rglob("*.py")):
        said.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return said.hexdigest()[:20]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "lock", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _migrate(home: Path, **more: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DJANGO_"))}
    kept |= {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_HOME": str(home), **more}
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity=0"], cwd=ROOT, env=kept, check=True)


def sqlite() -> Path:
    """The file of an empty SQLite database with all tables; made when there is none of this code yet."""
    with _one_at_a_time():
        made = FOLDER / f"{key()}.sqlite3"
        if not made.exists():
            for old in FOLDER.glob("*.sqlite3"):
                if time.time() - old.stat().st_mtime > KEPT_SECONDS:  # another run may be copying a younger one
                    old.unlink()
            with tempfile.TemporaryDirectory(prefix="regulars-template-") as home:
                _migrate(Path(home))
                draft = Path(home) / "draft.sqlite3"
                with closing(sqlite3.connect(Path(home) / "regulars.sqlite3")) as raw:
                    raw.execute("VACUUM INTO ?", [str(draft)])
                shutil.move(draft, made)
    return made


def postgresql(address: str) -> str:
    """The name of an empty database with all tables on the server at ``address``; made when there is none of this code yet."""
    with _one_at_a_time(), psycopg.connect(address, autocommit=True) as server:
        made = PREFIX + key()
        names = [
            name for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        ]
        if made not in names:
            for old in names:
                server.execute(f"DROP DATABASE {old}")  # type: ignore[arg-type]
            server.execute(f"CREATE DATABASE {PREFIX}draft")  # type: ignore[arg-type]
            with tempfile.TemporaryDirectory(prefix="regulars-template-") as home:
                there = urlunsplit(urlsplit(address)._replace(path=f"/{PREFIX}draft"))
                _migrate(Path(home), REGULARS_DATABASE_URL=there)
            server.execute(f"ALTER DATABASE {PREFIX}draft RENAME TO {made}")  # type: ignore[arg-type]
    return made


def lay_out(home: Path) -> Path:
    """Make ``home`` one whose SQLite database has all tables, as `regulars init` would."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "regulars.sqlite3").touch(mode=0o600)
    shutil.copyfile(sqlite(), home / "regulars.sqlite3")
    return home
