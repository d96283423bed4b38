"""Several arms: one probability of error for all that is said."""

import numpy as np
import pytest

from bench import experiments as bench
from regulars.intelligence.models import AlwaysValid, several
from regulars.intelligence.models.experiments.looks import course
from regulars.intelligence.models.experiments.sums import Sums


def arms(rates: dict[str, float], units: int = 20_000) -> dict[str, Sums]:
    rng = np.random.default_rng(6)
    return {name: Sums.of(rng.binomial(1, rate, units)) for name, rate in rates.items()}


def test_best_arm_and_differences_from_control_are_told() -> None:
    found = several(arms({"none": 0.10, "mail": 0.12, "call": 0.15}), "none", AlwaysValid.tuned(20_000))
    assert [(pair.arm, pair.other) for pair in found.pairs] == [("mail", "none"), ("call", "none"), ("mail", "call")]
    assert [pair.interval is not None and pair.interval.low > 0 for pair in found.against_control] == [True, True]
    assert (found.contenders, found.best) == (("call",), "call")


def test_equals_stay_contenders() -> None:
    found = several(arms({"none": 0.10, "mail": 0.14, "call": 0.14}), "none", AlwaysValid.tuned(20_000))
    assert (found.contenders, found.best) == (("mail", "call"), None)
    nothing = several(arms({"none": 0.1, "mail": 0.1}, 50), "none", AlwaysValid.tuned(100))
    assert nothing.pairs[0].interval is None
    assert nothing.contenders == ("none", "mail")


def test_each_pair_gets_its_share_of_alpha() -> None:
    given = arms({"none": 0.10, "mail": 0.12, "call": 0.15})
    sequence = AlwaysValid.tuned(20_000)
    for pair in several(given, "none", sequence).pairs:
        assert pair.interval == sequence.at(0.05 / 3).interval(pair.effect)
        assert pair.interval is not None
        assert pair.interval.level == pytest.approx(1 - 0.05 / 3)


def test_four_equal_arms_under_continuous_looking_give_few_alarms_in_all() -> None:
    rng = np.random.default_rng(8)
    made = [bench.arriving(rng, 500, 5_000, bench.VISIT) for _ in range(4)]
    shared = AlwaysValid.tuned(5_000).at(0.05 / 6)
    alarm = np.zeros(500, bool)
    for place, one in enumerate(made):
        for other in made[:place]:
            alarm |= (course(one, other, shared).p < shared.alpha).any(axis=1)
    assert alarm.mean() <= 0.05


def test_nonsense_is_refused() -> None:
    with pytest.raises(KeyError):
        several(arms({"a": 0.1, "b": 0.1}, 50), "none", AlwaysValid.tuned(100))
    with pytest.raises(ValueError, match="two arms"):
        several(arms({"none": 0.1}, 50), "none", AlwaysValid.tuned(100))
