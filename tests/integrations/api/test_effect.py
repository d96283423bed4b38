"""Reports of experiments by API."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from regulars.kit import clock
from regulars.marketing.effect.actions import assign_parties
from regulars.marketing.effect.models import CONTROL, Experiment
from tests.integrations.api.conftest import MakeCaller
from tests.marketing.effect.conftest import arms_of, buys, follow, make, make_parties  # noqa: F401 -- make is a fixture

pytestmark = pytest.mark.django_db


def test_a_report_is_told_with_its_sentence_and_bounds(
    make: Callable[..., Experiment],  # noqa: F811
    make_caller: MakeCaller,
) -> None:
    experiment, parties = make(measure="orders", variants=["a", "b"], name="春季型錄"), make_parties(900)
    told = assign_parties(experiment, parties, at=clock.now() - timedelta(days=2))
    for party in [*arms_of(told, "a")[:90], *arms_of(told, "b")[:70], *arms_of(told, CONTROL)[:40]]:
        buys(party, 10_000, cost=4_000)
    follow()

    report = make_caller("marketer").get(f"/effect/{experiment.pk}/report").told

    line = next(one for one in report["lines"] if one["code"] == "orders")
    assert report["state"] == "more"
    assert report["said"].endswith(f"between {round(line['total']['low'])} and {round(line['total']['high'])}")
    assert (report["money"]["basis"], len(report["pairs"]), report["primary"]) == ("margin", 9, "orders")
    assert sum(arm["units"] for arm in report["arms"]) == 900
    assert report["picture"][-1]["value"] == pytest.approx(line["total"]["value"])


def test_whoever_may_not_see_effects_is_refused(make: Callable[..., Experiment], make_caller: MakeCaller) -> None:  # noqa: F811
    experiment = make()
    assert make_caller("seller").get(f"/effect/{experiment.pk}/report").status_code == 403
    assert make_caller("owner").get(f"/effect/{experiment.pk + 1}/report").status_code == 404
    assert make_caller("owner").get(f"/effect/{experiment.pk}/report").told["state"] == "waiting"
    assert make_caller("owner").get("/effect").told["items"][0]["id"] == experiment.pk
