"""Pairs as groups: whoever is joined by a chain of pairs. A help for the eye; the product decides pair by pair."""

from __future__ import annotations

from collections.abc import Iterable


def clusters(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Connected ids, each group and the groups in ascending order."""
    head: dict[int, int] = {}

    def find(one: int) -> int:
        head.setdefault(one, one)
        while head[one] != one:
            head[one] = head[head[one]]
            one = head[one]
        return one

    for left, right in pairs:
        first, second = sorted((find(left), find(right)))
        head[second] = first
    groups: dict[int, list[int]] = {}
    for one in sorted(head):
        groups.setdefault(find(one), []).append(one)
    return sorted(groups.values())
