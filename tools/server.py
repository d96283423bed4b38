"""The product itself, running for as long as a tool needs it: `regulars serve` on a free port of this machine."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
WAIT_SECONDS = 60


def regulars(*words: str, home: Path) -> None:
    """Run the `regulars` command on the data of `home`.

    Raises:
        subprocess.CalledProcessError: it did not exit with 0.
    """
    environment = os.environ | {"REGULARS_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "regulars.config.cli", *words], cwd=ROOT, env=environment, check=True)


def answers(port: int) -> bool:
    """Whether the sign-in page, or on an empty system the way to its first page, is served on `port`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status < http.HTTPStatus.BAD_REQUEST
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Yield the address of the product serving the data of `home`; stopped, with its worker, at the end.

    Raises:
        RuntimeError: it did not answer within a minute.
    """
    port = free_port()
    environment = os.environ | {"REGULARS_HOME": str(home), "PORT": str(port)}
    command = [sys.executable, "-m", "regulars.config.cli", "serve"]
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the product did not start:\n{(home / 'serve.log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
