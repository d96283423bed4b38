"""Putting a backup back: all or nothing, into either database, and proven equal before it counts.

The tables are laid out as the backup's version had them, filled, read again and compared hash by hash; only then
does the database move on to the present version. On SQLite that happens in a new file beside the old one, on
PostgreSQL in one transaction, so that whatever interrupts it leaves the old state.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from regulars.config.backup import in_use, tables
from regulars.config.backup.archive import Archive
from regulars.config.backup.tables import Column, Fingerprint, Table
from regulars.kit import clock
from regulars.kit.errors import UserError

Progress = Callable[[int, int], None]
_LOCK_PATIENCE: Final = "10s"


def restore(path: Path, *, replace: bool = False, progress: Progress = lambda _done, _all: None) -> dict[str, Any]:
    """Make the system what the backup at ``path`` holds.

    Args:
        replace: the present data may give way; on SQLite they are kept beside, under another name.
        progress: told how many rows of how many are in.

    Returns:
        ``path, version, made_at, tables, rows, files, equal``, ``kept``, where the data before went, ``erased_again``,
        how many people were erased again because they had been since the backup was made, and ``not_sent_again``, how
        many messages of marketing were due in the backup and may have gone out since.

    Raises:
        UserError: no backup, damaged, of a later version, there are data already, or Regulars is running.
    """
    archive = Archive(path)
    home = Path(settings.HOME)
    with in_use.alone(home):
        if not replace and _has_data():
            raise UserError(_("There are data here already. Say --replace if the backup is to take their place."))
        kept = (_into_sqlite if connection.vendor == "sqlite" else _into_postgresql)(archive, home, progress)
        erased, not_sent = _erase_again(), _send_nothing_again()
    told = archive.manifest
    return {
        "path": str(path), "version": told["version"], "made_at": told["made_at"], "tables": len(told["tables"]),
        "rows": sum(one["rows"] for one in told["tables"]), "files": len(told["files"]), "equal": True, "kept": kept,
        "erased_again": erased, "not_sent_again": not_sent,
    }  # fmt: skip


def _erase_again() -> int:
    """Whom this house erased after the backup was made, the backup still knows: they are erased again."""
    from regulars.customers import actions  # noqa: PLC0415 -- after django.setup()

    return actions.reapply_erasures()


def _send_nothing_again() -> int:
    """What this house sent after the backup was made, the backup still holds as waiting: marketing is not sent twice."""
    from regulars.channels.outbox import actions as outbox  # noqa: PLC0415 -- after django.setup()
    from regulars.marketing.campaigns import actions as campaigns  # noqa: PLC0415

    campaigns.settle_restored()
    return outbox.settle_restored()


def compare(path: Path) -> list[str]:
    """The names of the tables that differ from the backup at ``path``; none when the system is as it was then."""
    archive = Archive(path)
    different = []
    with tables.snapshot() as reader:
        present = {table.name: table for table in tables.present(reader.migrations())}
        for line in archive.manifest["tables"]:
            table = Table.from_dict(line)
            if table != present.get(table.name) or _fingerprint(reader, table) != line["sha256"]:
                different.append(table.name)
    return different


def _has_data() -> bool:
    names = set(connection.introspection.table_names())
    if "staff_user" not in names:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM staff_user UNION ALL SELECT 1 FROM customers_party LIMIT 1")
        return cursor.fetchone() is not None


def _into_sqlite(archive: Archive, home: Path, progress: Progress) -> str | None:
    live = Path(connection.settings_dict["NAME"])
    draft, worth_keeping = live.with_name(f"{live.name}.restoring"), _has_data()
    for leftover in (draft, *_companions(draft)):
        leftover.unlink(missing_ok=True)
    try:
        with _pointing_at(draft):
            _fill(archive, progress)
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _files_back(archive, home)
        kept = _set_aside(live, worth_keeping=worth_keeping)
        draft.replace(live)
    finally:
        for leftover in (draft, *_companions(draft)):
            leftover.unlink(missing_ok=True)
    return kept


def _companions(path: Path) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal", ".gate")]


def _set_aside(live: Path, *, worth_keeping: bool) -> str | None:
    """Keep what was there under another name, so that no moment is without a database."""
    if not live.exists():
        return None
    with closing(sqlite3.connect(live)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for leftover in _companions(live)[:3]:
        leftover.unlink(missing_ok=True)
    if not worth_keeping:
        return None
    kept = live.with_name(f"{live.stem}-before-{clock.now():%Y%m%d-%H%M%S}{live.suffix}")
    os.link(live, kept)
    return str(kept)


@contextmanager
def _pointing_at(path: Path) -> Iterator[None]:
    connections.close_all()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = path
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before


def _into_postgresql(archive: Archive, home: Path, progress: Progress) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_PATIENCE}'")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        _fill(archive, progress)
        _files_back(archive, home)


def _fill(archive: Archive, progress: Progress) -> None:
    """Lay out, fill, prove, move on to the present version, make what is derived."""
    _migrate_to(archive.manifest["migrations"])
    lines = archive.manifest["tables"]
    whole, done = sum(one["rows"] for one in lines), 0
    with _bulk(tables.present(archive.manifest["migrations"])) as load:
        for line in lines:
            table = Table.from_dict(line)
            for batch in archive.batches(table.name):
                load(table, batch)
                done += batch.num_rows
                progress(done, whole)
    _prove(archive)
    call_command("migrate", verbosity=0, interactive=False)
    _reset_sequences()
    make_derived()


def make_derived() -> None:
    """Make anew what follows from the record: the indexes of search and of the inbox, those of custom fields."""
    from regulars.channels.inbox.actions import words  # noqa: PLC0415 -- after django.setup()
    from regulars.customers import actions, search  # noqa: PLC0415

    actions.ensure_indexes()
    search.rebuild()
    words.rebuild()


def _migrate_to(applied: dict[str, list[str]]) -> None:
    executor = MigrationExecutor(connection)
    wanted = {(app, name) for app, names in applied.items() for name in names}
    if unknown := wanted - set(executor.loader.disk_migrations):
        raise UserError(
            _("The backup knows a step that this version does not: %(step)s.") % {"step": "/".join(min(unknown))}
        )
    leaves = [
        node
        for node in wanted
        if not any(child.key in wanted for child in executor.loader.graph.node_map[node].children)
    ]
    executor.migrate(sorted(leaves))


def _prove(archive: Archive) -> None:
    reader = _own_reader()
    for line in archive.manifest["tables"]:
        table = Table.from_dict(line)
        if _fingerprint(reader, table) != line["sha256"]:
            raise UserError(
                _("What was restored into %(table)s is not what the backup holds; nothing was changed.")
                % {"table": table.name}
            )


def _own_reader() -> tables.Reader:
    """Reads within the present transaction, where there is one."""
    if connection.vendor != "sqlite":
        return tables.Reader(None)
    raw = sqlite3.connect(connection.settings_dict["NAME"])
    raw.isolation_level = None
    return tables.Reader(raw)


def _fingerprint(reader: tables.Reader, table: Table) -> str:
    print_ = Fingerprint()
    for batch in reader.batches(table):
        print_.add(batch)
    return print_.hexdigest()


Load = Callable[[Table, pa.RecordBatch], None]


@contextmanager
def _bulk(laid_out: list[Table]) -> Iterator[Load]:
    """Everything empty, without triggers and (SQLite) without indexes, as long as rows come in."""
    if connection.vendor == "sqlite":
        yield from _bulk_sqlite(laid_out)
    else:
        yield from _bulk_postgresql(laid_out)


def _bulk_sqlite(laid_out: list[Table]) -> Iterator[Load]:
    connection.close()
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as raw:
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("BEGIN")
        wait = raw.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
        ).fetchall()
        for sort, name, _sql in wait:
            raw.execute(f'DROP {sort} "{name}"')
        for table in laid_out:
            raw.execute(f'DELETE FROM "{table.name}"')  # noqa: S608 -- names of our own models

        def load(table: Table, batch: pa.RecordBatch) -> None:
            columns = [_for_sqlite(one, batch.column(n)) for n, one in enumerate(table.columns)]
            names, marks = ", ".join(f'"{one.name}"' for one in table.columns), ", ".join("?" * len(columns))
            raw.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', zip(*columns, strict=True))  # noqa: S608

        yield load
        for sort in ("index", "trigger"):
            for _sort, _name, sql in (one for one in wait if one[0] == sort):
                raw.execute(sql)
        if broken := raw.execute("PRAGMA foreign_key_check").fetchone():
            raise UserError(
                _("A row of %(table)s refers to one that is not there; nothing was changed.") % {"table": broken[0]}
            )
        raw.execute("COMMIT")
        raw.execute("PRAGMA optimize")


def _for_sqlite(column: Column, values: pa.Array) -> list[Any]:
    match column.kind:
        case "moment":
            words = pc.strftime(pc.cast(values, pa.timestamp("us")), format="%Y-%m-%d %H:%M:%S")
            return pc.replace_substring_regex(words, r"\.000000$", "").to_pylist()  # type: ignore[no-any-return]
        case "day":
            return pc.cast(values, pa.string()).to_pylist()  # type: ignore[no-any-return]
        case "bool":
            return pc.cast(values, pa.int8()).to_pylist()  # type: ignore[no-any-return]
        case _:
            return values.to_pylist()  # type: ignore[no-any-return]


def _bulk_postgresql(laid_out: list[Table]) -> Iterator[Load]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        held = [table.name for table in laid_out]
        for name in held:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in held) + " CASCADE")

        def load(table: Table, batch: pa.RecordBatch) -> None:
            names = ", ".join(f'"{one.name}"' for one in table.columns)
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)

        yield load
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in held:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def _reset_sequences() -> None:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)


def _files_back(archive: Archive, home: Path) -> None:
    """The files of the house; what is there and not in the backup stays. Harmless if interrupted before the database."""
    for line in archive.manifest["files"]:
        target = (home / line["name"]).resolve()
        if home.resolve() not in target.parents:
            raise UserError(
                _("%(path)s is damaged: %(part)s cannot be read.") % {"path": archive.path, "part": line["name"]}
            )
        archive.extract(line, target)
