"""A web process that nobody asks for the API carries nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
LOOK = """
import sys
from regulars.config.asgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"pydantic", "ninja", "schemathesis"}))
"""


def test_web_process_starts_without_what_only_the_api_needs(tmp_path: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if name != "REGULARS_DATABASE_URL"}
    settings |= {"REGULARS_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
