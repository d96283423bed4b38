"""The demonstration's campaigns: sent by the product, answered by the simulator, and found by the report."""

import json
from pathlib import Path

import numpy as np
import pytest

from regulars.channels.models import Message, MessageEvent
from regulars.commerce.models import Order
from regulars.demo import campaigns
from regulars.demo.simulator import reactions
from regulars.demo.simulator.model import Kind
from regulars.marketing.campaigns.models import Campaign
from regulars.marketing.effect import queries
from regulars.marketing.segments.models import Segment
from tests.demo_fixture import load


@pytest.mark.django_db
@pytest.mark.slow
def test_report_finds_what_the_campaign_truly_did(tmp_path: Path) -> None:
    load(tmp_path, customers=1_200)
    before = Order.objects.count()
    made = campaigns.load_campaigns(seed=7, home=tmp_path)
    true = json.loads(campaigns.path(tmp_path).read_text("utf-8"))
    finished, running = Campaign.objects.order_by("pk")
    assert (finished.state, running.state) == ("done", "running")
    assert Message.objects.count() == made
    assert Order.objects.count() - before == sum(one["orders_more"] for one in true.values())

    assert finished.experiment is not None
    line = queries.report(finished.experiment).line("orders")
    assert line is not None
    assert line.total.low is not None
    assert line.total.high is not None
    planted = true[finished.name]["customers_more"]
    assert planted > 12
    assert line.total.low < planted < line.total.high

    ghosts = Message.objects.filter(origin=finished.origin, state="ghost")
    assert ghosts.count() > 80
    assert not ghosts.exclude(attempts=0).exists()
    assert not Message.objects.filter(state="sent").exclude(reason="captured").exists()
    heard = MessageEvent.objects.filter(message__origin=finished.origin)
    assert {"opened", "clicked"} <= set(heard.values_list("kind", flat=True))
    assert not heard.exclude(message__state="sent").exists()
    assert {one.name for one in Segment.objects.all()} == set(campaigns.RULES)


def test_reactions_come_at_the_stated_chances() -> None:
    kinds = np.full(40_000, Kind.CASUAL_SHOPPER, np.int64)
    drawn = reactions.draw(np.random.default_rng(1), kinds, days=28.0, strength=0.5)
    assert abs(np.isfinite(drawn.orders).mean() - reactions.ORDERS_MORE[Kind.CASUAL_SHOPPER] / 2) < 0.005
    assert drawn.orders[np.isfinite(drawn.orders)].max() < 28
    assert abs(np.isfinite(drawn.opens).mean() - reactions.OPENS) < 0.01
    assert abs(np.isfinite(drawn.clicks).mean() - reactions.OPENS * reactions.CLICKS) < 0.005
    assert (drawn.clicks[np.isfinite(drawn.clicks)] > drawn.opens[np.isfinite(drawn.clicks)]).all()
