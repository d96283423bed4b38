"""``regulars backup``, ``restore`` and ``upgrade``."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars import __version__
from regulars.config.cli import commands, output
from regulars.kit import clock
from regulars.kit.errors import UserError


def backup(arguments: Namespace) -> int:
    """Write everything to one file; with ``--compare`` say whether the system is still what a backup holds."""
    from regulars.config.backup import create, restore  # noqa: PLC0415 -- loads pyarrow

    if arguments.compare:
        different = restore.compare(arguments.compare)
        said = (
            _("Every table is as in the backup.")
            if not different
            else _("Different: %(tables)s") % {"tables": ", ".join(different)}
        )
        output.show(
            {"path": str(arguments.compare), "equal": not different, "different": different},
            as_json=arguments.json,
            sentences=[said],
        )
        return 1 if different else 0
    commands.ready()
    done = create.create(arguments.file or create.default_path())
    said = _("%(path)s: %(rows)s rows of %(tables)s tables, %(files)s files, %(mb).1f MB") % {
        **done, "rows": f"{done['rows']:,}", "mb": done["size"] / 1_000_000,
    }  # fmt: skip
    output.show(
        done,
        as_json=arguments.json,
        sentences=[said, _("It holds personal data: keep it as you keep the system itself.")],
    )
    return 0


def restore(arguments: Namespace) -> int:
    """Make the system what a backup holds."""
    from regulars.config.backup import restore as work  # noqa: PLC0415 -- loads pyarrow

    done = work.restore(
        arguments.file,
        replace=arguments.replace,
        progress=lambda rows, whole: output.progress(rows, whole, _("Restoring")),
    )
    sentences = [
        _("%(rows)s rows of %(tables)s tables are back, each table proven equal.")
        % {**done, "rows": f"{done['rows']:,}"}
    ]
    if done["kept"]:
        sentences.append(_("What was here before is kept in %(path)s.") % {"path": done["kept"]})
    sentences.append(_("Run “regulars refresh” to compute the analysis anew."))
    output.show(done, as_json=arguments.json, sentences=sentences)
    return 0


def upgrade(arguments: Namespace) -> int:
    """Back up, then bring database and derived data to this version."""
    from regulars.config.backup import create, in_use, restore  # noqa: PLC0415 -- loads pyarrow

    with in_use.alone(Path(settings.HOME)):
        steps = commands.steps_ahead()
        result: dict[str, Any] = {"version": __version__, "migrations": len(steps), "backup": None}
        if steps and commands.has_tables():
            path = create.default_path().with_name(f"before-{__version__}-{clock.now():%Y%m%d-%H%M%S}{create.SUFFIX}")
            result["backup"] = create.create(path)["path"]
            output.progress(0, 1, _("Upgrading"))
        try:
            commands.migrate()
            restore.make_derived()
        except Exception as error:
            if result["backup"] is None:
                raise
            raise UserError(
                _("The upgrade stopped: %(error)s. Nothing is lost: regulars restore --replace %(path)s")
                % {"error": error, "path": result["backup"]}
            ) from error
    sentences = [
        ngettext(
            "%(n)s step taken; this is version %(version)s.",
            "%(n)s steps taken; this is version %(version)s.",
            len(steps),
        )
        % {"n": len(steps), "version": __version__}
    ]
    if result["backup"]:
        sentences.append(_("The state before is in %(path)s.") % {"path": result["backup"]})
    output.show(result, as_json=arguments.json, sentences=sentences)
    return 0
