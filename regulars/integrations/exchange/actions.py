"""Taking customers out, with an entry in the audit log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.customers.models import Party
from regulars.integrations.exchange.formats import format_called
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User


def export_customers(*, path: Path, format_: str, by: User | None) -> dict[str, Any]:
    """Write all customers (those ``by`` may see) to a file that only its owner can read.

    Raises:
        UserError: there is no such format, or the file cannot be written.
    """
    if by is not None:
        require(by, "customers.export")
    found = format_called(format_)
    parties = Party.objects.live() if by is None else Party.objects.live().visible_to(by)
    size = 0
    try:
        with open(path, "wb", opener=_private) as file:
            for chunk in found.chunks(parties):
                size += file.write(chunk)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    customers = parties.count()
    audit.record("customers.exported", by=by, format=found.key, customers=customers)
    return {"file": str(path), "format": found.key, "customers": customers, "bytes": size}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
