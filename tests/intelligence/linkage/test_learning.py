"""What is learned: EM against known parameters, weights against another implementation, answers on little or no data."""

from collections import Counter
from collections.abc import Callable
from math import log2
from typing import Any

import numpy as np
import pytest

from bench.linkage.synthetic import people
from regulars.intelligence.models.linkage import em, weights
from regulars.intelligence.models.linkage.organisations import ORGANISATIONS
from regulars.intelligence.models.linkage.people import PEOPLE
from regulars.intelligence.models.linkage.records import Record, prepare
from regulars.intelligence.models.linkage.spec import MISSING


def drawn(parameters: em.Parameters, shares: tuple[float, float, float], size: int, seed: int) -> em.Counted:
    """Comparison vectors of pairs of the three classes, a tenth of the fields missing."""
    rng = np.random.default_rng(seed)
    classes = rng.choice(3, size, p=shares)
    columns = []
    for tables in zip(parameters.same, parameters.roof, parameters.strangers, strict=True):
        chosen = np.stack([rng.choice(len(table), size, p=table) for table in tables])[classes, np.arange(size)]
        columns.append(np.where(rng.random(size) < 0.1, MISSING, chosen))
    vectors, counts = np.unique(np.stack(columns, axis=1).astype(np.int8), axis=0, return_counts=True)
    return em.Counted(vectors, counts.astype(np.float64))


def test_em_recovers_known_parameters() -> None:
    true = em.expected(PEOPLE)
    true.same[PEOPLE.comparisons.index(PEOPLE.comparison("email"))] = np.array([0.4, 0.1, 0.1, 0.05, 0.35])
    true.same[PEOPLE.comparisons.index(PEOPLE.comparison("phone"))] = np.array([0.3, 0.1, 0.1, 0.5])
    passes = [drawn(true, (0.25, 0.1, 0.65), 60_000, seed) for seed in (1, 2)]
    found = em.fit(PEOPLE, passes, true.strangers)
    for learned, known in zip(found.same, true.same, strict=True):
        assert np.abs(learned - known).max() < 0.02
    for comparison, learned, known in zip(PEOPLE.comparisons, found.roof, true.roof, strict=True):
        assert np.abs(learned - known).max() < 0.03, comparison.field


def test_shares_of_the_classes_are_found() -> None:
    true = em.expected(PEOPLE)
    candidates = drawn(true, (0.2, 0.1, 0.7), 40_000, 3)
    same, roof = em.share(true, candidates, 1e8, least=1e-9)
    assert same == pytest.approx(0.2 * 40_000 / 1e8, rel=0.03)
    # housemates of whom little is known cannot be told from strangers, of whom there are a hundred million
    assert 0.6 < roof / (0.1 * 40_000 / 1e8) < 1.05


def test_match_weight_is_that_of_splink() -> None:
    """Splink adds log2(m/u) of every field, log2(u/tf) for a value of frequency tf, and the prior odds."""
    splink = pytest.importorskip("splink")
    import splink.comparison_library as cl
    from splink import DuckDBAPI, SettingsCreator

    database = DuckDBAPI()
    m, u, share, prior = 0.9, 0.02, 0.001, 0.0004
    comparison = cl.ExactMatch("family").configure(
        term_frequency_adjustments=True, m_probabilities=[m, 1 - m], u_probabilities=[u, 1 - u]
    )
    other = cl.ExactMatch("city").configure(m_probabilities=[0.7, 0.3], u_probabilities=[0.1, 0.9])
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparison, other],
        blocking_rules_to_generate_predictions=["1=1"],
        probability_two_random_records_match=prior,
    )
    import pyarrow as pa

    rows = pa.table(
        {"unique_id": [1, 2], "family": ["賴", "賴"], "city": ["台北", "台中"], "tf_family": [share, share]}
    )
    linker = splink.Linker(database.register(rows), settings, log_level=None)
    linker.table_management.register_term_frequency_lookup(
        database.register(pa.table({"family": ["賴"], "tf_family": [share]})), "family"
    )
    theirs = linker.inference.predict().as_duckdbpyrelation().select("match_weight").fetchone()[0]
    ours = log2(prior / (1 - prior)) + log2(m / u) + log2(u / share) + log2(0.3 / 0.9)
    assert theirs == pytest.approx(ours, abs=1e-6)
    place = PEOPLE.comparison("family_name")
    learned = weights.declared(PEOPLE)
    fixed = weights.Weights(
        **learned.as_dict() | {
            "prior": log2(prior / (1 - prior)), "roof_prior": -99.0, "rarest": {"family": 1e-9},
            "same": {**learned.same, "family_name": [m, *[0.02] * 5], "home": [0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3]},
            "strangers": {**learned.strangers, "family_name": [u, *[0.19] * 5], "home": [0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9]},
        }
    )  # fmt: skip
    levels = tuple({"family_name": 0, "home": 6}.get(one.field, MISSING) for one in PEOPLE.comparisons)
    bits, _ = weights.lines_of(PEOPLE, _with_roof(fixed), levels, {"family": share})
    assert place.levels[0].rarity == "family"
    assert weights.combine(fixed, sum(line.weight for line in bits), 0.0)[1] == pytest.approx(theirs, abs=1e-6)


