"""`./run chaos`: senders are killed with -9 at random while they send; then it is counted what arrived, twice or never.

Half of the messages are marketing (never twice: at most lost, and then reported as uncertain), half are service messages
(never lost: at most twice, under the same Message-ID). Exit code 1 when a promise was broken.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools import postgres, rabbitmq, sink

ROOT = Path(__file__).resolve().parent.parent
SENDERS, KILLS_PER_THOUSAND, LEASE_SECONDS = 3, 3, 4
PATIENCE_SECONDS, LONGEST_WAIT_FOR_MAIL = 120.0, 10.0
HURRIED = f"""
import django; django.setup()
from datetime import timedelta
from regulars.channels.outbox import actions, tasks
actions.LEASE = actions.RETRY_UNCERTAIN = timedelta(seconds={LEASE_SECONDS})
actions.RETRY_AFTER = (timedelta(seconds=1),) * 50
tasks.SETTLE_SECONDS, tasks.IDLE_SECONDS, tasks.UNREACHABLE_SECONDS = 0.5, 0.2, 0.5
"""
SENDER = f"{HURRIED}tasks.work_forever()"
HAND = f"{HURRIED}from regulars.config.distributed import queue\nqueue.work(queue.MESSAGES, 1)"
DISPATCHER = f"""{HURRIED}
from regulars.config.distributed import dispatch
dispatch.IDLE_SECONDS, dispatch.SETTLE_SECONDS, dispatch.AGAIN_SECONDS = 0.2, 0.5, {2 * LEASE_SECONDS}
dispatch.work_forever()
"""


@dataclass
class Tally:
    """What came of it. ``lost``: neither arrived nor said to be uncertain (marketing), or not arrived (service)."""

    database: str
    messages: int
    kills: int
    seconds: float
    per_second: int
    arrived: int
    sent: int
    uncertain: int
    uncertain_at_most: int
    marketing_duplicates: int
    marketing_lost: int
    service_duplicates: int
    service_lost: int
    said_sent_but_not_arrived: int
    unsettled: int

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        broken = self.marketing_duplicates + self.marketing_lost + self.service_lost + self.said_sent_but_not_arrived
        most = self.uncertain_at_most
        return not broken and not self.unsettled and self.uncertain <= most and self.service_duplicates <= most


def fill(count: int) -> None:
    """``count`` customers who permit e-mail, each with one message that is due: every other one marketing, in one row with the others."""
    from django.db import transaction

    from regulars.channels.outbox import actions
    from regulars.customers.models import Consent, Party

    now = datetime.now(UTC)
    for start in range(0, count, 2_000):
        numbers = range(start, min(start + 2_000, count))
        with transaction.atomic():
            parties = Party.objects.bulk_create(Party(name=f"顧客{n}", fold=f"顧客{n}") for n in numbers)
            Consent.objects.bulk_create(
                Consent(party=one, channel="email", state="granted", given_at=now - timedelta(days=1))
                for one in parties
            )
            actions.put(
                actions.NewMessage(
                    channel="email", party_id=one.pk, address=f"c{one.pk}@example.com", origin="chaos", subject="熟客",
                    text="您好，這是一封測試信。", purpose_class="marketing" if one.pk % 2 else "transactional", priority=5,
                )
                for one in parties
            )  # fmt: skip


def unsettled() -> int:
    """Messages of which something may still come."""
    from regulars.channels.models import Message

    return Message.objects.filter(done_at=None).count()


@dataclass
class Sender:
    """A process that sends, and what it runs."""

    script: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """It and its children, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Storm:
    """Senders that are killed at random and started again; with a broker, its workers and the dispatcher."""

    def __init__(self, environment: Mapping[str, str], kept: sink.Kept, seed: int) -> None:
        self.environment, self.kept, self.draw, self.kills = dict(environment), kept, random.Random(seed), 0
        spread = bool(self.environment.get("REGULARS_BROKER_URL"))
        self.senders = [
            self.start(script) for script in ([HAND] * SENDERS + [DISPATCHER] if spread else [SENDER] * SENDERS)
        ]

    def start(self, script: str) -> Sender:
        """One more, in a session of its own, so that whatever it starts can be killed with it."""
        command = [sys.executable, "-c", script]
        return Sender(script, subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True))

    def kill_one(self, among: int) -> None:
        """Wait until some more of ``among`` messages have arrived, then kill the sender that has run longest and start another."""
        wanted, deadline = len(self.kept.ids) + self.draw.randint(1, among), time.monotonic() + LONGEST_WAIT_FOR_MAIL
        while len(self.kept.ids) < wanted and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(self.draw.uniform(0, 0.02))
        victim = self.senders.pop(0)
        victim.kill()
        self.senders.append(self.start(victim.script))
        self.kills += 1

    def end(self) -> None:
        for one in self.senders:
            one.kill()


