"""A PostgreSQL of the bench's own that keeps its data: started for as long as it is needed, settings as for a small server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import Unavailable
from tools.postgres import INITDB, as_server_user, find_bin, free_port, wait_until_ready

SETTINGS = (
    "listen_addresses=127.0.0.1",
    "timezone=UTC",
    "max_connections=40",
    "shared_buffers=1GB",
    "effective_cache_size=3GB",
    "work_mem=16MB",
    "maintenance_work_mem=512MB",
    "max_wal_size=8GB",
    "random_page_cost=1.1",
    "synchronous_commit=off",
)
"""Of a server with 4 GB and a solid-state disk. A crash may lose the last half second, but corrupts nothing."""


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of the server whose data lie in ``folder``, made when they are not there.

    Raises:
        Unavailable: no PostgreSQL is installed.
    """
    binaries = find_bin()
    if binaries is None:
        raise Unavailable("PostgreSQL is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    prefix = as_server_user(folder)
    data, log, port = folder / "data", folder / "log", free_port()
    if not data.exists():
        initdb: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "regulars", "-A", "trust"]
        subprocess.run([*prefix, *initdb, *INITDB], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    chosen = [part for one in (*SETTINGS, f"unix_socket_directories={folder}") for part in ("-c", one)]
    with log.open("ab") as output:
        server = subprocess.Popen(
            [*prefix, binaries / "postgres", "-D", data, "-p", str(port), *chosen],
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_ready(port, server, log)
        yield f"postgresql://regulars@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*prefix, binaries / "pg_ctl", "-D", data, "-m", "fast", "-s", "stop"], cwd=folder, check=False)
        server.wait(timeout=120)
