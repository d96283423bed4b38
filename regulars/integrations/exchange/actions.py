"""Taking customers out, with an entry in the audit log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from regulars.customers.models import Asset, Contract, Party
from regulars.customers.queries.seen import of_live, of_seen
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
    told = _export("customers", _seen_by(by), path, format_, by)
    return {**told, "customers": told["rows"]}


def export_things(*, what: str, path: Path, format_: str, by: User | None) -> dict[str, Any]:
    """Write all assets or contracts of the customers whom ``by`` may see; ``what`` is "assets" or "contracts".

    Raises:
        UserError: there is no such format, or the file cannot be written.
    """
    model: type[Asset | Contract] = Asset if what == "assets" else Contract
    rows: QuerySet[Any] = of_live(model._default_manager.all())
    return _export(what, rows if by is None else of_seen(rows, by), path, format_, by)


def _seen_by(user: User | None) -> QuerySet[Party]:
    return Party.objects.live() if user is None else Party.objects.live().visible_to(user)


def _export(what: str, rows: QuerySet[Any], path: Path, format_: str, by: User | None) -> dict[str, Any]:
    if by is not None:
        require(by, "customers.export")
    found = format_called(format_, of=what)
    size = 0
    try:
        with open(path, "wb", opener=_private) as file:
            for chunk in found.chunks(rows):
                size += file.write(chunk)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    count = rows.count()
    detail: dict[str, Any] = {"format": found.key, what: count}
    audit.record(f"{what}.exported", by=by, **detail)
    return {"file": str(path), "format": found.key, "rows": count, "bytes": size}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
