"""The product's own settings, in an empty home that vanishes after the run."""

import atexit
import os
import shutil
import tempfile

if os.environ.get("REGULARS_TESTING") != "1":  # a pytest-xdist worker inherits the home of the process that started it
    os.environ["REGULARS_HOME"] = tempfile.mkdtemp(prefix="regulars-tests-")
    os.environ["REGULARS_TESTING"] = "1"
    atexit.register(shutil.rmtree, os.environ["REGULARS_HOME"], ignore_errors=True)

from regulars.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 -- WhiteNoise looks for it; the files come from their sources
