"""``regulars doctor``: is everything there and well?"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from regulars.config.cli import output

_LEAST_FREE_BYTES = 500_000_000
_OLDEST_SQLITE = (3, 35, 0)


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is well, what was found and what to do if not."""

    check: str
    ok: bool
    found: str
    advice: str = ""


def run(arguments: Namespace) -> int:
    """Print all findings; 1 when something is wrong."""
    findings = [
        check() for check in (_python, _home, _database, _migrations, _assets, _languages, _people, _search, _worker)
    ]
    well = all(finding.ok for finding in findings)
    lines = [f"{'✓' if f.ok else '✗'} {f.check}: {f.found}" + (f" → {f.advice}" if not f.ok else "") for f in findings]
    output.show(
        {"ok": well, "checks": [vars(finding) for finding in findings]}, as_json=arguments.json, sentences=lines
    )
    return 0 if well else 1


def _python() -> Finding:
    return Finding("python", sys.version_info >= (3, 11), sys.version.split()[0], _("install Python 3.11 or newer"))


def _home() -> Finding:
    free = shutil.disk_usage(settings.HOME).free
    found = _("%(home)s, %(free)s GB free") % {"home": settings.HOME, "free": round(free / 1e9, 1)}
    return Finding("home", free > _LEAST_FREE_BYTES, found, _("make room on the disk"))


def _database() -> Finding:
    def look() -> Finding:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            return Finding(
                "database",
                sqlite3.sqlite_version_info >= _OLDEST_SQLITE,
                f"SQLite {sqlite3.sqlite_version}",
                _("SQLite 3.35 or newer is needed"),
            )
        return Finding("database", ok=True, found=f"{connection.vendor} {connection.pg_version // 10_000}")  # type: ignore[attr-defined]

    return _safely("database", look, _("check REGULARS_DATABASE_URL and that the server runs"))


def _migrations() -> Finding:
    def look() -> Finding:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        found = _("up to date") if not missing else _("%(count)s steps missing") % {"count": missing}
        return Finding("migrations", not missing, found, _("run: regulars init"))

    return _safely("migrations", look, _("run: regulars init"))


def _assets() -> Finding:
    there = finders.find("vendor/htmx.min.js") is not None
    return Finding("assets", there, _("present") if there else _("missing"), _("start with ./run, which fetches them"))


def _languages() -> Finding:
    compiled = list(settings.BASE_DIR.glob("*/locale/zh_Hant/LC_MESSAGES/django.mo"))
    found = _("%(count)s catalogs") % {"count": len(compiled)}
    return Finding("languages", bool(compiled), found, _("start with ./run, which compiles them"))


def _people() -> Finding:
    def look() -> Finding:
        from regulars.staff.models import User  # noqa: PLC0415 -- after django.setup()

        count = User.objects.filter(is_active=True).count()
        found = _("%(count)s can sign in") % {"count": count}
        return Finding("people", count > 0, found, _("open /setup/ in the browser, or run: regulars user add NAME"))

    return _safely("people", look, _("run: regulars init"))


def _search() -> Finding:
    def look() -> Finding:
        from regulars.customers import search  # noqa: PLC0415 -- after django.setup()

        told = search.health()
        found = _("%(count)s customers in the index") % {"count": told.indexed}
        if told.waiting:
            found = _("%(found)s, %(count)s waiting to be indexed") % {"found": found, "count": told.waiting}
        return Finding("search", told.well, found, _("run: regulars search --rebuild"))

    return _safely("search", look, _("run: regulars search --rebuild"))


def _worker() -> Finding:
    path = settings.HOME / "worker.heartbeat"
    age = time.time() - path.stat().st_mtime if path.exists() else None
    beating = age is not None and age < 180
    found = _("at work") if beating else _("not running")
    return Finding("worker", beating, found, _("run: regulars serve"))


def _safely(name: str, look: Callable[[], Finding], advice: str) -> Finding:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 -- whatever it is, the doctor reports it
        return Finding(
            name, ok=False, found=str(error).splitlines()[0] if str(error) else type(error).__name__, advice=advice
        )
