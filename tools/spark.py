"""A private Spark cluster for the length of a test run: one master, two workers, on loopback, gone afterwards.

Uses the package `pyspark` (requirements-spark.txt) and the system's Java 17 (Debian: `apt-get install openjdk-17-jre-headless`).
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

from tools.postgres import free_port

JAVA_INSTALL = "sudo apt-get install -y openjdk-17-jre-headless"
WAIT_SECONDS = 180
WORKERS, MEMORY = 2, "1g"
LEAN = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


def find_spark() -> Path | None:
    """The folder of Spark within the package pyspark, or None."""
    spec = find_spec("pyspark")
    return Path(spec.origin).parent if spec and spec.origin else None


def lacking() -> str:
    """What has to be installed before Spark runs here; empty when nothing."""
    if shutil.which("java") is None:
        return JAVA_INSTALL
    return "" if find_spark() else ".venv/bin/pip install --require-hashes -r requirements-spark.txt"


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the master of Spark did not start")


@contextmanager
def private_cluster() -> Iterator[str]:
    """Yield the address of a running cluster as REGULARS_WAREHOUSE_URL wants it.

    Raises:
        RuntimeError: it did not start within three minutes, or something is lacking.
    """
    home = find_spark()
    if home is None or lacking():
        raise RuntimeError(f"Spark cannot be started here: {lacking()}")
    folder = Path(tempfile.mkdtemp(prefix="regulars-spark-"))
    environment = os.environ | {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": LEAN,
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def start(role: str, *words: str) -> subprocess.Popen[bytes]:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1", *words]
        with (folder / "log").open("ab") as log:
            started.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log))
        return started[-1]

    try:
        port = free_port()
        address = f"spark://127.0.0.1:{port}"
        master = start("master.Master", "--port", str(port), "--webui-port", str(free_port()))
        _wait_for_port(port, master)
        for number in range(WORKERS):
            place = folder / f"worker-{number}"
            words = ("--cores", "1", "--memory", MEMORY, "--webui-port", str(free_port()), "--work-dir", str(place))
            start("worker.Worker", *words, address)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)
