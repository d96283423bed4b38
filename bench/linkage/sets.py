"""Public files with known duplicates as records, and how well pairs agree with the truth."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from regulars.intelligence.models.linkage.records import Record

Truth = set[tuple[int, int]]


@dataclass(frozen=True)
class Agreement:
    """How well pairs agree with the truth when those of at least ``threshold`` count."""

    f1: float
    precision: float
    recall: float
    threshold: float


def febrl(file: Path) -> tuple[list[Record], Truth]:
    """One of the febrl files: the same person has the same number in ``rec_id``."""
    records, people = [], []
    with file.open(encoding="utf-8") as lines:
        for number, raw in enumerate(csv.DictReader(lines, skipinitialspace=True)):
            row = {key.strip(): (value or "").strip() for key, value in raw.items()}
            born = row["date_of_birth"]
            record = Record(
                number,
                family=row["surname"],
                given=row["given_name"],
                birth=f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else "",
                address=f"{row['street_number']} {row['address_1']}",
                city=row["suburb"],
                region=row["state"],
                postcode=row["postcode"],
                number=row["soc_sec_id"],
            )
            records.append(record)
            people.append(row["rec_id"].split("-")[1])
    return records, same(people)


def fake_1000(file: Path) -> tuple[list[Record], Truth]:
    """Splink's own example."""
    records, people = [], []
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            mails = (row["email"],) if row["email"] else ()
            record = Record(
                int(row["unique_id"]),
                family=row["surname"],
                given=row["first_name"],
                birth=row["dob"],
                city=row["city"],
                emails=mails,
            )
            records.append(record)
            people.append(row["cluster"])
    return records, same(people)


def same(people: Iterable[object]) -> Truth:
    """All pairs of places with the same person."""
    members = defaultdict(list)
    for place, person in enumerate(people):
        members[person].append(place)
    return {pair for places in members.values() for pair in combinations(places, 2)}


def at(pairs: Iterable[tuple[int, int, float]], truth: Truth, threshold: float) -> Agreement:
    """Agreement at a threshold."""
    chosen = [(left, right) for left, right, chance in pairs if chance >= threshold]
    hits = sum(pair in truth for pair in chosen)
    return _agreement(hits, len(chosen), len(truth), threshold)


def best(pairs: Iterable[tuple[int, int, float]], truth: Truth) -> Agreement:
    """Agreement at the threshold with the highest F1; ``pairs`` come the likeliest first."""
    hits, top = 0, Agreement(0.0, 0.0, 0.0, 1.0)
    for number, (left, right, chance) in enumerate(pairs, 1):
        hits += (left, right) in truth
        here = _agreement(hits, number, len(truth), chance)
        top = here if here.f1 > top.f1 else top
    return top


def _agreement(hits: int, chosen: int, true: int, threshold: float) -> Agreement:
    precision, recall = hits / max(chosen, 1), hits / max(true, 1)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return Agreement(f1, precision, recall, threshold)
