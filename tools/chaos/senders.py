"""Senders of messages: half of them marketing (never twice: at most lost, and then reported as uncertain), half service
messages (never lost: at most twice, under the same Message-ID).
"""

import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tools import sink
from tools.chaos.storm import Storm

SENDERS, LEASE_SECONDS = 3, 4
PATIENCE_SECONDS = 120.0
HURRIED = f"""
import django; django.setup()
from datetime import timedelta
from regulars.channels.outbox import actions, tasks
actions.LEASE = actions.RETRY_UNCERTAIN = timedelta(seconds={LEASE_SECONDS})
actions.RETRY_AFTER = (timedelta(seconds=1),) * 50
tasks.BATCH, tasks.SETTLE_SECONDS, tasks.IDLE_SECONDS, tasks.UNREACHABLE_SECONDS = 60, 0.5, 0.2, 0.5
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


def commands(environment: Mapping[str, str]) -> list[list[str]]:
    """Who sends: three processes, or with a broker its workers and the dispatcher."""
    spread = bool(environment.get("REGULARS_BROKER_URL"))
    scripts = [HAND] * SENDERS + [DISPATCHER] if spread else [SENDER] * SENDERS
    return [[sys.executable, "-c", script] for script in scripts]


def rage(
    environment: Mapping[str, str], kept: sink.Kept, *, messages: int, kills: int, seed: int, database: str
) -> Tally:
    """Fill the outbox of the database at hand, send it under kills, wait until all is settled, count."""
    fill(messages)
    began = time.monotonic()
    storm = Storm(environment, commands(environment), done=lambda: len(kept.ids), seed=seed)
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
