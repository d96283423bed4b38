"""Every room says what it is; nothing compiled or private is kept in the repository."""

import importlib
import pkgutil
import subprocess
from pathlib import Path

import pytest

import regulars

ROOT = Path(regulars.__file__).parent.parent


def packages() -> list[str]:
    found = pkgutil.walk_packages(regulars.__path__, "regulars.", onerror=lambda _: None)
    return [one.name for one in found if one.ispkg and "migrations" not in one.name]


@pytest.mark.parametrize("name", packages())
def test_room_says_what_it_is_in_its_first_lines(name: str) -> None:
    docstring = importlib.import_module(name).__doc__ or ""
    assert len(docstring.split()) >= 4, f"{name}/__init__.py: say in a sentence what this room is"


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


@pytest.mark.parametrize("ending", [".mo", ".pyc", ".sqlite3", ".env", ".pem", ".key"])
def test_repository_keeps_nothing_compiled_or_private(ending: str) -> None:
    assert [name for name in tracked_files() if name.endswith(ending)] == []


def test_repository_keeps_no_copy_of_a_front_end_library() -> None:
    assert [name for name in tracked_files() if "/static/vendor/" in name or "node_modules" in name] == []
