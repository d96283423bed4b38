"""What a test needs from the machine: skipped with the line that installs it, or failed where everything is required."""

import os
from typing import NoReturn

import pytest


def missing(what: str, install: str) -> NoReturn:
    """Skip the test because `what` is not on this machine; fail it when REQUIRE=all says that it must be."""
    sentence = f"{what} is not installed; to install it: {install}"
    if os.environ.get("REQUIRE") == "all":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
