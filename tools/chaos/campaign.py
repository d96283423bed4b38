"""The start of a campaign: two workers carry it out while they are killed and the time of the machine jumps.

A third of the way the clock goes back an hour, after two thirds forward a day. Then everybody of the audience has the fate,
and the arm, that an undisturbed run gives them; whoever gets it has got it once, nobody else anything. A campaign whose last moment the
clock has jumped over is not started. When a backup made in between is restored after the last moment, nothing is sent.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools import sink
from tools.chaos.home import ROOT
from tools.chaos.storm import Storm

if TYPE_CHECKING:
    from regulars.marketing.campaigns.models import Campaign

WORKERS, GROUP_IN_FLIGHT = 2, 20
HURRIED = [sys.executable, "-m", "tools.chaos.hurried"]
BACK, FORWARD = -timedelta(hours=1), timedelta(days=1)
NOT_AFTER = timedelta(days=2)
PATIENCE_SECONDS, QUIET_SECONDS = 120.0, 3.0
MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>您好</mj-text></mj-column></mj-section></mj-body></mjml>"
SALT = "5a17"


@dataclass
class Tally:
    """What came of it. What is counted from ``other_fate`` on has to be 0, ``uncertain`` at most what was on the wire."""

    database: str
    customers: int
    kills: int
    seconds: float
    chosen: int
    control: int
    held_out: int
    refused: int
    arrived: int
    uncertain: int
    uncertain_at_most: int
    other_fate: int
    other_arm: int
    other_messages: int
    other_entries: int
    other_counts: int
    twice: int
    lost: int
    to_others: int
    too_late: int
    started_too_late: int
    after_restore: int

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        broken = (
            self.other_fate, self.other_arm, self.other_messages, self.other_entries, self.other_counts, self.twice, self.lost,
            self.to_others, self.too_late, self.started_too_late, self.after_restore,
        )  # fmt: skip
        return not any(broken) and self.uncertain <= self.uncertain_at_most


def fill(count: int) -> tuple[int, int]:
    """So many customers, some without consent or address, some who share one; a campaign for now and one for later, by their numbers."""
    from regulars.marketing.campaigns import actions
    from regulars.marketing.campaigns.plan import Plan
    from regulars.marketing.content.actions import make_content
    from regulars.marketing.effect.actions import set_hold_out
    from regulars.marketing.segments import membership
    from regulars.marketing.segments.actions import make_segment
    from regulars.staff.models import User

    by, now = User.objects.create(username="storm", role="owner"), datetime.now(UTC)
    _customers(count, now)
    set_hold_out(share=500, by=by)
    rule = {"match": "all", "parts": [{"is": "is_city", "value": "Taipei"}]}
    segment = make_segment(name="Storm", rule=rule, by=by)
    while membership.catch_up() or membership.work_out_next():
        pass
    draft = {language: {"subject": "熟客", "preheader": "", "mjml": MJML} for language in ("en", "zh-hant")}

    def scheduled(name: str, starts_in: timedelta, not_after: timedelta) -> int:
        said = make_content(name=name, by=None, draft=draft)
        told = Plan(name=name, segment=segment, said=(said,), starts_at=now + starts_in, not_after=now + not_after)
        return actions.schedule(campaign=actions.make_campaign(told=told, by=by), by=by).pk

    return (
        scheduled("Storm", timedelta(minutes=1), NOT_AFTER),
        scheduled("Too late", timedelta(hours=2), timedelta(hours=5)),
    )


def _customers(count: int, now: datetime) -> None:
    from regulars.customers.actions import ensure_summaries
    from regulars.customers.models import Consent, ContactPoint, Party

    parties = Party.objects.bulk_create(
        Party(name=f"顧客{n}", fold=f"顧客{n}", city="Taipei", language=("zh-hant", "en")[n % 2]) for n in range(count)
    )
    addresses = [(one, f"c{n - n % 17 if n % 17 == 1 else n}@example.com") for n, one in enumerate(parties) if n % 19]
    ContactPoint.objects.bulk_create(
        ContactPoint(party=one, kind="email", raw=address, normalised=address) for one, address in addresses
    )
    Consent.objects.bulk_create(
        Consent(party=one, channel="email", state="granted", given_at=now - timedelta(days=1))
        for n, one in enumerate(parties)
        if n % 11
    )
    ensure_summaries()


Decided = dict[int, tuple[str, str, str]]
"""Fate, reason and variant of each customer."""


def undisturbed(campaign_id: int, *, at: datetime) -> tuple[Decided, dict[int, str]]:
    """The fates and arms that come of it where nobody is killed; nothing of it stays."""
    from unittest import mock

    from django.db import transaction

    from regulars.kit import clock
    from regulars.marketing.campaigns import actions, sending
    from regulars.marketing.effect import actions as effect

    with transaction.atomic(), clock.stopped_at(at), mock.patch.object(effect, "token_hex", return_value=SALT):
        assert actions.start_due(campaign_id)
        sending.carry_out(campaign_id)
        found = fates(campaign_id), arms(campaign_id)
        transaction.set_rollback(True)
    return found


def fates(campaign_id: int) -> Decided:
    """What became of everybody in the audience."""
    from regulars.marketing.campaigns.models import Recipient

    rows = Recipient.objects.filter(campaign=campaign_id).values_list("party", "fate", "reason", "variant")
    return {party: (fate, reason, variant) for party, fate, reason, variant in rows}


def arms(campaign_id: int) -> dict[int, str]:
    """Who was drawn into which arm."""
    from regulars.marketing.effect.models import Assignment

    rows = Assignment.objects.filter(experiment__origin=f"campaign:{campaign_id}").values_list("party", "arm")
    return dict(rows)


def decided() -> int:
    """How many have a fate."""
    from regulars.marketing.campaigns.models import Fate, Recipient

    return Recipient.objects.exclude(fate=Fate.OPEN).count()


def unsettled() -> int:
    """Messages of which something may still come, and campaigns that are not decided about."""
    from regulars.channels.models import Message
    from regulars.marketing.campaigns.models import Campaign, CampaignState

    going_on = Campaign.objects.filter(state=CampaignState.RUNNING, sent_at=None)
    begins = Campaign.objects.filter(state=CampaignState.SCHEDULED)
    return Message.objects.filter(done_at=None).count() + going_on.count() + begins.count()


class Clock:
    """The time of the machine for the workers, as seconds in a file."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.file, self.off = Path(environment["CHAOS_CLOCK"]), timedelta()
        self.turn(timedelta(minutes=2))

    def turn(self, by: timedelta) -> None:
        """Let it jump, in one write."""
        self.off += by
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(self.off.total_seconds()), encoding="ascii")
        draft.replace(self.file)

    def now(self) -> datetime:
        """What it says."""
        return datetime.now(UTC) + self.off


