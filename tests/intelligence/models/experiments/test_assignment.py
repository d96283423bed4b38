"""Assignment: the same for everybody, even, and independent from salt to salt."""

import subprocess
import sys
import time

import duckdb
import numpy as np
import pytest

from regulars.intelligence.models.experiments.assignment import BUCKETS, HoldOut, Split, Unit, assign, bucket, buckets
from regulars.intelligence.models.experiments.sample_ratio import chi_square_tail

KNOWN: dict[tuple[str, Unit], int] = {("spring", 1): 1299, ("spring", "王小明"): 2554, ("autumn-2026", 42): 4473}
"""Written down once: they must never change, or running experiments fall apart."""


def test_bucket_is_what_it_was() -> None:
    assert {key: bucket(*key) for key in KNOWN} == KNOWN


def test_bucket_is_that_of_another_process_and_of_sql() -> None:
    code = "from regulars.intelligence.models.experiments.assignment import bucket; print(bucket('spring', '王小明'))"
    other = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == bucket("spring", "王小明")
    query = "SELECT ('0x' || left(sha256('spring:' || unit), 13))::BIGINT % 10000 FROM range(500) AS u(unit)"
    assert [row[0] for row in duckdb.execute(query).fetchall()] == [bucket("spring", unit) for unit in range(500)]


def test_many_are_assigned_as_one_is() -> None:
    split = Split("spring", {"control": 10, "mail": 45, "call": 45})
    units = ["a:b", "王小明", *range(300)]
    assert buckets("spring", units).tolist() == [bucket("spring", unit) for unit in units]
    assert [split.arms[place] for place in split.assign(units)] == [split.arm(unit) for unit in units]
    assert buckets("spring", np.arange(3)).tolist() == buckets("spring", range(3)).tolist()
    assert buckets("spring", []).tolist() == []


def test_million_units_take_at_most_two_seconds_of_processor() -> None:
    started = time.process_time()
    buckets("spring", range(1_000_000))
    assert time.process_time() - started < 2.0


def test_buckets_are_even_and_salts_are_independent() -> None:
    first, second = (buckets(salt, range(200_000)) for salt in ("one", "two"))
    counts = np.bincount(first, minlength=BUCKETS)
    assert chi_square_tail(float(((counts - 20) ** 2 / 20).sum()), BUCKETS - 1) > 1e-4
    both = np.bincount((first // 1000) * 10 + second // 1000, minlength=100)
    assert chi_square_tail(float(((both - 2000) ** 2 / 2000).sum()), 99) > 1e-4
    following = np.bincount((first[:-1] // 1000) * 10 + first[1:] // 1000, minlength=100)
    assert chi_square_tail(float(((following - 2000) ** 2 / 2000).sum()), 99) > 1e-4


def test_shares_are_whole_buckets() -> None:
    split = Split("s", {"a": 1, "b": 1, "c": 1})
    assert split.ends == (3333, 6667, 10_000)
    assert split.shares == {"a": 0.3333, "b": 0.3334, "c": 0.3333}
    assert Split("s", {"control": 10, "offer": 90}).ends == (1_000, 10_000)
    assert Split("s", {"nobody": 0, "all": 1}).arm("x") == "all"


def test_hold_outs_stand_above_and_leave_the_rest_evenly_split() -> None:
    units, split = range(100_000), Split("campaign", {"control": 1, "offer": 9})
    everything, programme = HoldOut("everything", 500), HoldOut("programme", 1_000)
    arms = assign(units, split, above=[everything, programme])
    assert {unit for unit in units if everything.holds(unit)} == set(np.flatnonzero(arms == -1).tolist())
    assert (arms == -1).mean() == pytest.approx(0.05, abs=0.003)
    assert (arms == -2).mean() == pytest.approx(0.095, abs=0.004)
    left = arms[arms >= 0]
    assert (left == 0).mean() == pytest.approx(0.1, abs=0.004)
    assert (arms[arms >= 0] == split.assign(units)[arms >= 0]).all()


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="colon"):
        bucket("a:b", 1)
    with pytest.raises(ValueError, match="weights"):
        Split("s", {"a": 0})
    with pytest.raises(ValueError, match="weights"):
        Split("s", {"a": -1, "b": 2})
    with pytest.raises(ValueError, match="10,000"):
        HoldOut("s", 10_001)
    with pytest.raises(ValueError, match="salt of its own"):
        assign([1], Split("s", {"a": 1}), above=[HoldOut("s", 100)])
