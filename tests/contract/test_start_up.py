"""What a web process carries: the analytical libraries are imported where they are used, never at start-up."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support import templates

ROOT = Path(__file__).resolve().parent.parent.parent
HEAVY = ("duckdb", "numpy", "pandas", "pyarrow", "scipy", "numba", "sklearn", "calamine", "python_calamine")

SERVE_ONE_PAGE = f"""
import sys
from regulars.config.asgi import application
from django.test import Client
assert Client(SERVER_NAME="localhost").get("/sign-in/").status_code in (200, 302)
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & set({HEAVY!r})))
"""


def test_web_process_starts_without_the_analytical_libraries(tmp_path: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if name != "REGULARS_DATABASE_URL"}
    settings |= {
        "REGULARS_HOME": str(templates.lay_out(tmp_path)),
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
    }

    def python(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert python("-c", SERVE_ONE_PAGE).split() == []
