"""Two hundred segments: how soon an event moves a customer, and what working all of them out anew takes.

On the filled databases of `./run bench scale` (`--customers`, a million by default; made there when they are not), where
the segments are made for the measurement and taken away again. A rule has two or three conditions: stage, class, city, revenue,
consent, orders and contacts in a window, how long ago. “Event to member” is the wall clock from the commit of an
order's entry until the row of a member is there to be read by another connection, the loop of the worker running in this process;
each of the events puts its customer into at least one segment. Published for another system: 40 minutes for one segment of 260,000.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import threading
import time
from typing import Any

from bench import Context, Figure
from bench.scale import CUSTOMERS, ON_REQUEST, Place, postgresql, sqlite

__all__ = ["ON_REQUEST", "run"]
SEGMENTS, EVENTS = 200, 200
SOON_MS, ALL_S = 250.0, 120.0
NAME = "bench segment"
ORDERED = "commerce.order_placed"


def rules(many: int) -> list[dict[str, Any]]:
    """So many rules, no two alike; the first holds for whoever ordered within a day."""
    rng = random.Random(7)

    def fact(name: str, value: str) -> dict[str, Any]:
        return {"is": f"is_{name}", "value": value}

    def event() -> dict[str, Any]:
        days, kind = (
            str(rng.randrange(2, 366)),
            rng.choice([ORDERED, ORDERED, "channels.call_logged", "channels.email_logged"]),
        )
        if kind == ORDERED and rng.random() < 0.3:
            return {
                "is": "event",
                "kind": kind,
                "measure": "sum_at_least",
                "amount": str(rng.randrange(500, 20_000)),
                "days": days,
            }
        times = str(rng.randrange(1, 4))
        return {"is": "event", "kind": kind, "measure": rng.choice(["at_least", "fewer"]), "times": times, "days": days}

    def moment() -> dict[str, Any]:
        what = rng.choice(["last_order", "last_contact", "expected", "first_order"])
        side = "ahead" if what == "expected" else rng.choice(["within", "before"])
        return {"is": "moment", "what": what, "side": side, "days": str(rng.randrange(2, 700))}

    def figures() -> dict[str, Any]:
        return rng.choice([
            fact("stage", rng.choice(["divorce", "pre_divorce,divorce", "welcome", "intensify", "account_management"])),
            fact("class", rng.choice(["most_valuable", "most_growable", "regular", "most_valuable,most_growable"])),
            fact("revenue", f"{rng.randrange(1_000, 50_000)}.."),
            fact("permits", rng.choice(["email", "phone"])),
            fact("orders", f"{rng.randrange(1, 9)}.."),
        ])  # fmt: skip

    first = {"is": "event", "kind": ORDERED, "measure": "at_least", "times": "1", "days": "1"}
    made = [{"match": "all", "parts": [first]}]
    while len(made) < many:
        parts = [event(), figures()] if rng.random() < 0.6 else [moment(), figures()]
        if rng.random() < 0.3:
            parts.append(figures())
        made.append({"match": "all" if rng.random() < 0.9 else "any", "parts": parts})
    return made


def measured() -> dict[str, Any]:
    """All of it on the database that the environment names; the segments are gone afterwards."""
    from regulars.marketing.segments import membership, tasks
    from regulars.marketing.segments.models import BY_RULE, Member, Segment

    forget()
    try:
        make()
        told: dict[str, Any] = {"first": worked_out()}
        for one in Segment.objects.filter(name__startswith=NAME):
            membership.ask(one, BY_RULE)
        told["again"] = worked_out()
        told["members"] = Member.objects.current().filter(segment__name__startswith=NAME).count()
        first = Segment.objects.get(name=f"{NAME} 0").pk
        stop = threading.Event()
        loop = threading.Thread(target=tasks.work_forever, args=(stop,))
        loop.start()
        try:
            told["soon"] = [seconds_to_enter(party, first) for party in buyers_to_be(first)]
        finally:
            stop.set()
            loop.join()
        return told
    finally:
        forget()


def worked_out() -> tuple[float, float]:
    """Seconds and processor seconds until no segment waits."""
    from regulars.marketing.segments import membership

    begun, processor = time.perf_counter(), time.process_time()
    while membership.work_out_next():
        pass
    return time.perf_counter() - begun, time.process_time() - processor


def make() -> None:
    """The segments."""
    from regulars.marketing.segments.actions import make_segment
    from regulars.staff.models import User

    owner = User.objects.filter(role="owner").order_by("pk")[0]
    for number, rule in enumerate(rules(SEGMENTS)):
        make_segment(name=f"{NAME} {number}", rule=rule, by=owner)


def forget() -> None:
    """As if there had been none."""
    from regulars.marketing.segments import membership
    from regulars.marketing.segments.models import Mark, Segment

    Segment.objects.filter(name__startswith=NAME).delete()
    membership.settle_topics()
    Mark.objects.all().delete()


def buyers_to_be(first: int) -> list[int]:
    """Customers who are not in the first segment, spread over all."""
    from regulars.customers.models import Party
    from regulars.marketing.segments.models import Member

    newest = Party.objects.order_by("-pk").values_list("pk", flat=True)[0]
    spread = range(1, newest, max(newest // (EVENTS * 2), 1))
    inside = set(Member.objects.current().filter(segment=first, party__in=spread).values_list("party", flat=True))
    live = Party.objects.live().filter(pk__in=spread, summary__isnull=False).values_list("pk", flat=True)
    return [party for party in live if party not in inside][:EVENTS]


def seconds_to_enter(party: int, segment: int) -> float:
    """From the commit of an order's entry until its customer is a member."""
    from regulars.customers import timeline
    from regulars.customers.models import Party
    from regulars.kit import clock
    from regulars.marketing.segments.models import Member

    customer = Party.objects.get(pk=party)
    timeline.record(kind=ORDERED, customer=customer, occurred_at=clock.now(), amount=90_000, currency="TWD")
    begun = time.perf_counter()
    while not Member.objects.current().filter(segment=segment, party=party).exists():
        if time.perf_counter() - begun > 30:
            raise RuntimeError("a customer did not enter within 30 s")
        time.sleep(0.002)
    return time.perf_counter() - begun


def figures_of(place: Place) -> list[Figure]:
    """The figures on one database."""
    told = json.loads(place.python("bench.segments"))
    soon, name = sorted(one * 1000 for one in told["soon"]), place.name
    return [
        Figure(f"{name}: {SEGMENTS} segments worked out, everybody enters", told["first"][0], "s"),
        Figure(f"{name}: {SEGMENTS} segments worked out again", told["again"][0], "s", target=ALL_S),
        Figure(f"{name}: the same, processor time of the process that asks", told["again"][1], "s"),
        Figure(f"{name}: members of all of them", told["members"], "rows"),
        Figure(f"{name}: event to member, median of {len(soon)}", statistics.median(soon), "ms"),
        Figure(f"{name}: event to member, p99", soon[int(len(soon) * 0.99) - 1], "ms", target=SOON_MS),
    ]


def run(context: Context) -> list[Figure]:
    """Both databases."""
    figures: list[Figure] = []
    for opened in (sqlite, postgresql):
        with opened(context.customers or CUSTOMERS, reuse=context.reuse) as place:
            figures += figures_of(place)
    return figures


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(measured(), sys.stdout)
