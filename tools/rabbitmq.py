"""A private RabbitMQ for the length of a test run: own folder, own free ports, gone afterwards.

Uses the server that the system has (Debian: `apt-get install rabbitmq-server`), without its start scripts.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.postgres import free_port, wait_until_ready

INSTALL = "sudo apt-get install -y rabbitmq-server"
WAIT_SECONDS = 30


def find_server() -> Path | None:
    """The server's own program (the one on PATH insists on the system's user and folders), or None."""
    found = [
        *Path("/usr/lib/rabbitmq/bin").glob("rabbitmq-server"),
        *Path("/opt").glob("rabbitmq*/sbin/rabbitmq-server"),
    ]
    on_path = shutil.which("rabbitmq-server")
    return found[0] if found else Path(on_path) if on_path else None


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Everything below ``folder``; a name of its own, so that several servers do not meet."""
    return os.environ | {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"regulars-{uuid.uuid4().hex[:12]}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
    }


@contextmanager
def private_server() -> Iterator[str | None]:
    """Yield the address of a running, empty broker as REGULARS_BROKER_URL wants it; None when none is installed."""
    program = find_server()
    if program is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="regulars-rabbitmq-"))
    (folder / "plugins").write_text("[].\n")
    port, said = free_port(), folder / "said"
    environment = _environment(folder, port)
    names = subprocess.Popen(["epmd"], env=environment)  # else the server starts one that stays
    with said.open("wb") as output:
        server = subprocess.Popen(
            [program], env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_until_ready(port, server, said)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=WAIT_SECONDS)
        names.kill()
        names.wait(timeout=WAIT_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
