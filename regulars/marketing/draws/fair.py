"""The arithmetic of a drawing that anybody can check: needs nothing but Python. As a program: ``python check-draw.py proof.json``.

Before the draw closes, the SHA-256 of a secret seed is published (the commitment). When it is over the seed is revealed. Every entry
has a public number and a number of tickets. The list of entries is the text ``number,tickets`` and a line end, by number; its SHA-256 is
the hash of the list. Ticket ``t`` (from 1) of entry ``n`` has the value HMAC-SHA256(seed, "HASH:n:t"); the lowest ticket of an entry is its
value, and the entries win in the order of their values, the lowest first. So an entry with two tickets has twice the chance.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Entries = Iterable[tuple[int, int]]
"""Pairs of number and tickets."""


def commitment(seed: str) -> str:
    """What is published of a seed (hexadecimal digits) while it is secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def list_hash(entries: Entries) -> str:
    """SHA-256 of the list of entries, in hexadecimal."""
    told = "".join(f"{number},{tickets}\n" for number, tickets in sorted(entries))
    return hashlib.sha256(told.encode()).hexdigest()


def ranked(seed: str, entries: Entries) -> list[int]:
    """The numbers of all entries in the order in which they are drawn."""
    held = sorted(entries)
    key, digest = bytes.fromhex(seed), list_hash(held)

    def value(number: int, tickets: int) -> str:
        told = (f"{digest}:{number}:{ticket}".encode() for ticket in range(1, tickets + 1))
        return min(hmac.new(key, one, hashlib.sha256).hexdigest() for one in told)

    return [number for _value, number in sorted((value(number, tickets), number) for number, tickets in held)]


def problems(proof: Mapping[str, Any]) -> list[str]:
    """What does not hold in a published proof; empty where all of it does."""
    entries = [(int(number), int(tickets)) for number, tickets in proof["entries"]]
    found = []
    if len({number for number, _tickets in entries}) != len(entries):
        found.append("a number stands twice in the list of entries")
    if commitment(proof["seed"]) != proof["commitment"]:
        found.append("the seed is not the one that was promised")
    if list_hash(entries) != proof["list_hash"]:
        found.append("the hash is not that of the list of entries")
    if ranked(proof["seed"], entries)[: len(proof["winners"])] != list(proof["winners"]):
        found.append("the winners are not those who follow from the seed and the list")
    return found


def main(arguments: Sequence[str]) -> int:
    """Check the proof in a file; 0 when it holds."""
    proof = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    if not proof.get("seed"):
        sys.stdout.write("not drawn yet\n")
        return 2
    found = problems(proof)
    sys.stdout.write(
        "\n".join(found) + "\n" if found else f"it holds; winners: {', '.join(map(str, proof['winners']))}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
