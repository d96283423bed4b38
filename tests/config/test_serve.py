"""`regulars serve` from an empty home to the first page, and both its processes gone after the end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

pytestmark = pytest.mark.process


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def served(tmp_path):
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("REGULARS_", "DJANGO_"))}
    env |= {"REGULARS_HOME": str(tmp_path), "PORT": str(port), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars.config.cli", "serve"], env=env, stdout=subprocess.PIPE, text=True
    )
    yield process, port
    process.kill()


def answer(url, patience=60.0):
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.url, response.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def children_of(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(word) for word in found]


def test_serve_leads_an_empty_system_to_its_setup_and_ends_cleanly(served, tmp_path):
    process, port = served
    url, page = answer(f"http://127.0.0.1:{port}/")
    assert url.endswith("/setup/")
    assert "<h1>" in page
    while not (tmp_path / "worker.heartbeat").exists():
        time.sleep(0.2)
    children = children_of(process.pid)
    assert len(children) == 2
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
