"""The table of who may what: every address of the API and of the screens, tried as every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from regulars.staff.models import Role

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "permissions.md"
ROLES = list(Role.values)
OPENING = """# Who may what

Every address of the API and of the screens, tried as every role by `tests/contract/test_permissions.py`, which fails when
this table and the product differ. A cell is the status of the answer: **403** the role does not allow it, **404** the
record is not there for this role (it belongs to somebody else, outside one's reach), 405 the address does not know the
method; 2xx, 3xx and 422 (the try was let in; its values were refused) mean that the role may. What is tried belongs to the
owner of the company: salespeople see their team's customers, dispatchers their territory's, technicians their own.

Written by `REGULARS_WRITE_DOCS=1 .venv/bin/pytest tests/contract/test_permissions.py`.
"""


@dataclass
class Table:
    """Rows by heading and address; a cell per role."""

    title: str
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def put(self, row: str, role: str, status: object) -> None:
        """Write one cell."""
        self.rows.setdefault(row, {})[role] = str(status)

    def markdown(self) -> str:
        """The table as it stands in the document; methods that no role may use are left out."""
        head = ["address", *ROLES]
        lines = [f"## {self.title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        for row in sorted(self.rows):
            cells = self.rows[row]
            if set(cells.values()) != {"405"}:
                lines.append("| " + " | ".join([f"`{row}`", *(cells.get(role, "") for role in ROLES)]) + " |")
        return "\n".join(lines) + "\n"


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def part(text: str, title: str) -> str:
    """The table under ``title`` in the document."""
    _before, _mark, rest = text.partition(f"## {title}\n")
    body = rest.partition("\n## ")[0]
    return f"## {title}\n{body}".rstrip() + "\n"


def write(tables: Mapping[str, str]) -> None:
    """Put tables into the document; others stay."""
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else OPENING
    for title, table in tables.items():
        old = part(text, title) if f"## {title}\n" in text else ""
        text = text.replace(old, table) if old else f"{text.rstrip()}\n\n{table}"
    DOCUMENT.write_text(text.rstrip() + "\n", encoding="utf-8")


def sample(schema: Mapping[str, Any], resolve: Callable[[str], Mapping[str, Any]], name: str = "") -> Any:
    """The smallest value that a JSON schema allows; names decide where a pattern does."""
    if "$ref" in schema:
        return sample(resolve(schema["$ref"]), resolve, name)
    if name in SAMPLES:
        return SAMPLES[name]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return sample(schema[key][0], resolve, name)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {one: sample(properties[one], resolve, one) for one in schema.get("required", [])}
        case "array":
            return [sample(schema["items"], resolve) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return "x" * max(schema.get("minLength", 1), 1)


SAMPLES: dict[str, Any] = {
    "ordered_at": "2026-01-02T03:04:05+08:00", "returned_at": "2026-01-02T03:04:05+08:00", "until": "2099-01-01T00:00:00+00:00",
    "url": "https://hooks.example.com/in", "starts_on": "2026-01-01", "resource": "customers", "currency": "TWD",
}  # fmt: skip
