"""The compiled loops behind ``itemsets``.

Depth first, in the manner of LCM (Uno, Asai, Uchida & Arimura, FIMI 2004): the rows that hold a set, cut to the items before
it, are delivered to each item in turn. A projection of at most ``SMALL`` items is not searched: each row becomes a mask, a
histogram of masks is summed over supersets, and every subset's count is read off at once. Own stack instead of recursion.

A row is its weight below zero, then item numbers, ascending (the most frequent item has number 0). Where an item is met is the
pair (where the row begins, where the item stands), so that what stands between the two is the row's projection.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.compiled import compiled

SMALL = 10
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


@compiled
def distinct_counts(items: Codes, offsets: Ints, codes: int) -> Ints:
    """How many baskets hold each item; repeats within a basket count once."""
    counts = np.zeros(codes, np.int64)
    last = np.full(codes, -1, np.int64)
    for row in range(len(offsets) - 1):
        for place in range(offsets[row], offsets[row + 1]):
            item = items[place]
            if last[item] != row:
                last[item] = row
                counts[item] += 1
    return counts


@compiled
def arranged(items: Codes, offsets: Ints, rank: Codes, counts: Ints) -> tuple[Codes, int]:
    """Rows of ranked items, each item once and ascending, by transposing twice.

    Args:
        rank: of each item code, −1 for those left out.
        counts: by rank, how many baskets hold it.

    Returns:
        Rows as (−1, items …); those of fewer than two items are left out. And the most items in one.
    """
    size, kept = len(offsets) - 1, len(counts)
    starts = np.zeros(kept + 1, np.int64)
    starts[1:] = np.cumsum(counts)
    fill = starts[:-1].copy()
    holders = np.empty(starts[-1], np.int32)
    last = np.full(kept, -1, np.int64)
    length = np.zeros(size, np.int64)
    for row in range(size):
        for place in range(offsets[row], offsets[row + 1]):
            at = rank[items[place]]
            if at >= 0 and last[at] != row:
                last[at] = row
                holders[fill[at]] = row
                fill[at] += 1
                length[row] += 1
    write, top, longest = np.full(size, -1, np.int64), 0, 0
    for row in range(size):
        if length[row] >= 2:
            write[row] = top + 1
            top += length[row] + 1
            longest = max(longest, length[row])
    rows = np.full(top, -1, np.int32)
    for at in range(kept):
        for place in range(starts[at], starts[at + 1]):
            row = holders[place]
            if write[row] >= 0:
                rows[write[row]] = at
                write[row] += 1
    return rows, longest


class Sets(NamedTuple):
    """What was found: the items of all sets one after the other, where each ends (the first ends at ``ends[1]``), its count."""

    items: Codes
    ends: Ints
    counts: Ints


class Stack(NamedTuple):
    """The levels from the root to the present set; each lies on top of the one before.

    Attributes:
        rows: the projected rows.
        meetings: (where the row begins, where the item stands), item after item.
        names: ranked item behind each of a level's numbers.
        heads: where the meetings of each of a level's numbers end; those of number 0 are never wanted.
        levels: of each level, where its names begin, how many they are, the next number to visit, where rows and meetings end.
    """

    rows: Codes
    meetings: Codes
    names: Codes
    heads: Ints
    levels: Ints


class Pad(NamedTuple):
    """Scratch space; all but ``prefix`` and ``touched`` is zero (``renumber``: −1) between two uses."""

    prefix: Codes
    seen: Ints
    touched: Codes
    renumber: Codes
    bit: Codes
    masks: Ints


@compiled
def mine(rows: Codes, deepest: int, counts: Ints, least: int, longest: int) -> Sets:
    """Every set of ranked items that at least ``least`` rows hold, of at most ``longest`` items.

    ``counts`` are those of the single items; no row has more than ``deepest`` items, and rows of one need not be there.
    """
    kept = len(counts)
    pad = Pad(
        np.empty(deepest + 1, np.int32), np.zeros(kept, np.int64), np.empty(kept, np.int32), np.full(kept, -1, np.int32),
        np.zeros(kept, np.int32), np.zeros(1 << SMALL, np.int64),
    )  # fmt: skip
    sets = Sets(np.empty(kept, np.int32), np.zeros(kept + 1, np.int64), np.empty(kept, np.int64))
    number = 0
    for item in range(kept):
        number = tell(sets, number, pad.prefix, 0, item, counts[item])
    names, heads = np.arange(2 * kept).astype(np.int32), np.empty(2 * kept, np.int64)
    stack = Stack(rows, np.empty((0, 2), np.int32), names, heads, np.zeros((deepest + 1, 5), np.int64))
    if longest < 2 or not len(rows):
        return sets
    stack = deliver(stack, 0, 0, kept, len(rows))
    depth = 0
    while depth >= 0:
        base, size, here = stack.levels[depth, :3]
        if here >= size:
            depth -= 1
            continue
        stack.levels[depth, 2] += 1
        if stack.heads[base + here] == stack.heads[base + here - 1]:
            continue
        pad.prefix[depth] = stack.names[base + here]
        good, weight = meet(stack, depth, here, least, pad)
        fresh = pad.touched[:good]
        mask_all = 1 < good <= SMALL and depth + 1 + good <= longest
        sets = with_room(sets, number, 1 << good if mask_all else good, depth + 1 + good)
        if mask_all:
            sum_masks(stack, depth, here, fresh, pad)
            number = tell_masks(sets, number, stack.names[base + fresh], depth + 1, least, pad)
        else:
            for item in fresh:
                number = tell(sets, number, pad.prefix, depth + 1, stack.names[base + item], pad.seen[item])
            if good > 1 and depth + 2 < longest:
                stack = descend(stack, depth, here, fresh, weight, pad)
                depth += 1
        pad.seen[fresh] = 0
    return Sets(sets.items[: sets.ends[number]], sets.ends[: number + 1], sets.counts[:number])


@compiled
def tell(sets: Sets, number: int, prefix: Codes, length: int, item: int, count: int) -> int:
    """Note the set of ``prefix`` and ``item``; how many there are now."""
    top = sets.ends[number]
    for place in range(length):
        sets.items[top + place] = prefix[place]
    sets.items[top + length] = item
    sets.ends[number + 1] = top + length + 1
    sets.counts[number] = count
    return number + 1


@compiled
def with_room(sets: Sets, number: int, more: int, longest: int) -> Sets:
    """``sets`` with room for so many more of at most that length."""
    items, ends, counts = sets
    top = ends[number] + more * longest
    if top > len(items):
        items = np.concatenate((items, np.empty(top, np.int32)))
    if number + more > len(counts):
        ends = np.concatenate((ends, np.empty(number + more, np.int64)))
        counts = np.concatenate((counts, np.empty(number + more, np.int64)))
    return Sets(items, ends, counts)


@compiled
def meet(stack: Stack, depth: int, here: int, least: int, pad: Pad) -> tuple[int, int]:
    """Count what stands before ``here`` in the rows that hold it.

    Returns:
        How many items come often enough: they stand in ``pad.touched``, ascending, their counts in ``pad.seen``. And the
        room that the projected rows take at most.
    """
    rows, meetings, seen, touched = stack.rows, stack.meetings, pad.seen, pad.touched
    base = stack.levels[depth, 0]
    near, weight = 0, 0
    for one in range(stack.heads[base + here - 1], stack.heads[base + here]):
        begin, end = meetings[one, 0], meetings[one, 1]
        times = -rows[begin]
        weight += end - begin
        for place in range(begin + 1, end):
            item = rows[place]
            if seen[item] == 0:
                touched[near] = item
                near += 1
            seen[item] += times
    good = 0
    for place in range(near):
        item = touched[place]
        if seen[item] >= least:
            touched[good] = item
            good += 1
        else:
            seen[item] = 0
    touched[:good].sort()
    return good, weight


@compiled
def sum_masks(stack: Stack, depth: int, here: int, fresh: Codes, pad: Pad) -> None:
    """Let ``pad.masks`` say how many rows hold each subset of the few items ``fresh``."""
    rows, meetings, bit, masks = stack.rows, stack.meetings, pad.bit, pad.masks
    base, every = stack.levels[depth, 0], 1 << len(fresh)
    for place in range(len(fresh)):
        bit[fresh[place]] = 1 << place
    masks[:every] = 0
    for one in range(stack.heads[base + here - 1], stack.heads[base + here]):
        begin, mask = meetings[one, 0], 0
        for place in range(begin + 1, meetings[one, 1]):
            mask |= bit[rows[place]]
        masks[mask] -= rows[begin]
    bit[fresh] = 0
    for place in range(len(fresh)):
        step = 1 << place
        for block in range(0, every, 2 * step):
            for mask in range(block, block + step):
                masks[mask] += masks[mask + step]


@compiled
def tell_masks(sets: Sets, number: int, names: Codes, depth: int, least: int, pad: Pad) -> int:
    """Note every subset of the items ``names`` that ``pad.masks`` says is frequent; how many sets there are now."""
    for mask in range(1, 1 << len(names)):
        if pad.masks[mask] >= least:
            length = depth
            for place in range(len(names)):
                if mask >> place & 1:
                    pad.prefix[length] = names[place]
                    length += 1
            number = tell(sets, number, pad.prefix, length - 1, pad.prefix[length - 1], pad.masks[mask])
    return number


@compiled
def descend(stack: Stack, depth: int, here: int, fresh: Codes, weight: int, pad: Pad) -> Stack:
    """Lay a new level on the stack: the rows that hold ``here``, cut to the items ``fresh`` before it."""
    base, size, _, top, _ = stack.levels[depth]
    names, heads, rows = stack.names, stack.heads, stack.rows
    if base + size + len(fresh) > len(names):
        names, heads = np.concatenate((names, names)), np.concatenate((heads, heads))
    if top + weight > len(rows):
        rows = np.concatenate((rows, np.empty(max(weight, len(rows)), np.int32)))
    renumber = pad.renumber
    for place in range(len(fresh)):
        renumber[fresh[place]] = place
        names[base + size + place] = names[base + fresh[place]]
    write = top
    for one in range(heads[base + here - 1], heads[base + here]):
        begin = stack.meetings[one, 0]
        length = 0
        for place in range(begin + 1, stack.meetings[one, 1]):
            item = renumber[rows[place]]
            if item >= 0:
                length += 1
                rows[write + length] = item
        if length >= 2:
            rows[write] = rows[begin]
            write += length + 1
    renumber[fresh] = -1
    return deliver(Stack(rows, stack.meetings, names, heads, stack.levels), depth + 1, base + size, len(fresh), write)


@compiled
def deliver(stack: Stack, depth: int, base: int, size: int, end: int) -> Stack:
    """Open the level of the rows up to ``end``: tell each of its ``size`` items where it is met, unless it comes first."""
    top, used = (stack.levels[depth - 1, 3], stack.levels[depth - 1, 4]) if depth else (0, 0)
    rows, heads, meetings = stack.rows, stack.heads, stack.meetings
    heads[base : base + size] = 0
    begin = top
    for place in range(top, end):
        if rows[place] < 0:
            begin = place
        elif place > begin + 1:
            heads[base + rows[place]] += 1
    total = used
    for item in range(base, base + size):
        many, heads[item] = heads[item], total
        total += many
    if total > len(meetings):
        more = np.empty((2 * total, 2), np.int32)
        more[:used] = meetings[:used]
        meetings = more
    for place in range(top, end):
        if rows[place] < 0:
            begin = place
        elif place > begin + 1:
            at = heads[base + rows[place]]
            meetings[at, 0], meetings[at, 1] = begin, place
            heads[base + rows[place]] = at + 1
    level = stack.levels[depth]
    level[0], level[1], level[2], level[3], level[4] = base, size, 1, end, total
    return Stack(rows, meetings, stack.names, heads, stack.levels)
