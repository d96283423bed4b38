"""The file of a backup: a zip of Parquet parts, the files of the house, and a manifest that says what they add up to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_AT_ONCE: Final = 1 << 20


class Writer:
    """Writes the parts of a backup; the manifest comes last, so a file cut short is no backup."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def part(self, table: str, number: int, batch: pa.RecordBatch) -> None:
        """One batch of a table."""
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_batches([batch]), sink, compression="zstd", compression_level=3)
        self._zip.writestr(f"tables/{table}/{number:06}.parquet", sink.getbuffer())

    def file(self, name: str, path: Path) -> dict[str, Any]:
        """A file of the house; returns its line of the manifest."""
        digest, size = hashlib.sha256(), 0
        with open(path, "rb") as source, self._zip.open(f"home/{name}", "w", force_zip64=True) as target:
            while block := source.read(_AT_ONCE):
                digest.update(block)
                size += len(block)
                target.write(block)
        return {"name": name, "size": size, "sha256": digest.hexdigest()}

    def close(self, manifest: dict[str, Any]) -> None:
        """Write the manifest and end the file."""
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        self._zip.close()


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A backup at ``path``, there whole or not at all: it is written beside and renamed when it is safe on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield Writer(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        draft.unlink(missing_ok=True)


class Archive:
    """A backup to read."""

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            UserError: it is not there, no backup, damaged, or of a later version of the product.
        """
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest: dict[str, Any] = json.loads(self._zip.read(MANIFEST))
            known = self.manifest["product"] == "regulars"
        except FileNotFoundError as error:
            raise UserError(_("There is no file %(path)s.") % {"path": path}) from error
        except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise UserError(_("%(path)s is no backup of Regulars, or only a part of one.") % {"path": path}) from error
        if not known or self.manifest["format"] > FORMAT:
            raise UserError(
                _("%(path)s was made by a later version (%(version)s). Install that version to restore it.")
                % {"path": path, "version": self.manifest.get("version", "?")}
            )

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """The parts of a table, in the order of its key."""
        prefix = f"tables/{table}/"
        for name in sorted(one for one in self._zip.namelist() if one.startswith(prefix)):
            try:
                yield from pq.read_table(io.BytesIO(self._zip.read(name))).to_batches()
            except (zipfile.BadZipFile, pa.ArrowInvalid, OSError) as error:
                raise UserError(
                    _("%(path)s is damaged: %(part)s cannot be read.") % {"path": self.path, "part": name}
                ) from error

    def extract(self, line: dict[str, Any], target: Path) -> None:
        """Write one file of the house to ``target``, which is there whole or not at all.

        Raises:
            UserError: the file in the backup is not what the manifest says.
        """
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.restoring")
        digest = hashlib.sha256()
        with self._zip.open(f"home/{line['name']}") as source, open(draft, "wb") as file:
            while block := source.read(_AT_ONCE):
                digest.update(block)
                file.write(block)
        if digest.hexdigest() != line["sha256"]:
            draft.unlink()
            raise UserError(
                _("%(path)s is damaged: %(part)s cannot be read.") % {"path": self.path, "part": line["name"]}
            )
        draft.chmod(0o600)
        shutil.move(draft, target)
