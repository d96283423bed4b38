"""Migrations say what they do: the models have no change without one, and none carries a generated name."""

import os
import re
import subprocess
import sys
import tempfile

from tools.checks.files import ROOT, kept, shown

NAME = re.compile(r"\d{4}_[a-z][a-z0-9_]*\.py")
GENERATED = re.compile(r"\d{4}_(auto_|alter_\w+_and_more|\w+_and_more)")


def badly_named() -> list[str]:
    """Sentences about migrations whose name does not say what they do."""
    return [
        f"{shown(path)}: give it a name that says what it does (makemigrations --name)"
        for path in kept("regulars/**/migrations/*.py")
        if path.name != "__init__.py" and (not NAME.fullmatch(path.name) or GENERATED.match(path.name))
    ]


def missing() -> list[str]:
    """What makemigrations would write, as it says it."""
    with tempfile.TemporaryDirectory(prefix="regulars-migrations-") as home:
        settings = {"REGULARS_HOME": home, "DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
        done = subprocess.run(
            [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "--no-color"],
            cwd=ROOT,
            env=os.environ | settings,
            check=False,
            capture_output=True,
            text=True,
        )
    return (done.stdout + done.stderr).strip().splitlines() if done.returncode else []


def problems() -> list[str]:
    """Sentences about missing and badly named migrations."""
    return badly_named() + missing()