def _with_roof(one: weights.Weights) -> weights.Weights:
    return weights.Weights(**one.as_dict() | {"roof": {**one.roof, "family_name": [0.5] * 6, "home": [0.1] * 7}})


def test_lines_and_prior_add_up_to_the_weight() -> None:
    one = Record(
        1,
        family="賴",
        given="家偉",
        birth="1980-01-02",
        phones=("+886912345678",),
        address="信義路三段12號",
        city="台北市",
    )
    two = Record(
        2,
        family="賴",
        given="家偉",
        birth="1980-01-02",
        phones=("+886922222222",),
        address="信義路三段12號",
        city="台北市",
    )
    known = weights.declared(PEOPLE)
    found = weights.score(PEOPLE, known, prepare(one, "person"), prepare(two, "person"))
    assert known.prior + sum(line.weight for line in found.lines) == pytest.approx(found.weight)
    assert found.probability == pytest.approx(1 / (1 + 2**-found.weight))
    assert found.lines[-1].field == "roof"
    assert found.lines[-1].weight < 0


def test_python_scores_as_the_engine_does(find: Callable[..., Any]) -> None:
    records = [record for record, _ in people(600, seed=9)]
    pairs, known = find(PEOPLE, records, least=0.01)
    assert len(pairs) > 40
    for pair in pairs:
        here = weights.score(
            PEOPLE, known, prepare(records[pair.left], "person"), prepare(records[pair.right], "person")
        )
        assert here.weight == pytest.approx(pair.score.weight, abs=1.6)  # rare values are not kept one by one
        assert [(line.field, line.level) for line in here.lines if line.field != "roof"] == [
            (line.field, line.level) for line in pair.score.lines if line.field != "roof"
        ]


def test_rare_names_are_not_kept(find: Callable[..., Any]) -> None:
    records = [record for record, _ in people(600, seed=9)]
    _, known = find(PEOPLE, records)
    counted = Counter(prepare(record, "person").family for record in records)
    assert known.shares["family"]
    assert min(counted[name] for name in known.shares["family"]) >= 5


def test_the_same_records_give_the_same_answer(find: Callable[..., Any]) -> None:
    records = [record for record, _ in people(500, seed=2)]
    first, again = find(PEOPLE, records, seed=4), find(PEOPLE, records, seed=4)
    assert first[1] == again[1]
    assert first[0] == again[0]


@pytest.mark.parametrize("count", [0, 1, 2, 29])
def test_few_records_teach_nothing_and_are_still_compared(find: Callable[..., Any], count: int) -> None:
    twice = Record(
        0, family="陳", given="怡君", birth="1980-05-06", phones=("+886912000001",), emails=("yichun80@example.com",)
    )
    records = [Record(**{name: getattr(twice, name) for name in Record.__slots__} | {"id": 0})][:count]
    records += [
        Record(number, family="王", given="大明", birth=f"19{50 + number}-01-01") for number in range(1, count - 1)
    ]
    records += [Record(**{name: getattr(twice, name) for name in Record.__slots__} | {"id": 99})] if count > 1 else []
    pairs, known = find(PEOPLE, records)
    assert known.learned is False
    assert [(pair.left, pair.right) for pair in pairs] == ([(0, 99)] if count > 1 else [])


def test_weights_are_kept_as_json_and_come_back() -> None:
    import json

    known = weights.declared(ORGANISATIONS, 5)
    assert weights.from_dict(json.loads(json.dumps(known.as_dict()))) == known


def test_kept_weights_judge_only_what_was_touched(find: Callable[..., Any]) -> None:
    records = [record for record, _ in people(800, seed=6)]
    pairs, known = find(PEOPLE, records)
    one = pairs[0].left
    touched, same = find(PEOPLE, records, kept=known, touching=[one])
    assert same is known
    assert {(pair.left, pair.right) for pair in touched} == {
        (pair.left, pair.right) for pair in pairs if one in {pair.left, pair.right}
    }
