"""How many messages leave a second, from the row that waits to the row that says *sent*.

An outbox is filled with personal marketing mail of the design *Offer* in both languages, to customers who permit it, counted in the
limits of contact; sender processes then lease, ask for permission, render, write the mail, hand it to a mail server of this machine
(in a process of its own), write down what came of it and the timeline's entry. Seconds run from the word to begin, when the senders have
the database open and the addresses of the product loaded, until the outbox is empty. Processor time is that of the senders, of the
database server (SQLite works in the senders), and of the mail server beside them. The database server forces nothing onto the disk: of a
real one there is a flush for every group besides. Every message must have arrived once, or the measurement breaks. SQLite has one sender, PostgreSQL two. `--customers` is the number of messages (5,000 by default).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench import Context, Figure
from tools import sink
from tools.chaos.home import prepared

__all__ = ["run"]
MESSAGES, AT_ONCE = 5_000, 1_000
SENDERS = {"sqlite": 1, "postgresql": 2}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
TARGETS = {"sqlite": 800.0, "postgresql": 3_000.0}
DESIGN = "offer"


def fill(many: int) -> None:
    """So many customers who permit e-mail, and a message to each from one edition."""
    from django.db import transaction

    from regulars.channels.outbox import actions
    from regulars.customers.models import Consent, Party
    from regulars.marketing.content import designs
    from regulars.marketing.content.actions import make_content, publish

    edition = publish(make_content(name="Bench", draft=designs.draft(DESIGN), by=None), by=None)
    now = datetime.now(UTC)
    for start in range(0, many, AT_ONCE):
        with transaction.atomic():
            parties = Party.objects.bulk_create(
                Party(name=f"王小明{n}", fold=f"王小明{n}", language=("zh-hant", "en")[n % 2])
                for n in range(start, min(start + AT_ONCE, many))
            )
            given = {"channel": "email", "state": "granted", "given_at": now - timedelta(days=1)}
            Consent.objects.bulk_create(Consent(party=one, **given) for one in parties)
            actions.put(
                actions.NewMessage(
                    channel="email", party_id=one.pk, address=f"c{one.pk}@example.com", origin="bench:1",
                    content_ref=edition.ref, counted=True, not_after=now + timedelta(days=2),
                )
                for one in parties
            )  # fmt: skip


def send() -> dict[str, float]:
    """Wait for a word, then send until nothing waits; seconds by the clock when it began and ended, and of the processor."""
    from regulars.channels.outbox import tasks
    from regulars.channels.outbox.models import Message
    from regulars.customers.permission import links

    Message.objects.filter(done_at=None).exists()
    links.paths("any")  # a process that sends reads the addresses of the product once
    print("ready", flush=True)
    sys.stdin.readline()
    lines, begun, processor = tasks.Lines(), time.time(), time.process_time()
    while tasks.work_once(lines):
        pass
    lines.close()
    return {"begun": begun, "ended": time.time(), "processor": time.process_time() - processor}


def serve_mail() -> dict[str, float]:
    """Be a mail server until told to stop; how many mails came, how many of them once, and the processor time it took."""
    with sink.running() as kept:
        print(kept.url, flush=True)
        sys.stdin.readline()
        return {"arrived": len(kept.ids), "once": len(set(kept.ids)), "processor": time.process_time()}


@dataclass
class Helper:
    """A process of this measurement: it says a line when it is ready, and what it found when it has been told to go on."""

    process: subprocess.Popen[str]
    said: str

    def go_on(self) -> None:
        """Give it its word."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def found(self) -> Any:
        """What it says in the end."""
        told = self.process.communicate()[0]
        if self.process.returncode:
            raise RuntimeError("a process of the measurement broke")
        return json.loads(told)


@contextmanager
def helper(environment: dict[str, str], *words: str) -> Iterator[Helper]:
    """A process that runs a part of this file; gone afterwards."""
    command = [sys.executable, "-m", "bench.outbox", *words]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield Helper(process, process.stdout.readline().strip())
        finally:
            process.kill()


def measured(environment: dict[str, str], many: int, senders: int) -> dict[str, float]:
    """Send ``many`` messages with so many senders."""
    with helper(environment, "serve") as mail:
        environment = environment | {"REGULARS_SMTP_URL": mail.said}
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=environment, check=True)
        subprocess.run([sys.executable, "-m", "bench.outbox", "fill", str(many)], env=environment, check=True)
        before = database_seconds(environment)
        told = sent(environment, senders)
        database = database_seconds(environment) - before
        mail.go_on()
        server = mail.found()
    if (server["arrived"], server["once"]) != (many, many):
        raise RuntimeError(f"of {many} messages {server['once']} arrived, in {server['arrived']} mails")
    seconds = max(one["ended"] for one in told) - min(one["begun"] for one in told)
    each = 1000 / many
    return {
        "rate": many / seconds, "sender": sum(one["processor"] for one in told) * each, "server": server["processor"] * each,
        "database": database * each,
    }  # fmt: skip


def database_seconds(environment: dict[str, str]) -> float:
    """Processor time that the database server has taken so far, with all of its processes; nothing for SQLite."""
    url = environment.get("REGULARS_DATABASE_URL")
    if not url:
        return 0.0
    with psycopg.connect(url) as connection:
        server = _stat(connection.info.backend_pid)[1]
        ticks = sum(_stat(server)[11:15])
        for one in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (told := _stat(int(one.name)))[1] == server:
                    ticks += sum(told[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """What the system tells of a process, from its state on (proc(5)): 1 is its parent, 11 to 14 its ticks and those of its children."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, told[1:])]


def sent(environment: dict[str, str], senders: int) -> list[dict[str, float]]:
    """What each sender found, when all had begun at once."""
    with ExitStack() as stack:
        ready = [stack.enter_context(helper(environment, "send")) for _ in range(senders)]
        for one in ready:
            one.go_on()
        return [one.found() for one in ready]


def figures_of(database: str, many: int) -> list[Figure]:
    """The figures on one database."""
    name, senders = NAMES[database], SENDERS[database]
    with prepared(database) as environment:
        told = measured(environment, many, senders)
    processes = "one sender" if senders == 1 else f"{senders} senders"
    return [
        Figure(f"{name}: personal mails sent, {processes}", told["rate"], "1/s", target=TARGETS[database], better="more"),
        Figure(f"{name}: processor time of the senders, a message", told["sender"], "ms"),
        *([Figure(f"{name}: processor time of the database server, a message", told["database"], "ms")] if told["database"] else []),
        Figure(f"{name}: processor time of the mail server beside them, a message", told["server"], "ms"),
    ]  # fmt: skip


def run(context: Context) -> list[Figure]:
    """Both databases."""
    many = context.customers or MESSAGES
    return [figure for database in NAMES for figure in figures_of(database, many)]


def main(word: str, *more: str) -> None:
    """A part of the measurement, in a process of its own."""
    if word == "serve":
        print(json.dumps(serve_mail()))
        return
    import django

    django.setup()
    if word == "fill":
        fill(int(more[0]))
    else:
        print(json.dumps(send()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    main(*sys.argv[1:])
