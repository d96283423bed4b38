"""Splink on fake_1000, as its documentation does it, in three ways; the best one is the peer.

``quick``: the example of its front page (README). ``thorough``: the example on accuracy from a label column, which looks
at more candidates. ``tutorial``: the comparisons of its tutorial with the candidates of ``thorough``. Its unsupervised training is its own; of its predictions the threshold with the best F1 counts.
"""

import logging
import time
from pathlib import Path
from typing import Any

WAYS = ("quick", "thorough", "tutorial")
Pairs = list[tuple[int, int, float]]


def run(file: Path, way: str) -> tuple[Pairs, float]:
    """Predictions (left, right, probability), the likeliest first, and the seconds from the table to them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import splink.comparison_library as cl
    from pyarrow import csv
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    texts = {name: pa.string() for name in ("first_name", "surname", "dob", "city", "email")}
    frame = csv.read_csv(file, convert_options=csv.ConvertOptions(column_types=texts, strings_can_be_null=True))
    started = time.perf_counter()
    database = DuckDBAPI()
    city, mail = cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email")
    born = cl.DateOfBirthComparison("dob", input_is_string=True)
    comparisons: dict[str, list[Any]] = {
        "quick": [cl.NameComparison("first_name"), cl.JaroAtThresholds("surname"), born, city, mail],
        "thorough": [
            cl.ForenameSurnameComparison("first_name", "surname").configure(term_frequency_adjustments=True), born, city, mail,
        ],
        "tutorial": [
            cl.NameComparison("first_name"), cl.NameComparison("surname"), cl.LevenshteinAtThresholds("dob", 1), city, mail,
        ],
    }  # fmt: skip
    rules: list[Any] = [block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")]
    certain: list[Any] = [
        "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
        "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        "l.email = r.email",
    ]
    if way == "quick":
        rules, certain = [block_on("first_name", "dob"), block_on("surname")], [block_on("first_name", "surname")]
    if way == "thorough":
        whole = pc.binary_join_element_wise(frame["first_name"], frame["surname"], " ")
        frame = frame.append_column("first_name_surname_concat", whole)
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons[way], blocking_rules_to_generate_predictions=rules
    )
    linker = Linker(database.register(frame), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=5)
    trained = [block_on("first_name", "surname"), block_on("email" if way == "quick" else "dob")]
    for rule in trained:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_weight=-10)
    rows = found.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_probability").fetchall()
    seconds = time.perf_counter() - started
    pairs = [(min(left, right), max(left, right), float(chance)) for left, right, chance in rows]
    return sorted(pairs, key=lambda pair: -pair[2]), seconds
