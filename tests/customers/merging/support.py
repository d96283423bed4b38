"""Records with everything that can hang on them, and the whole database as text."""

import json
from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db.models import Sum

from regulars.commerce.actions import rebuild_trade
from regulars.commerce.models import Order, OrderLine, Return
from regulars.customers import actions, search, timeline
from regulars.customers.models import (
    Asset,
    Consent,
    ContactPoint,
    Contract,
    CustomerSummary,
    DuplicatePair,
    Identifier,
    Party,
    PartyRelation,
    PartyRole,
    Snooze,
    Task,
)
from regulars.kit import clock

LOGS = {
    "customers.merge",
    "customers.mergemove",
    "customers.batch",
    "customers.revision",
    "customers.searchmark",
    "staff.auditentry",
}
"""They remember that there was a merge; everything else has to be as before."""
TOLD = {"customers.merged", "customers.unmerged"}
FAMILY, GIVEN = "陳林黃張李王吳劉", ["美玲", "志明", "淑芬", "家豪", "雅婷", "建宏"]
WAYS = [
    ("mobile", "0912345678"), ("mobile", "0922333444"), ("phone", "02-2712-3456"), ("email", "a@example.com"),
    ("email", "b@example.com"), ("line", "tea-lover"),
]  # fmt: skip
REFRESHED = clock.now()
CITIES = ["台北市", "新北市", "台中市", ""]


