"""Every order of items that at least so many customers bought in, with exact counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.patterns.baskets import Codes, Histories, Ints, Patterns, as_histories
from regulars.intelligence.models.patterns.mining import Sets, tell, with_room

_NO_LIMIT = np.iinfo(np.int32).max


class Sequences(Patterns):
    """What ``frequent_sequences`` found: items in the order of purchase, and how many of the ``total`` customers did so."""


def frequent_sequences(
    customers: Histories | Iterable[Iterable[Any]],
    min_count: int,
    *,
    max_gap: int | None = None,
    max_length: int | None = None,
) -> Sequences:
    """Every sequence of items, each in a later basket than the one before, found with ``min_count`` customers or more.

    A customer counts once, however often the sequence is found in his history.

    Args:
        customers: histories, or lists of baskets.
        min_count: number of customers, at least 1.
        max_gap: longest time from one item of the sequence to the next, in the unit of ``Histories.times``.
        max_length: the most items a sequence may have.

    Raises:
        ValueError: ``min_count`` or ``max_length`` is below 1, or ``max_gap`` below 0.

    Source: PrefixSpan by pseudo-projection (Pei et al., ICDE 2001); with a gap all matches are followed, not only the first.
    """
    if min_count < 1 or (max_length is not None and max_length < 1) or (max_gap is not None and max_gap < 0):
        raise ValueError("min_count and max_length must be at least 1, max_gap at least 0")
    given = as_histories(customers)
    baskets = given.baskets
    counts = customer_counts(baskets.items, baskets.offsets, given.starts, baskets.codes)
    kept = np.flatnonzero(counts >= min_count)
    rank = np.full(len(counts), -1, np.int32)
    rank[kept] = np.arange(len(kept), dtype=np.int32)
    times = np.arange(len(baskets), dtype=np.int64) if given.times is None else given.times
    line = _lined(baskets.items, baskets.offsets, given.starts, rank, times, -1 if max_gap is None else max_gap)
    found = _mine(line, len(kept), min_count, max_length or _NO_LIMIT)
    return Sequences(kept.astype(np.int32)[found.items], found.ends, found.counts, len(given), baskets.labels)


class _Line(NamedTuple):
    """All that was bought, one position after the other, and before each customer's first a position that stands for nothing.

    ``item`` and ``customer`` of each position; the next of a sequence stands from ``since`` on and before ``until``. With
    ``first_only`` each customer's earliest match of a prefix is enough, else all are followed.
    """

    item: Codes
    customer: Codes
    since: Codes
    until: Codes
    first_only: bool


class _Stack(NamedTuple):
    """The levels from nothing to the present prefix.

    Attributes:
        matches: positions at which prefixes end, prefix after prefix.
        names: the items that may follow a level's prefix.
        heads: where the matches of each of them end.
        levels: of each, where its names begin, how many they are, the next to visit, where its matches begin and end.
    """

    matches: Codes
    names: Codes
    heads: Ints
    levels: Ints


class _Pad(NamedTuple):
    """Scratch space by item: customers and positions seen, last customer (−1), number among those that go on (−1), touched."""

    seen: Ints
    places: Ints
    last: Codes
    renumber: Codes
    touched: Codes


@compiled
def customer_counts(items: Codes, offsets: Ints, starts: Ints, codes: int) -> Ints:
    """How many customers bought each item."""
    counts, last = np.zeros(codes, np.int64), np.full(codes, -1, np.int64)
    for customer in range(len(starts) - 1):
        for place in range(offsets[starts[customer]], offsets[starts[customer + 1]]):
            item = items[place]
            if last[item] != customer:
                last[item] = customer
                counts[item] += 1
    return counts


@compiled
def _lined(items: Codes, offsets: Ints, starts: Ints, rank: Codes, times: Ints, gap: int) -> _Line:
    """The ranked items, each once per basket; ``gap`` −1: any time later."""
    size = len(items) + len(starts)
    item, customer = np.empty(size, np.int32), np.empty(size, np.int32)
    since, until = np.empty(size, np.int32), np.empty(size, np.int32)
    when, last = np.empty(size, np.int64), np.full(len(rank), -1, np.int64)
    top = 0
    for who in range(len(starts) - 1):
        root = top
        top += 1
        for basket in range(starts[who], starts[who + 1]):
            begin = top
            for place in range(offsets[basket], offsets[basket + 1]):
                code = items[place]
                if rank[code] >= 0 and last[code] != basket:
                    last[code] = basket
                    item[top], customer[top], when[top] = rank[code], who, times[basket]
                    top += 1
            since[begin:top] = top
        item[root], customer[root], since[root], until[root] = -1, who, root + 1, top
        end = root + 1
        for place in range(root + 1, top):
            while end < top and (gap < 0 or when[end] - when[place] <= gap):
                end += 1
            until[place] = end
    return _Line(item[:top], customer[:top], since[:top], until[:top], gap < 0)


@compiled
def _mine(line: _Line, kept: int, least: int, longest: int) -> Sets:
    """Depth first, from nothing to ever longer prefixes."""
    sets = Sets(np.empty(16, np.int32), np.zeros(17, np.int64), np.empty(16, np.int64))
    pad = _Pad(
        np.zeros(kept, np.int64), np.zeros(kept, np.int64), np.full(kept, -1, np.int32), np.full(kept, -1, np.int32),
        np.empty(kept, np.int32),
    )  # fmt: skip
    matches = np.flatnonzero(line.item < 0).astype(np.int32)
    names, heads, levels = np.empty(kept + 1, np.int32), np.empty(kept + 1, np.int64), np.empty((16, 5), np.int64)
    heads[0] = len(matches)
    levels[0, 0], levels[0, 1], levels[0, 2], levels[0, 3], levels[0, 4] = 0, 1, 0, 0, len(matches)
    stack = _Stack(matches, names, heads, levels)
    prefix = np.empty(16, np.int32)
    number, depth = 0, 0
    while depth >= 0:
        base, size, here, begin = stack.levels[depth, :4]
        if here == size:
            depth -= 1
            continue
        stack.levels[depth, 2] += 1
        if depth > 0:
            prefix[depth - 1] = stack.names[base + here]
        since, until = begin if here == 0 else stack.heads[base + here - 1], stack.heads[base + here]
        own = stack.matches[since:until]
        good = _count(line, own, least, pad)
        fresh = pad.touched[:good]
        sets = with_room(sets, number, good, depth + 1)
        for item in fresh:
            number = tell(sets, number, prefix, depth, item, pad.seen[item])
        if good and depth + 1 < longest:
            stack = _descend(line, stack, depth, own, fresh, pad)
            depth += 1
            if depth == len(prefix):
                prefix = np.concatenate((prefix, prefix))
        pad.seen[fresh] = 0
        pad.places[fresh] = 0
    return Sets(sets.items[: sets.ends[number]], sets.ends[: number + 1], sets.counts[:number])


@compiled
def _count(line: _Line, own: Codes, least: int, pad: _Pad) -> int:
    """Which items follow the matches of enough customers: so many stand in ``pad.touched``, ascending."""
    seen, places, last, touched = pad.seen, pad.places, pad.last, pad.touched
    near, done, who = 0, 0, -1
    for match in own:
        if line.customer[match] != who:
            who, done = line.customer[match], 0
        for place in range(max(line.since[match], done), line.until[match]):
            item = line.item[place]
            if last[item] != who:
                if last[item] < 0:
                    touched[near] = item
                    near += 1
                last[item] = who
                seen[item] += 1
                places[item] += 1
            elif not line.first_only:
                places[item] += 1
        done = max(done, line.until[match])
    good = 0
    for at in range(near):
        item = touched[at]
        last[item] = -1
        if seen[item] >= least:
            touched[good] = item
            good += 1
        else:
            seen[item], places[item] = 0, 0
    touched[:good].sort()
    return good


@compiled
def _descend(line: _Line, stack: _Stack, depth: int, own: Codes, fresh: Codes, pad: _Pad) -> _Stack:
    """Lay a level on the stack: each of the items ``fresh`` with the places where it follows the matches."""
    matches, names, heads, levels = stack
    base, size, used = levels[depth, 0], levels[depth, 1], levels[depth, 4]
    new, last, renumber = base + size, pad.last, pad.renumber
    if new + len(fresh) > len(names):
        names, heads = np.concatenate((names, names)), np.concatenate((heads, heads))
    if depth + 1 == len(levels):
        levels = np.concatenate((levels, levels))
    total = used
    for at in range(len(fresh)):
        renumber[fresh[at]] = at
        names[new + at] = fresh[at]
        heads[new + at] = total
        total += pad.places[fresh[at]]
    if total > len(matches):
        matches = np.concatenate((matches, np.empty(total, np.int32)))
    done, who = 0, -1
    for match in own:
        if line.customer[match] != who:
            who, done = line.customer[match], 0
        for place in range(max(line.since[match], done), line.until[match]):
            item = line.item[place]
            at = renumber[item]
            if at >= 0 and not (line.first_only and last[item] == who):
                last[item] = who
                matches[heads[new + at]] = place
                heads[new + at] += 1
        done = max(done, line.until[match])
    renumber[fresh] = -1
    last[fresh] = -1
    level = levels[depth + 1]
    level[0], level[1], level[2], level[3], level[4] = new, len(fresh), 0, used, total
    return _Stack(matches, names, heads, levels)
