"""What every measurement is made with, and what it comes to."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tools import server

ROOT = Path(__file__).resolve().parent.parent


class Unavailable(Exception):
    """Something that a measurement needs is not on this machine; its message says what."""


@dataclass(frozen=True)
class Figure:
    """One measured number, beside a peer's and the target.

    `value` and `peer_value` are medians in `unit`. Less is better unless `better` says otherwise.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    peer: str = ""
    peer_value: float | None = None
    better: Literal["less", "more"] = "less"

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; None without a peer."""
        if self.peer_value is None or not self.value or not self.peer_value:
            return None
        return self.peer_value / self.value if self.better == "less" else self.value / self.peer_value

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "less" else self.value >= self.target

    def as_json(self) -> dict[str, Any]:
        """name, value, unit, peer, peer_value, ratio, target, met (and which way is better)."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True)
class Run:
    """One finished command: wall and processor seconds, the largest resident memory of its process in MB, its output."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str

    @property
    def json(self) -> Any:
        """The output, read as JSON."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Context:
    """What a measurement may use. `home` is an empty data folder of its own.

    `customers` is the size asked for, None for the measurement's own; `reuse`: nothing large is to be made anew.
    """

    home: Path
    runs: int = 5
    customers: int | None = None
    reuse: bool = False

    def data(self, name: str) -> Path:
        """A folder or file of the real data sets.

        Raises:
            Unavailable: it is not on this machine.
        """
        path = ROOT.parent / "shared" / "data" / name
        if not path.exists():
            raise Unavailable(f"the real data set {name} is not on this machine")
        return path

    def median(self, function: Callable[[], object], *, runs: int | None = None, warm: int = 1) -> float:
        """Median wall seconds of `function` over `runs`, after `warm` calls that are not counted."""
        for _ in range(warm):
            function()
        return statistics.median(self.seconds(function) for _ in range(runs or self.runs))

    def seconds(self, function: Callable[[], object]) -> float:
        """Wall seconds of one call."""
        started = time.perf_counter()
        function()
        return time.perf_counter() - started

    def regulars(self, *words: str, home: Path | None = None) -> Run:
        """Run the `regulars` command on `home` (the measurement's own by default).

        Raises:
            RuntimeError: it did not exit with 0; carries what it said.
        """
        return self.command(sys.executable, "-m", "regulars.config.cli", *words, home=home)

    def command(self, *words: str, home: Path | None = None) -> Run:
        """Run any command in the repository, with its time and its own peak memory measured by the kernel."""
        environment = os.environ | {"REGULARS_HOME": str(home or self.home)}
        log = self.home / "command.log"
        started = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=output, stderr=output)
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said = log.read_text(encoding="utf-8", errors="replace")
        if process.returncode:
            raise RuntimeError(f"{' '.join(words[-3:])} exited with {process.returncode}:\n{said[-2000:]}")
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)

    def serving(self, home: Path | None = None) -> AbstractContextManager[str]:
        """The product, serving `home` while the block lasts; gives its address."""
        return server.running(home or self.home)