def dump() -> dict[str, str]:
    """Every row of every room as JSON, by table and key; without the logs, and without the counters of change."""
    rows: dict[str, str] = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if not label.startswith(("customers.", "commerce.")) or label in LOGS:
            continue
        found = model._base_manager.order_by("pk")
        if label == "customers.event":
            found = found.exclude(kind__in=TOLD)
        if label == "customers.eventbody":
            found = found.exclude(event__kind__in=TOLD)
        for told in json.loads(serializers.serialize("json", found)):
            told["fields"].pop("version", None)
            told["fields"].pop("updated_at", None)
            rows[f"{label} {told['pk']}"] = json.dumps(told["fields"], sort_keys=True, ensure_ascii=False)
    return rows


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The rows that are not as they were."""
    return [
        f"{key}: {before.get(key)} -> {after.get(key)}"
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def revenue(parties: Iterable[Party] | None = None) -> tuple[int, int]:
    """Orders and revenue in all summaries."""
    rows = CustomerSummary.objects.all() if parties is None else CustomerSummary.objects.filter(party__in=parties)
    told = rows.aggregate(orders=Sum("orders"), revenue=Sum("revenue"))
    return told["orders"] or 0, told["revenue"] or 0


def rebuilt() -> None:
    """Bring every summary to what follows from the record."""
    actions.rebuild_activity()
    rebuild_trade()
    search.reindex(Party.objects.values_list("pk", flat=True))


def person(chance: Random, by: Any, number: int) -> Party:
    """Somebody of whom much is known, some of it shared with others."""
    family, given = chance.choice(FAMILY), chance.choice(GIVEN)
    party = actions.create_party(
        by=by, family_name=family, given_name=given, city=chance.choice(CITIES),
        address=chance.choice(["", "忠孝東路一段 1 號", "中山路 9 號"]), about=chance.choice(["", "愛喝高山茶"]),
        owner=chance.choice([by, None]), birth_date=chance.choice([None, clock.now().date() - timedelta(days=9_000)]),
    )  # fmt: skip
    party.custom = {key: chance.choice(["a", "b"]) for key in ("size", "taste") if chance.random() < 0.5}
    Party.objects.filter(pk=party.pk).update(custom=party.custom)
    CustomerSummary.objects.filter(party=party).update(
        as_of=REFRESHED, revenue_12m=chance.randrange(90_000), orders_12m=chance.randrange(9), risk=chance.random(),
        stage=chance.choice(["welcome", "intensify"]), stage_reasons=[{"code": "x", "values": {"n": number}}],
    )  # fmt: skip
    hang(chance, by, party, number)
    return party


def hang(chance: Random, by: Any, party: Party, number: int) -> None:
    """Contacts, trade, tasks and the rest."""
    now = clock.now()
    for _n in range(chance.randrange(5)):
        kind, raw = chance.choice(WAYS)
        actions.add_contact_point(party=party, kind=kind, raw=raw, by=by, preferred=chance.random() < 0.4)
    for point in ContactPoint.objects.filter(party=party):
        if chance.random() < 0.2:
            actions.end_contact_point(point=point, by=by)
    if chance.random() < 0.7:
        Identifier.objects.create(
            party=party, system=chance.choice(["shop", "till"]), external_id=f"n{number}-{party.pk}"
        )
    trade(chance, party, number)
    if chance.random() < 0.5:
        actions.record_consent(party=party, channel="email", state=chance.choice(["granted", "withdrawn"]), by=by)
    if chance.random() < 0.5:
        actions.add_task(party=party, title="回電", by=by, kind=chance.choice(["promise", "todo", "complaint"]))
    if chance.random() < 0.3:
        Snooze.objects.create(party=party, until=now + timedelta(days=3))
    if chance.random() < 0.3:
        asset = Asset.objects.create(party=party, name="煮茶機")
        Contract.objects.create(party=party, asset=asset, title="保養", starts_on=now.date())
    if chance.random() < 0.5:
        day = now.date() - timedelta(days=chance.randrange(900))
        PartyRole.objects.get_or_create(party=party, role="customer", valid_to=None, defaults={"valid_from": day})
    timeline.record(kind="channels.note_written", customer=party, by=by, text="談過")


def trade(chance: Random, party: Party, number: int) -> None:
    """Orders, each with its entry, some of it sent back."""
    now = clock.now()
    for n in range(chance.randrange(5)):
        at = now - timedelta(days=chance.randrange(400))
        order = Order.objects.create(
            source="shop", number=f"{party.pk}-{number}-{n}", customer=party, ordered_at=at, currency="TWD",
            amount=chance.randrange(1, 9_000), goods=500, cost=chance.choice([None, 300]),
        )  # fmt: skip
        OrderLine.objects.create(order=order, line_key="1", quantity=1, unit_price=5, amount=order.amount)
        timeline.record(
            kind="commerce.order_placed", customer=party, occurred_at=at, object_type="order", object_id=order.pk,
            amount=order.amount, currency="TWD", source="shop", source_key=f"{party.pk}-{number}-{n}",
        )  # fmt: skip
        if chance.random() < 0.3:
            Return.objects.create(
                source="shop",
                number=order.number,
                customer=party,
                order=order,
                returned_at=now,
                currency="TWD",
                amount=-5,
            )


def relate(chance: Random, parties: list[Party]) -> None:
    """Relations among them, some the same from two of them, some between two that may become one."""
    for _n in range(len(parties) * 2):
        one, other = chance.sample(parties, 2)
        PartyRelation.objects.get_or_create(
            party=one, other=other, kind="referred_by", title=chance.choice(["", "朋友"]),
            valid_to=chance.choice([None, None, clock.now().date()]),
        )  # fmt: skip
    for one in parties:
        for other in parties:
            if one.pk < other.pk and chance.random() < 0.6:
                DuplicatePair.objects.create(
                    left=one, right=other, probability=chance.random(), weight=3.0,
                    verdict=chance.choice(["", "", "different"]),
                    evidence=[{"field": "name", "level": "same", "weight": 5, "left": one.name, "right": other.name}],
                )  # fmt: skip


def count_of(party: Party) -> dict[str, int]:
    """How much hangs on a party."""
    models: list[Any] = [Identifier, ContactPoint, Consent, Task, Asset, Contract, PartyRole]
    return {model._meta.model_name: model.objects.filter(party=party).count() for model in models}
