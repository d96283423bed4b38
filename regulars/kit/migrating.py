"""For migrations: statements that each database needs in words of its own (triggers, functions, indexes)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Step = Callable[[Any, Any], None]
"""What ``RunPython`` calls with the models as they were and the editor of the schema."""


def statements(*, sqlite: Iterable[str] = (), postgresql: Iterable[str] = ()) -> Step:
    """A step that executes the statements meant for the database at hand, as they stand: a ``%`` is a ``%``."""
    by_vendor = {"sqlite": list(sqlite), "postgresql": list(postgresql)}

    def execute(apps: Any, schema_editor: Any) -> None:
        for statement in by_vendor[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return execute