def rage(
    environment: Mapping[str, str],
    kept: sink.Kept,
    *,
    customers: int,
    kills: int,
    seed: int,
    database: str,
    restore: bool,
) -> Tally:
    """Fill the database at hand, let the campaign start under kills and jumps of the clock, count; with ``restore`` a backup as well."""  # fmt: skip
    environment = dict(environment) | {
        "CHAOS_CLOCK": str(Path(environment["REGULARS_HOME"]) / "clock"),
        "CHAOS_SALT": SALT,
    }
    campaign, late = fill(customers)
    clock, began = Clock(environment), time.monotonic()
    meant = undisturbed(campaign, at=clock.now())
    storm = Storm(environment, [[*HURRIED, "worker"]] * WORKERS, done=decided, seed=seed)
    backup = Path(environment["REGULARS_HOME"]) / "between.regulars"
    try:
        for number in range(1, kills + 1):
            storm.kill_one(max(customers // (kills + 1), 1))
            if number == max(kills // 3, 1):
                clock.turn(BACK)
            if number == max(kills * 2 // 3, 2):
                _run(environment, "backup", str(backup)) if restore else None
                clock.turn(FORWARD)
        _wait_until_settled(PATIENCE_SECONDS + customers / 50)
    finally:
        storm.end()
    told = count(campaign, late, meant, kept, kills=storm.kills, seconds=time.monotonic() - began, database=database)
    if restore:
        told.after_restore = _sent_after_restoring(environment, backup, clock, kept, seed)
    return told


def _run(environment: Mapping[str, str], *words: str) -> None:
    subprocess.run([*HURRIED, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _wait_until_settled(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while unsettled() and time.monotonic() < deadline:
        time.sleep(0.2)


def _sent_after_restoring(
    environment: Mapping[str, str], backup: Path, clock: Clock, kept: sink.Kept, seed: int
) -> int:
    """How many mails come when the backup is put back after the last moment and the workers go on; plus what they leave open."""
    from django.db import connection

    before = len(kept.ids)
    clock.turn(NOT_AFTER)
    connection.close()
    _run(environment, "restore", str(backup), "--replace")
    storm = Storm(environment, [[*HURRIED, "worker"]] * WORKERS, done=decided, seed=seed)
    heartbeat, since = Path(environment["REGULARS_HOME"]) / "worker.heartbeat", time.time()
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (not heartbeat.exists() or heartbeat.stat().st_mtime < since) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(QUIET_SECONDS)
        _wait_until_settled(PATIENCE_SECONDS)
    finally:
        storm.end()
    return len(kept.ids) - before + unsettled()


def count(
    campaign_id: int, late_id: int, meant: tuple[Decided, dict[int, str]], kept: sink.Kept, **facts: Any
) -> Tally:
    """Compare what the sink has, and what the database says, with the undisturbed run."""
    from regulars.marketing.campaigns.models import Campaign

    campaign, late = Campaign.objects.get(pk=campaign_id), Campaign.objects.get(pk=late_id)
    told, drawn = fates(campaign_id), arms(campaign_id)
    by_fate = Counter(fate for fate, _reason, _variant in told.values())
    messages = list(campaign_messages(campaign))
    arrived = Counter(kept.ids)
    chosen = {name: state for _party, name, state, _sent_late in messages if state not in {"ghost", "refused"}}
    uncertain = sum(state == "uncertain" for state in chosen.values())
    return Tally(
        customers=len(meant[0]), chosen=by_fate["chosen"], control=by_fate["control"], held_out=by_fate["held_out"],
        refused=by_fate["refused"], arrived=len(arrived), uncertain=uncertain,
        uncertain_at_most=facts["kills"] * GROUP_IN_FLIGHT,
        other_fate=_different(told, meant[0]), other_arm=_different(drawn, meant[1]),
        other_messages=_different(Counter(party for party, *_rest in messages), _told(meant[0], "chosen", "control", "refused")),
        other_entries=_different(_entries(), _told(meant[0], "chosen", "control")),
        other_counts=_different(_counted(), _told(meant[0], "chosen")),
        twice=sum(arrived.values()) - len(arrived),
        lost=sum(not arrived[name] and state != "uncertain" for name, state in chosen.items()),
        to_others=len(set(arrived) - set(chosen)),
        too_late=sum(sent_late for *_rest, sent_late in messages),
        started_too_late=int(late.started_at is not None or late.reason != "late"),
        after_restore=0, **facts,
    )  # fmt: skip


def campaign_messages(campaign: "Campaign") -> list[tuple[int, str, str, bool]]:
    """Customer, Message-ID, state, and whether it went after the last moment, of every message of a campaign."""
    from regulars.channels.models import Message

    rows = Message.objects.filter(origin=campaign.origin)
    facts = rows.values_list("party_id", "rfc_message_id", "state", "attempted_at", "not_after")
    return [
        (party, name, state, bool(at and not_after and at > not_after)) for party, name, state, at, not_after in facts
    ]


def _told(decided_about: Decided, *some: str) -> Counter[int]:
    return Counter(party for party, (fate, _reason, _variant) in decided_about.items() if fate in some)


def _entries() -> Counter[int]:
    from regulars.customers.models import Event

    rows = Event.objects.filter(kind__in=["campaigns.chosen", "campaigns.left_alone"])
    return Counter(rows.values_list("customer_id", flat=True))


def _counted() -> Counter[int]:
    from regulars.customers.models import Pressure

    return Counter(dict(Pressure.objects.values_list("party_id", "n")))


def _different(found: Mapping[int, Any], meant: Mapping[int, Any]) -> int:
    """How many customers differ."""
    return sum(found.get(one) != meant.get(one) for one in {*found, *meant})
