"""Keeps a web process and a worker running. Plain Python, so that it weighs next to nothing.

A process that ends by itself is started again, ever later when it keeps ending; Ctrl+C or TERM ends both.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

_LONGEST_PAUSE = 30.0
_SETTLED_AFTER = 20.0


@dataclass
class Child:
    """One process and how often it had to be started again in a row."""

    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = field(default=0)

    def start(self) -> None:
        """Start the process."""
        self.process, self.started = subprocess.Popen(self.command), time.monotonic()  # noqa: S603 -- our own commands

    def look(self) -> None:
        """Start the process when it is due, plan its next start when it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
        elif (code := self.process.poll()) is not None:
            settled = code == 0 or now - self.started > _SETTLED_AFTER
            self.failures = 0 if settled else self.failures + 1
            self.due = now + (min(2.0**self.failures, _LONGEST_PAUSE) if self.failures else 0.0)
            self.process = None


def web_command(host: str, port: str) -> list[str]:
    """How the web process is started."""
    command = [sys.executable, "-m", "uvicorn", "regulars.config.asgi:application", "--host", host, "--port", port]
    command += ["--http", "regulars.config.wire:Protocol", "--no-access-log", "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "5", "--no-server-header"]
    return [*command, "--no-proxy-headers"]  # which proxies are believed is told by REGULARS_TRUSTED_PROXIES


def worker_commands() -> list[list[str]]:
    """How the worker is started; with a broker also those who do what it brings."""
    worker = [sys.executable, "-m", "regulars.config.cli", "worker"]
    if not os.environ.get("REGULARS_BROKER_URL", "").strip():
        return [worker]
    return [worker, [*worker, "--queue", "tasks"], [*worker, "--queue", "messages", "--processes", "2"]]


def supervise(host: str, port: str) -> int:
    """Run both processes until told to stop; returns the exit code."""
    children = [Child(web_command(host, port)), *map(Child, worker_commands())]
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        for child in children:
            child.look()
        time.sleep(0.3)
    _end(children)
    return 0


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + 10
    for process in running:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(supervise(*sys.argv[1:3]))
