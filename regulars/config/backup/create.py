"""Writing a backup, while people work."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from regulars import __version__
from regulars.config.backup import archive, tables
from regulars.kit import clock
from regulars.kit.errors import UserError

SUFFIX: Final = ".regulars"
FILES: Final = ("files",)
"""Folders of the house that belong into a backup; the warehouse, the static files and the logs are made anew."""


def default_path() -> Path:
    """Where a backup goes when nobody says where."""
    folder = Path(settings.HOME) / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"regulars-{clock.now():%Y%m%d-%H%M%S}{SUFFIX}"


def create(path: Path) -> dict[str, Any]:
    """Write everything as of this moment to ``path``.

    Returns:
        ``path, size`` (bytes), ``tables, rows, files`` and ``sha256`` by table.

    Raises:
        UserError: the file cannot be written.
    """
    if path.exists():
        raise UserError(_("%(path)s is there already; a backup never overwrites another.") % {"path": path})
    try:
        manifest = _write(path)
    except OSError as error:
        raise UserError(
            _("%(path)s cannot be written: %(error)s.") % {"path": path, "error": error.strerror}
        ) from error
    told = manifest["tables"]
    return {
        "path": str(path),
        "size": path.stat().st_size,
        "version": __version__,
        "tables": len(told),
        "rows": sum(one["rows"] for one in told),
        "files": len(manifest["files"]),
        "sha256": {one["name"]: one["sha256"] for one in told},
    }


def _write(path: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "product": "regulars", "format": archive.FORMAT, "version": __version__, "made_at": clock.now().isoformat(),
        "database": connection.vendor, "tables": [], "files": [],
    }  # fmt: skip
    _refuse_full_disk(path)
    with archive.written(path) as writer:
        with tables.snapshot() as reader:
            manifest["migrations"] = reader.migrations()
            for table in tables.present(manifest["migrations"]):
                print_ = tables.Fingerprint()
                for number, batch in enumerate(reader.batches(table)):
                    print_.add(batch)
                    writer.part(table.name, number, batch)
                manifest["tables"].append({**table.as_dict(), "rows": print_.rows, "sha256": print_.hexdigest()})
        manifest["files"] = [writer.file(name, found) for name, found in _files(path)]
        writer.close(manifest)
    return manifest


def _files(path: Path) -> list[tuple[str, Path]]:
    home = Path(settings.HOME)
    found = [one for folder in FILES for one in sorted((home / folder).rglob("*")) if one.is_file() and one != path]
    key = home / "secret-key"
    return [(one.relative_to(home).as_posix(), one) for one in [*found, *([key] if key.exists() else [])]]


def _refuse_full_disk(path: Path) -> None:
    """A backup is at most about as large as what it is made of; better said before than after an hour."""
    if connection.vendor != "sqlite":
        return
    needed = Path(connection.settings_dict["NAME"]).stat().st_size // 2
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise UserError(
            _("There is too little room for the backup: about %(needed)s MB are needed, %(free)s MB are free.")
            % {"needed": needed >> 20, "free": free >> 20}
        )
