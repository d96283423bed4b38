"""Who is in which arm: declared before the start, drawn once, the same whenever it is asked again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.customers.models import Party
from regulars.kit import clock
from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.marketing.effect import queries
from regulars.marketing.effect.actions import assign_parties, declare, end, note_reached, set_hold_out
from regulars.marketing.effect.models import CONTROL, Assignment, Experiment, Layer
from tests.marketing.effect.conftest import arms_of, buys, follow, make_parties

pytestmark = pytest.mark.django_db


def test_assigning_again_changes_nothing(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(control_share=1_000, variants=["a", "b"]), make_parties(2_000)

    first = assign_parties(experiment, parties[:1_500], at=clock.now())
    again = assign_parties(experiment, parties, at=clock.now() + timedelta(hours=1))

    assert {party: again[party] for party in first} == first
    assert Assignment.objects.filter(experiment=experiment).count() == 2_000
    sizes = {arm: len(arms_of(again, arm)) for arm in (CONTROL, "a", "b")}
    assert 150 < sizes[CONTROL] < 250
    assert 800 < sizes["a"] < 1_000
    told = queries.report(experiment)
    assert {arm.code: arm.units for arm in told.arms} == sizes
    assert told.ratio_p is not None
    assert not told.blocked


def test_another_experiment_is_another_draw(make: Callable[..., Experiment]) -> None:
    parties = make_parties(1_000)

    one, two = (assign_parties(make(), parties, at=clock.now()) for _ in range(2))

    both = {party for party in parties if one[party] == two[party] == CONTROL}
    assert 180 < len(both) < 320  # a quarter


def test_whoever_is_left_out_of_all_marketing_is_in_no_arm_below(
    make: Callable[..., Experiment], make_user: Any
) -> None:
    owner, parties = make_user(role="owner"), make_parties(800)
    above = set_hold_out(share=2_000, by=owner)
    assert above is not None
    first, second = make(), make()

    told = assign_parties(first, parties, at=clock.now())
    other = assign_parties(second, parties, at=clock.now())

    out = arms_of(told, None)
    assert 110 < len(out) < 210
    assert out == arms_of(other, None)
    assert not Assignment.objects.filter(experiment=first, party__in=out).exists()
    assert set(Assignment.objects.filter(experiment=above, arm=CONTROL).values_list("party", flat=True)) == set(out)
    assert Assignment.objects.filter(experiment=above).count() == 800
    assert queries.report(above).primary == "revenue"


def test_another_share_is_another_draw_and_the_report_before_it_stays(
    make: Callable[..., Experiment], make_user: Any
) -> None:
    owner, parties = make_user(role="owner"), make_parties(300)
    first = set_hold_out(share=2_000, by=owner)
    assign_parties(make(), parties, at=clock.now())
    second = set_hold_out(share=1_000, by=owner)
    assert first is not None
    assert second is not None
    first.refresh_from_db()

    assert first.ended_at is not None
    assert first.salt != second.salt
    assert Experiment.objects.running().get(layer=Layer.EVERYTHING) == second
    assert set_hold_out(share=0, by=owner) is None
    assert None not in assign_parties(make(), parties, at=clock.now()).values()
    with pytest.raises(Forbidden):
        set_hold_out(share=500, by=make_user(role="seller"))
    with pytest.raises(UserError):
        set_hold_out(share=6_000, by=owner)


def test_a_small_company_leaves_nobody_out_unless_it_says_so(make: Callable[..., Experiment]) -> None:
    parties = make_parties(50)

    assert None not in assign_parties(make(), parties, at=clock.now()).values()
    assert (queries.usual_share(19_999), queries.usual_share(20_000)) == (0, 500)


def test_nobody_comes_in_after_the_end(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(2)
    assign_parties(experiment, parties[:1], at=clock.now())
    end(experiment, at=clock.now(), by=None)

    with pytest.raises(Conflict):
        assign_parties(experiment, parties, at=clock.now())


@pytest.mark.parametrize(
    "wrong",
    [{"measure": "complained"}, {"measure": "luck"}, {"variants": []}, {"variants": ["a", "a"]}, {"variants": [CONTROL]},
     {"control_share": 0}, {"control_share": 9_500}, {"unit": "street"}, {"days": 0}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(make: Callable[..., Experiment], wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        make(**wrong)


def test_an_origin_is_measured_once(make: Callable[..., Experiment]) -> None:
    make(origin="campaign:1")
    with pytest.raises(Conflict):
        declare(origin="campaign:1", name="x", measure="orders", days=3, expected_units=5, by=None)


def test_the_plan_is_taken_from_what_the_audience_usually_does(make: Callable[..., Experiment]) -> None:
    parties = make_parties(400)
    for party in parties[:100]:
        buys(party, 50_000, at=clock.now() - timedelta(days=5))
    audience = Party.objects.filter(pk__in=parties)

    told = queries.power("orders", audience, 1_000, 14)
    money = queries.power("revenue", audience, 1_000, 14)

    assert (told.units, told.control, told.seen) == (400, 40, 100)
    assert told.usual == 0.25
    assert money.usual == 12_500
    assert told.once is not None
    assert told.always is not None
    assert told.larger is not None
    assert told.larger < told.once < told.always
    experiment = make(audience=audience, measure="orders", expected_units=400)
    assert experiment.sequence("orders").variance == pytest.approx(0.25 * 0.75 / 0.5 * 2)
    assert experiment.sequence("revenue").variance == pytest.approx((50_000 * 0.1875**0.5) ** 2 * 4)


def test_whom_the_act_reached_may_be_noted(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(600)
    told = assign_parties(experiment, parties, at=clock.now() - timedelta(minutes=1))
    treated = arms_of(told, "offer")
    for party in treated[:100]:
        buys(party, 1_000)
    note_reached(experiment, treated[: len(treated) // 2])
    follow()

    found = queries.report(experiment).reached

    assert found is not None
    assert found.share == pytest.approx(0.5, abs=0.01)
    line = queries.report(experiment).headline
    assert line is not None
    assert found.effect.value == pytest.approx(line.plain / found.share)