def rage(
    environment: Mapping[str, str], kept: sink.Kept, *, messages: int, kills: int, seed: int, database: str
) -> Tally:
    """Fill the outbox of the database at hand, send it under kills, wait until all is settled, count."""
    fill(messages)
    began, storm = time.monotonic(), Storm(environment, kept, seed)
    try:
        while storm.kills < kills and unsettled():
            storm.kill_one(max(messages // (kills + 1), 1))
        deadline = time.monotonic() + PATIENCE_SECONDS + messages / 50
        while unsettled() and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        storm.end()
    return count(kept, database=database, messages=messages, kills=storm.kills, seconds=time.monotonic() - began)


def count(kept: sink.Kept, *, database: str, messages: int, kills: int, seconds: float) -> Tally:
    """Compare what the sink has with what the outbox says."""
    from regulars.channels.models import Message
    from regulars.channels.outbox.tasks import CONNECTIONS, GROUP

    arrived = Counter(kept.ids)
    rows = list(Message.objects.values_list("rfc_message_id", "purpose_class", "state"))
    marketing = [(name, state) for name, kind, state in rows if kind == "marketing"]
    service = [(name, state) for name, kind, state in rows if kind != "marketing"]
    return Tally(
        database=database, messages=messages, kills=kills, seconds=round(seconds, 1), per_second=round(messages / seconds), arrived=len(arrived),
        sent=sum(state == "sent" for _name, _kind, state in rows),
        uncertain=sum(state == "uncertain" for _name, _kind, state in rows),
        uncertain_at_most=kills * CONNECTIONS * GROUP,
        marketing_duplicates=sum(max(arrived[name] - 1, 0) for name, _state in marketing),
        marketing_lost=sum(not arrived[name] and state != "uncertain" for name, state in marketing),
        service_duplicates=sum(max(arrived[name] - 1, 0) for name, _state in service),
        service_lost=sum(not arrived[name] for name, _state in service),
        said_sent_but_not_arrived=sum(state == "sent" and not arrived[name] for name, _kind, state in rows),
        unsettled=unsettled(),
    )  # fmt: skip


def at_noon() -> str:
    """A time zone in which it is about noon now, so that quiet hours do not hold anything back."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


@contextmanager
def prepared(database: str) -> Iterator[dict[str, str]]:
    """The environment of an empty home on ``database``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DJANGO_"))}
    kept |= {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_TIME_ZONE": at_noon()}
    with tempfile.TemporaryDirectory(prefix="regulars-chaos-") as home:
        kept |= {"REGULARS_HOME": home, "REGULARS_MAIL_FROM": "Regulars <hello@example.com>"}
        if database == "sqlite":
            yield kept
            return
        with postgres.private_server() as address:
            if address is None:
                raise SystemExit(f"no PostgreSQL here; to install: {'sudo apt-get install -y postgresql'}")
            yield kept | {"REGULARS_DATABASE_URL": address}


@contextmanager
def broker(wanted: bool) -> Iterator[str | None]:
    """The address of a broker of our own, if one is wanted."""
    if not wanted:
        yield None
        return
    with rabbitmq.private_server() as address:
        if address is None:
            raise SystemExit(f"no RabbitMQ here; to install: {rabbitmq.INSTALL}")
        yield address


def main(arguments: Sequence[str]) -> int:
    """Let it rage once and say what came of it."""
    parser = argparse.ArgumentParser(prog="./run chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--kills", type=int, help="default: three for a thousand messages")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--broker", action="store_true", help="send through RabbitMQ and Celery workers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    chosen = parser.parse_args(arguments)
    kills = chosen.kills if chosen.kills is not None else max(chosen.messages * KILLS_PER_THOUSAND // 1_000, 3)
    with prepared(chosen.database) as environment, sink.running(slowness=0.002) as kept, broker(chosen.broker) as queue:
        environment["REGULARS_SMTP_URL"] = kept.url
        if queue:
            environment["REGULARS_BROKER_URL"] = queue
        os.environ.update(environment)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        told = rage(
            environment, kept, messages=chosen.messages, kills=kills, seed=chosen.seed, database=chosen.database
        )
        from django.db import connection

        connection.close()
    figures = asdict(told) | {"kept": told.kept}
    print("\n".join(f"{name.replace('_', ' '):28} {value}" for name, value in figures.items()))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if told.kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
