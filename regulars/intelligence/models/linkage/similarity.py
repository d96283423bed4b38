"""How alike two texts are: the twins, in Python, of functions of the engine. Like these they look at UTF-8 bytes."""

from __future__ import annotations

_BOOST_FROM = 0.7
_PREFIX = 4


def jaro_winkler(left: str, right: str) -> float:
    """Jaro–Winkler similarity, 0 to 1; the common beginning counts from a Jaro similarity of 0.7 on (Winkler 1990)."""
    a, b = left.encode(), right.encode()
    jaro = _jaro(a, b)
    if jaro <= _BOOST_FROM:
        return jaro
    same = 0
    for x, y in zip(a[:_PREFIX], b[:_PREFIX], strict=False):
        if x != y:
            break
        same += 1
    return jaro + same * 0.1 * (1 - jaro)


def _jaro(a: bytes, b: bytes) -> float:
    if not a or not b:
        return float(a == b)
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = bytearray(len(b))
    found = []
    for i, x in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if not taken[j] and b[j] == x:
                taken[j] = 1
                found.append(x)
                break
    matches = len(found)
    if not matches:
        return 0.0
    other = [y for j, y in enumerate(b) if taken[j]]
    turned = sum(x != y for x, y in zip(found, other, strict=True)) // 2
    return (matches / len(a) + matches / len(b) + (matches - turned) / matches) / 3


def damerau(left: str, right: str) -> int:
    """Damerau–Levenshtein distance: insertions, deletions, replacements and swaps of neighbours (unrestricted)."""
    a, b = left.encode(), right.encode()
    far = len(a) + len(b)
    rows = [[far] * (len(b) + 2), [far, *range(len(b) + 1)]]
    last_row: dict[int, int] = {}
    for i, x in enumerate(a, 1):
        row = [far, i] + [0] * len(b)
        last_match = 0
        for j, y in enumerate(b, 1):
            k, m = last_row.get(y, 0), last_match
            same = x == y
            if same:
                last_match = j
            row[j + 1] = min(
                rows[i][j] + (not same), row[j] + 1, rows[i][j + 1] + 1, rows[k][m] + (i - k - 1) + 1 + (j - m - 1)
            )
        rows.append(row)
        last_row[x] = i
    distance: int = rows[-1][-1]
    return distance


def dice(left: list[str], right: list[str]) -> float:
    """Dice coefficient of two lists of distinct pieces, 0 to 1; 0 when either is empty."""
    if not left or not right:
        return 0.0
    return 2 * len(set(left) & set(right)) / (len(left) + len(right))
