"""What happens after an import, decided above this room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from regulars.integrations.imports.models import ImportJob

after_import: Final[list[Callable[[ImportJob], None]]] = []
"""Called with each import that has finished or was undone; ``config`` puts the refresh of the analysis here."""


def announce(job: ImportJob) -> None:
    """Tell everybody who asked to be told."""
    for function in after_import:
        function(job)
