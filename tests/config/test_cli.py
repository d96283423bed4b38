"""The command line as an operator meets it: in a process of its own, in an empty home."""

import json
import os
import subprocess
import sys

import pytest


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


def test_init_prepares_an_empty_home_and_may_be_repeated(regulars):
    first = json.loads(regulars("init", "--json").stdout)
    again = json.loads(regulars("init", "--json").stdout)
    assert first["migrations"] > 0
    assert again["migrations"] == 0


def test_user_add_list_password_disable(regulars):
    made = json.loads(regulars("user", "add", "anna", "--role", "owner", "--json").stdout)
    assert (made["username"], len(made["password"]) >= 12) == ("anna", True)
    assert "taken" in regulars("user", "add", "ANNA", code=2).stderr
    assert (
        json.loads(regulars("user", "password", "anna", "--json", REGULARS_PASSWORD="a new long one").stdout)[
            "password"
        ]
        is None
    )
    regulars("user", "disable", "anna")
    assert json.loads(regulars("user", "list", "--json").stdout)["active"] is False
    assert "no user" in regulars("user", "disable", "nobody", code=2).stderr


def test_wrong_words_are_answered_with_a_sentence(regulars):
    regulars("init")
    assert "no batch" in regulars("undo", "999", code=2).stderr
    assert json.loads(regulars("undo", "999", "--json", code=2).stdout)["error"].startswith("There is no batch")
    assert "invalid choice" in regulars("dance", code=2).stderr
    assert "REGULARS_DEBUG" in regulars("init", code=2, REGULARS_DEBUG="perhaps").stderr


def test_help_speaks_chinese(regulars):
    assert "匯入" in regulars("--help", LANG="zh_TW.UTF-8").stdout


def test_doctor_says_what_is_wrong(regulars):
    regulars("init")
    found = json.loads(regulars("doctor", "--json", code=1).stdout)
    checks = {row["check"]: row for row in found["checks"]}
    assert checks["database"]["ok"]
    assert not checks["worker"]["ok"]
    assert not checks["people"]["ok"]
