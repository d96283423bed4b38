"""A small demonstration company, analysed, for people to walk through in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.demo_fixture import Demo, load

SIZE = 60

Walk = Callable[..., object]


@pytest.fixture
def company(transactional_db: None, tmp_path: Path) -> Demo:
    """Sixty customers and those around them, as they stand after the nightly refresh."""
    from regulars.reporting.actions import refresh

    demo = load(tmp_path, customers=SIZE)
    refresh()
    return demo
