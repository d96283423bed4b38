"""The demonstration's campaigns: made, started and sent by the product itself on a day of the past, answered by the simulator.

What each campaign truly did is known, since who is told orders more by a stated chance (``simulator/reactions``) and all else stays
as it was; it is kept in REGULARS_HOME/demo/campaigns.json. Nothing leaves: messages are kept in the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from regulars.catalogue.models import Product
from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox import contents as words
from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind, MessageState
from regulars.channels.outbox.transports.captured import Captured
from regulars.channels.tracking import actions as tracking
from regulars.channels.tracking.models import Click
from regulars.commerce.actions import Line, place_order
from regulars.commerce.models import Order, OrderState
from regulars.customers.models import Party
from regulars.customers.permission import links
from regulars.customers.permission.actions import unsubscribe
from regulars.demo import truth
from regulars.demo.simulator import reactions
from regulars.demo.simulator.model import Kind
from regulars.demo.simulator.reactions import Reactions
from regulars.kit import clock, money
from regulars.kit.parts import in_parts
from regulars.marketing.campaigns import actions, sending
from regulars.marketing.campaigns.models import Campaign
from regulars.marketing.campaigns.plan import Cost, Plan
from regulars.marketing.content import designs
from regulars.marketing.content.actions import make_content
from regulars.marketing.effect import keeping
from regulars.marketing.segments import actions as segments
from regulars.marketing.segments import membership
from regulars.marketing.segments.models import Segment
from regulars.staff.models import User

CURRENCY: Final = "TWD"
_SPAWN: Final = 900_001
_BATCH: Final = 200
_CHEAPEST, _DEAREST = 800, 4_000  # NT$: who is won by a mail does not buy a journey at once
RULES: Final = {
    "一年內買過、願意收信": [
        {"is": "event", "kind": "commerce.order_placed", "measure": "at_least", "times": "1", "days": "365"},
        {"is": "is_permits", "value": "email"},
    ],
    "老客戶半年沒回來": [
        {"is": "event", "kind": "commerce.order_placed", "measure": "at_least", "times": "2", "days": "1095"},
        {"is": "event", "kind": "commerce.order_placed", "measure": "never", "days": "180"},
        {"is": "is_permits", "value": "email"},
    ],
    "快要流失的大客戶": [{"is": "is_stage", "value": "pre_divorce"}, {"is": "is_revenue_12m", "value": "20000.."}],
}
"""Segments by name: all of these conditions hold."""


@dataclass(frozen=True)
class Story:
    """One campaign: told so many days ago at ten in the morning, by such designs, with reactions of such strength."""

    name: str
    goal: str
    segment: str
    designs: tuple[str, ...]
    days_ago: int
    strength: float
    control_share: int
    offer: tuple[str, str, str, int] = ("", "", "", 0)  # in English, in Chinese, code, NT$ for each who takes it up
    design_cost: int = 6_000


STORIES: Final = (
    Story(
        "老朋友專屬九折", "讓一年內買過的客人再買一次", "一年內買過、願意收信", ("offer",), 63, 1.3, 3_000,
        ("10 % off your next order", "下一筆訂單九折", "FRIEND10", 90),
    ),
    Story("好久不見", "把半年沒回來的老客戶請回來", "老客戶半年沒回來", ("again", "letter"), 9, 0.9, 2_000),
)  # fmt: skip


def path(home: Path) -> Path:
    """Where it is kept what the campaigns truly did."""
    return home / "demo" / "campaigns.json"


@transaction.atomic
def load_campaigns(*, seed: int, home: Path | None = None, today: date | None = None) -> int:
    """Make segments, contents and campaigns, tell them, let customers react; returns how many messages were made.

    The record must be complete: whoever orders because of a campaign orders beside what they ordered anyway.
    """
    home, today = home or settings.HOME, today or timezone.localdate(clock.now())
    by = User.objects.get(username="marketer")
    made = {name: _segment(name, rule, today, by) for name, rule in RULES.items()}
    kinds = _true_kinds(home)
    done = {}
    for number, story in enumerate(STORIES):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_SPAWN, number)))
        done[story.name] = _tell(story, made[story.segment], kinds, rng, today, by)
    path(home).write_text(json.dumps(done, ensure_ascii=False, indent=1), encoding="utf-8")
    return Message.objects.filter(origin__startswith="campaign:").count()


def _segment(name: str, rule: Sequence[dict[str, str]], today: date, by: User) -> Segment:
    """A segment that has been there for as long as the oldest campaign."""
    with clock.stopped_at(_moment(today, STORIES[0].days_ago + 1)):
        made = segments.make_segment(name=name, rule={"match": "all", "parts": list(rule)}, by=by)
        membership.work_out(made.pk)
    return made


def _moment(today: date, days_ago: float) -> datetime:
    """Ten in the morning, so many days before today."""
    return timezone.make_aware(datetime.combine(today, time(10))) - timedelta(days=days_ago)


def _true_kinds(home: Path) -> dict[int, int]:
    import pyarrow.parquet as pq  # noqa: PLC0415 -- only whoever loads the demonstration pays for it

    table = pq.read_table(truth.path(home), columns=["party_id", "type"])
    kinds = (Kind[name.upper()] for name in table["type"].to_pylist())
    return dict(zip(table["party_id"].to_pylist(), kinds, strict=True))


def _tell(
    story: Story, segment: Segment, kinds: dict[int, int], rng: np.random.Generator, today: date, by: User
) -> dict[str, Any]:
    """Start a campaign on its day, send it, let time pass; returns what it truly did."""
    begun = _moment(today, story.days_ago)
    with clock.stopped_at(begun):
        campaign = actions.start(campaign=_campaign(story, segment, by), by=by)
        sending.carry_out(campaign.pk)
        told = _send(campaign)
    drawn = reactions.draw(
        rng,
        np.array([kinds.get(one.party_id, Kind.PROSPECT) for one in told], np.int64),
        days=float(campaign.days),
        strength=story.strength,
    )
    passed = _moment(today, 0) - begun
    _answer(told, drawn, begun, passed)
    found = _order(told, drawn, begun, passed, code=f"M{campaign.pk}")
    assert campaign.experiment is not None
    assert campaign.ends_at is not None
    if campaign.ends_at < _moment(today, 0):
        with clock.stopped_at(campaign.ends_at):
            actions.finish(campaign.pk)
    campaign.experiment.refresh_from_db()
    keeping.rebuild(campaign.experiment)
    return {"campaign": campaign.pk, "told": len(told), **found}


def _campaign(story: Story, segment: Segment, by: User) -> Campaign:
    in_english, in_chinese, code, cost = story.offer
    said = tuple(
        make_content(name=f"{story.name}（{letter}）" if len(story.designs) > 1 else story.name, by=by, draft=designs.draft(one))
        for letter, one in zip("ABC", story.designs, strict=False)
    )  # fmt: skip
    plan = Plan(
        name=story.name, goal=story.goal, measure="orders", segment=segment, control_share=story.control_share, said=said,
        offer_en=in_english, offer_zh=in_chinese, offer_code=code, offer_cost=money.to_minor(cost, CURRENCY),
        contact_cost=money.to_minor(1, CURRENCY), costs=(Cost("設計與撰文", money.to_minor(story.design_cost, CURRENCY)),),
        budget=money.to_minor(30_000, CURRENCY),
    )  # fmt: skip
    return actions.make_campaign(told=plan, by=by)


def _send(campaign: Campaign) -> list[Message]:
    """Send what is due with the transport that keeps everything here, whatever the system sends by otherwise."""
    captured = Captured()
    due = Message.objects.filter(origin=campaign.origin, state=MessageState.QUEUED).order_by("pk")
    for ids in in_parts(due.values_list("pk", flat=True), _BATCH):
        lease = outbox.claim(campaign.channel, most=_BATCH, ids=ids)
        said = words.of(lease.messages)
        mine = outbox.advance(lease, outcomes=[], group=[one for one in lease.messages if one.pk in said])
        outbox.advance(lease, outcomes=[captured.send(None, one, said[one.pk]) for one in mine], group=[])
    return list(Message.objects.filter(origin=campaign.origin, state=MessageState.SENT).order_by("pk"))


def _answer(told: Sequence[Message], drawn: Reactions, begun: datetime, passed: timedelta) -> None:
    """Opened, clicked, looked through by a machine, unsubscribed: whatever lies before today."""
    heard = []
    for kind, moments in ((MessageEventKind.OPENED, drawn.opens), (MessageEventKind.CLICKED, drawn.clicks)):
        heard += [
            MessageEvent(message=one, kind=kind, at=at, source_key=f"demo:{kind}:{one.pk}")
            for one, after in zip(told, moments.tolist(), strict=True)
            if (at := _at(begun, after, passed)) is not None
        ]
    heard += [
        MessageEvent(
            message=one, kind=MessageEventKind.CLICKED, at=begun + timedelta(seconds=20), by_machine=True, source_key=f"demo:scan:{one.pk}"
        )
        for one, looked in zip(told, drawn.scanned.tolist(), strict=True)
        if looked
    ]  # fmt: skip
    MessageEvent.objects.bulk_create(heard, batch_size=500)
    clicked = [one for one in heard if one.kind == MessageEventKind.CLICKED]
    Click.objects.bulk_create(
        [Click(event=one, why="scanner" if one.by_machine else "") for one in clicked], batch_size=500
    )
    while tracking.settle():
        pass
    for one, after in zip(told, drawn.unsubscribes.tolist(), strict=True):
        if (at := _at(begun, after, passed)) is not None:
            _unsubscribe(one, at)


def _unsubscribe(message: Message, at: datetime) -> None:
    link = links.read(links.token(party_id=message.party_id, channel=message.channel, address=message.address))
    if link is not None:
        with clock.stopped_at(at):
            unsubscribe(link=link, source="demo")
            MessageEvent.objects.create(
                message=message, kind=MessageEventKind.UNSUBSCRIBED, at=at, source_key=f"demo:unsubscribed:{message.pk}"
            )


def _order(
    told: Sequence[Message], drawn: Reactions, begun: datetime, passed: timedelta, *, code: str
) -> dict[str, Any]:
    """One order more of whoever is moved to; returns how many, their money, and how many would not have ordered at all."""
    goods = list(
        Product.objects.filter(price__range=(_CHEAPEST * 100, _DEAREST * 100), cost__isnull=False).order_by("code")
    )
    moved = [
        (one, at, goods[int(place * len(goods))])
        for one, after, place in zip(told, drawn.orders.tolist(), drawn.goods.tolist(), strict=True)
        if (at := _at(begun, after, passed)) is not None
    ]
    parties = Party.objects.in_bulk([one.party_id for one, _at, _product in moved])
    ordered = set(_ordered_between([one.party_id for one, _at, _product in moved], begun, begun + passed))
    for number, (one, at, product) in enumerate(moved, 1):
        line = Line(amount=product.price or 0, product=product.code, cost=product.cost)
        place_order(
            source="shop", number=f"{code}-{number:05}", customer=parties[one.party_id], ordered_at=at, lines=[line], by=None,
            channel="web", currency=CURRENCY,
        )  # fmt: skip
    return {
        "orders_more": len(moved),
        "customers_more": sum(one.party_id not in ordered for one, _at, _product in moved),
        "revenue_more": sum(product.price or 0 for _one, _at, product in moved),
    }


def _ordered_between(parties: Sequence[int], begin: datetime, end: datetime) -> Sequence[int]:
    rows = Order.objects.live().filter(
        customer__in=parties, state=OrderState.PLACED, ordered_at__gte=begin, ordered_at__lt=end
    )
    return list(rows.values_list("customer_id", flat=True))


def _at(begun: datetime, days: float, passed: timedelta) -> datetime | None:
    """The moment so many days after the beginning; None for never and for what is still to come."""
    return begun + timedelta(days=days) if days < passed / timedelta(days=1) else None
