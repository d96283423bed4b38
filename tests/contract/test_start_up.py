"""What a web process carries: the analytical libraries are imported where they are used, never at start-up."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HEAVY = ("duckdb", "numpy", "pandas", "pyarrow", "scipy", "numba", "sklearn")

SCRIPT = f"""
import sys
from regulars.config.asgi import application
from django.urls import get_resolver
from django.test import Client
get_resolver().url_patterns
Client(SERVER_NAME="localhost").get("/sign-in/")
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & set({HEAVY!r})))
"""


def test_web_process_starts_without_the_analytical_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
