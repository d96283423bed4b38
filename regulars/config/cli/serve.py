"""``regulars serve``: prepare, then hand over to a small supervisor of two processes, web and worker."""

from __future__ import annotations

import os
import socket
import sys
from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.utils.translation import gettext as _

from regulars.config.cli import commands, output
from regulars.kit.errors import UserError


def run(arguments: Namespace) -> int:
    """Migrate, collect the static files when they changed, say the address, become the supervisor."""
    commands.migrate()
    _refuse_taken_port(arguments.host, arguments.port)
    _collect_static()
    host = "localhost" if arguments.host in {"127.0.0.1", "0.0.0.0", "::"} else arguments.host  # noqa: S104 -- only compared
    address = f"http://{host}:{arguments.port}/"
    output.say(_("Regulars is at %(address)s (stop with Ctrl+C)") % {"address": address})
    if hint := _first_user_hint(address):
        output.say(hint)
    os.execv(sys.executable, [sys.executable, "-m", "regulars.config.supervisor", arguments.host, str(arguments.port)])  # noqa: S606 -- our own module


def _first_user_hint(address: str) -> str:
    from regulars.staff import setup  # noqa: PLC0415 -- after django.setup()

    if setup.somebody_is_here():
        return ""
    return _("Nobody can sign in yet. Make yourself the owner at %(address)s") % {
        "address": f"{address}setup/?code={setup.code()}"
    }


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = _("Port %(port)s is taken or not allowed. Choose another with PORT=… or --port.")
            raise UserError(message % {"port": port}) from error


def _collect_static() -> None:
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    newest = 0.0
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            newest = max(newest, Path(storage.path(path)).stat().st_mtime)
    state = f"{newest:.3f} {settings.STORAGES['staticfiles']['BACKEND']}"
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=Path(settings.STATIC_ROOT).exists())
    stamp.write_text(state)
