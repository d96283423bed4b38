"""The command line as an operator meets it: in a process of its own, in an empty home."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.support import templates


@pytest.fixture
def regulars(tmp_path):
    def run(*words, code=0, **environment):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("REGULARS_", "DJANGO_"))}
        env |= {"REGULARS_HOME": str(tmp_path / "home"), "LANG": "C.UTF-8", **environment}
        done = subprocess.run(
            [sys.executable, "-m", "regulars.config.cli", *words],
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr + done.stdout
        return done

    return run


def tables_of(path):
    """How everything in a database is defined."""
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        return {(kind, name): sql for kind, name, sql in rows}


@pytest.fixture
def laid_out(tmp_path):
    """The home is one in which `regulars init` was said."""
    templates.lay_out(tmp_path / "home")


def test_init_prepares_an_empty_home_in_private_and_may_be_repeated(regulars, tmp_path):
    (tmp_path / "home").mkdir(mode=0o755)  # others may read the folder; what is in it is private all the same
    first = json.loads(regulars("init", "--json").stdout)
    assert [path.name for path in (tmp_path / "home").rglob("*") if path.stat().st_mode & 0o077] == []
    again = json.loads(regulars("init", "--json").stdout)
    assert first["migrations"] > 0
    assert again["migrations"] == 0
    assert tables_of(tmp_path / "home" / "regulars.sqlite3") == tables_of(templates.sqlite())


def test_user_add_list_password_disable(regulars):
    made = json.loads(regulars("user", "add", "anna", "--role", "manager", "--json").stdout)
    assert (made["username"], len(made["password"]) >= 12) == ("anna", True)
    assert "taken" in regulars("user", "add", "ANNA", code=2).stderr
    assert (
        json.loads(regulars("user", "password", "anna", "--json", REGULARS_PASSWORD="a new long one").stdout)[
            "password"
        ]
        is None
    )
    unlocked = json.loads(regulars("user", "unlock", "anna", "--factors", "--json").stdout)
    assert unlocked == {"username": "anna", "factors_removed": 0}
    regulars("user", "disable", "anna")
    assert json.loads(regulars("user", "list", "--json").stdout)["active"] is False
    assert "no user" in regulars("user", "disable", "nobody", code=2).stderr


@pytest.mark.usefixtures("laid_out")
def test_wrong_words_are_answered_with_a_sentence(regulars):
    assert "no batch" in regulars("undo", "999", code=2).stderr
    assert json.loads(regulars("undo", "999", "--json", code=2).stdout)["error"].startswith("There is no batch")
    assert "invalid choice" in regulars("dance", code=2).stderr
    assert "REGULARS_DEBUG" in regulars("init", code=2, REGULARS_DEBUG="perhaps").stderr


@pytest.mark.parametrize("words", [("customers",), ("undo", "1"), ("user", "list"), ("user", "disable", "anna")])
def test_empty_home_is_said_and_not_a_traceback(regulars, words):
    done = regulars(*words, code=2)
    assert "regulars init" in done.stderr
    assert "Traceback" not in done.stderr


def test_home_that_cannot_be_is_said(regulars, tmp_path):
    (tmp_path / "file").write_text("")
    done = regulars("init", code=2, REGULARS_HOME=str(tmp_path / "file" / "home"))
    assert "cannot be made" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("laid_out")
def test_numbers_out_of_range_are_answered_with_a_sentence(regulars):
    assert "1 and 65535" in regulars("serve", "--port", "99999999", code=2).stderr
    assert "1 and 65535" in regulars("serve", code=2, PORT="abc").stderr
    assert "number of rows" in regulars("customers", "--limit", "-3", code=2).stderr
    assert "outside the years" in regulars("refresh", "--as-of", "2999-01-01", code=2).stderr
    assert regulars("customers", PORT="abc").stdout == ""


@pytest.mark.usefixtures("laid_out")
def test_broken_database_is_said(regulars, tmp_path):
    (tmp_path / "home" / "regulars.sqlite3").write_bytes(b"this is no database" * 300)
    done = regulars("customers", "--json", code=1)
    assert "doctor" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


def test_help_speaks_chinese(regulars):
    assert "匯入" in regulars("--help", LANG="zh_TW.UTF-8").stdout


@pytest.mark.usefixtures("laid_out")
def test_doctor_says_what_is_wrong(regulars):
    found = json.loads(regulars("doctor", "--json", code=1).stdout)
    checks = {row["check"]: row for row in found["checks"]}
    assert checks["database"]["ok"]
    assert not checks["worker"]["ok"]
    assert not checks["people"]["ok"]
