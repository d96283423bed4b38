"""Anybody can check a drawing: the promise holds, the order follows from seed and list, tickets count as they should."""

import hashlib
import hmac
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from regulars.marketing.draws import fair

SEED = "00" * 31 + "2a"


def test_commitment_is_the_sha256_of_the_seed() -> None:
    assert fair.commitment("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert fair.commitment(SEED) == hashlib.sha256(bytes(31) + b"\x2a").hexdigest()


def test_order_follows_from_seed_and_list_by_hand() -> None:
    entries = [(3, 1), (1, 2), (2, 1)]
    digest = hashlib.sha256(b"1,2\n2,1\n3,1\n").hexdigest()
    assert fair.list_hash(entries) == digest

    def value(told: str) -> str:
        return hmac.new(bytes.fromhex(SEED), f"{digest}:{told}".encode(), "sha256").hexdigest()

    by_hand = sorted([(min(value("1:1"), value("1:2")), 1), (value("2:1"), 2), (value("3:1"), 3)])
    assert fair.ranked(SEED, entries) == [number for _value, number in by_hand]


def test_order_does_not_depend_on_the_order_of_the_list() -> None:
    entries = [(number, 1 + number % 3) for number in range(1, 40)]
    assert fair.ranked(SEED, entries) == fair.ranked(SEED, reversed(entries))
    assert sorted(fair.ranked(SEED, entries)) == list(range(1, 40))


def test_two_tickets_have_twice_the_chance() -> None:
    entries = [(1, 2), (2, 1), (3, 1)]
    first = [fair.ranked(hashlib.sha256(str(one).encode()).hexdigest(), entries)[0] for one in range(4_000)]
    assert abs(first.count(1) / 4_000 - 0.5) < 0.03
    assert abs(first.count(2) / 4_000 - 0.25) < 0.03


def test_published_program_checks_a_proof_and_finds_every_change(tmp_path: Path) -> None:
    entries = [(number, 1) for number in range(1, 20)]
    good: dict[str, Any] = {
        "commitment": fair.commitment(SEED), "seed": SEED, "entries": entries, "list_hash": fair.list_hash(entries),
        "winners": fair.ranked(SEED, entries)[:3],
    }  # fmt: skip

    def check(proof: dict[str, Any]) -> int:
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof))
        return subprocess.run(
            [sys.executable, "-I", fair.__file__, str(file)], check=False, capture_output=True
        ).returncode

    assert check(good) == 0
    assert check(good | {"winners": good["winners"][::-1]}) == 1
    assert check(good | {"entries": entries[:-1]}) == 1
    assert check(good | {"seed": "ff" * 32}) == 1
    assert check(good | {"commitment": "00" * 32}) == 1
    assert check(good | {"seed": None}) == 2
