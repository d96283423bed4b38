"""The product's own settings, in an empty home that vanishes after the run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if os.environ.get("REGULARS_TESTING") != "1":
    os.environ["REGULARS_HOME"] = tempfile.mkdtemp(prefix="regulars-tests-")
    os.environ["REGULARS_TESTING"] = "1"
    atexit.register(shutil.rmtree, os.environ["REGULARS_HOME"], ignore_errors=True)

# a pytest-xdist worker has a home within that of the process that started it: two would write one warehouse
home, worker = Path(os.environ["REGULARS_HOME"]), os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and home.name != worker:
    (home / worker).mkdir(exist_ok=True)
    os.environ["REGULARS_HOME"] = str(home / worker)

from regulars.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 -- WhiteNoise looks for it; the files come from their sources
