"""What other rooms want to be told about imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

after_import: list[Callable[[Any], None]] = []
"""Called with the finished import job, after commit."""
