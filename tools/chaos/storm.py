"""Processes that are killed with -9 at random and started again."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.chaos.home import ROOT

LONGEST_WAIT = 10.0
"""Seconds after which somebody is killed although nothing moves."""


@dataclass
class Worker:
    """A process that does the work, and how it was started."""

    command: Sequence[str]
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """It and its children, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Storm:
    """Workers that are killed and started again while ``done`` tells how far they have come."""

    def __init__(
        self, environment: Mapping[str, str], commands: Sequence[Sequence[str]], *, done: Callable[[], int], seed: int
    ) -> None:
        self.environment, self.done, self.draw, self.kills = dict(environment), done, random.Random(seed), 0
        self.workers = [self.start(one) for one in commands]

    def start(self, command: Sequence[str]) -> Worker:
        """One more, in a session of its own, so that whatever it starts can be killed with it."""
        return Worker(command, subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True))

    def kill_one(self, among: int) -> None:
        """Wait until up to ``among`` more are done, then kill the worker that has run longest and start another."""
        wanted, deadline = self.done() + self.draw.randint(1, among), time.monotonic() + LONGEST_WAIT
        while self.done() < wanted and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(self.draw.uniform(0, 0.02))
        victim = self.workers.pop(0)
        victim.kill()
        self.workers.append(self.start(victim.command))
        self.kills += 1

    def end(self) -> None:
        for one in self.workers:
            one.kill()
