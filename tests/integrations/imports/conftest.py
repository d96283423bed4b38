"""Files as they come in, and the way in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.integrations.imports import commands

Bring = Callable[..., dict[str, Any]]

ORDERS = """Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1001,20001,RED MUG,2,2024-01-05 10:00:00,3.50,501.0,Taiwan
1001,20002,BLUE MUG,1,2024-01-05 10:00:00,4.25,501.0,Taiwan
1002,20001,RED MUG,6,2024-01-09 11:30:00,3.50,502.0,Taiwan
1003,20003,TEA TOWEL,1,2024-01-10 09:15:00,5.00,,Taiwan
1004,20001,RED MUG,2,2024-02-01 12:00:00,3.50,501.0,Taiwan
C1005,20001,RED MUG,-2,2024-02-03 12:00:00,3.50,501.0,Taiwan
1006,POST,POSTAGE,1,2024-02-04 12:00:00,18.00,502.0,Taiwan
1006,20002,BLUE MUG,3,2024-02-04 12:00:00,4.25,502.0,Taiwan
1006,20002,BLUE MUG,3,2024-02-04 12:00:00,4.25,502.0,Taiwan
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file: text (in an encoding) or bytes."""

    def make(content: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.fixture
def bring(write: Callable[..., Path]) -> Bring:
    """Import text, bytes or a file, and return the outcome; options by name, e.g. `date_order="dmy"`."""

    def run(
        content: str | bytes | Path, *, name: str = "orders.csv", encoding: str = "utf-8", **told: Any
    ) -> dict[str, Any]:
        path = content if isinstance(content, Path) else write(content, name, encoding)
        passed = {
            key: told.pop(key) for key in ("kind", "source", "mapping", "dry_run", "user", "progress") if key in told
        }
        return commands.import_file(path, options=told, **passed)

    return run
