"""Who is in which arm: a hash of the experiment's salt and the unit, and therefore always the same answer.

A bucket is the first 13 hexadecimal digits of SHA-256 of ``salt:unit`` in UTF-8, modulo 10,000. 52 bits are counted
exactly by a 64-bit integer of a database and by a double of JavaScript alike::

    PostgreSQL   ('x' || left(encode(sha256('salt:42'), 'hex'), 13))::bit(52)::bigint % 10000
    DuckDB       ('0x' || left(sha256('salt:42'), 13))::BIGINT % 10000
    JavaScript   parseInt(sha256("salt:42").slice(0, 13), 16) % 10000

Another salt is another, independent draw. Layers: a unit that a higher layer holds out is in no arm below; each layer
has its own salt, so whoever is left is drawn anew.

Where an offer is shared the unit is the household, not the person: give its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUCKETS: Final = 10_000
_DIGITS: Final = 13
_DROPPED: Final = 64 - 4 * _DIGITS
_BYTES_OF_DIGEST: Final = 32

Unit = int | str


def bucket(salt: str, unit: Unit) -> int:
    """The bucket of one unit, 0 to 9,999.

    Raises:
        ValueError: a salt with a colon, which would make ``salt:unit`` ambiguous.
    """
    return int(sha256(_prefix(salt) + str(unit).encode()).hexdigest()[:_DIGITS], 16) % BUCKETS


def buckets(salt: str, units: Iterable[Unit]) -> NDArray[np.int64]:
    """The buckets of many units, in their order.

    Raises:
        ValueError: a salt with a colon.
    """
    import numpy as np  # noqa: PLC0415 -- heavy, and only needed for many

    start = _prefix(salt)
    plain = units.tolist() if isinstance(units, np.ndarray) else units
    digests = b"".join([sha256(start + str(unit).encode()).digest() for unit in plain])
    first = np.frombuffer(digests, dtype=">u8")[:: _BYTES_OF_DIGEST // 8].astype(np.uint64)
    return ((first >> np.uint64(_DROPPED)) % np.uint64(BUCKETS)).astype(np.int64)


@dataclass(frozen=True)
class Split:
    """Arms in a fixed order, each with its weight. Weights are relative: 90 and 10, or 1, 1 and 1.

    Neither order nor weights may change once units are assigned: buckets would move from arm to arm.

    Raises:
        ValueError: no arm, a negative weight, or none that is positive; a salt with a colon.
    """

    salt: str
    weights: Mapping[str, int]

    def __post_init__(self) -> None:
        _prefix(self.salt)
        if any(weight < 0 for weight in self.weights.values()) or not sum(self.weights.values()):
            raise ValueError("weights must not be negative, and one must be positive")

    @property
    def arms(self) -> tuple[str, ...]:
        """The names of the arms."""
        return tuple(self.weights)

    @property
    def ends(self) -> tuple[int, ...]:
        """The bucket at which each arm ends (excluded); the last is 10,000."""
        total, so_far, ends = sum(self.weights.values()), 0, []
        for weight in self.weights.values():
            so_far += weight
            ends.append((2 * BUCKETS * so_far + total) // (2 * total))
        return tuple(ends)

    @property
    def shares(self) -> dict[str, float]:
        """The share of units that each arm gets: whole buckets, so a third is 0.3333 or 0.3334."""
        ends = self.ends
        return {arm: (end - start) / BUCKETS for arm, start, end in zip(self.arms, (0, *ends), ends, strict=False)}

    def arm(self, unit: Unit) -> str:
        """The arm of one unit."""
        place = bucket(self.salt, unit)
        return next(arm for arm, end in zip(self.arms, self.ends, strict=True) if place < end)

    def assign(self, units: Iterable[Unit]) -> NDArray[np.int64]:
        """The place of each unit's arm within ``arms``."""
        import numpy as np  # noqa: PLC0415 -- heavy, and only needed for many

        return np.searchsorted(np.array(self.ends), buckets(self.salt, units), side="right").astype(np.int64)


@dataclass(frozen=True)
class HoldOut:
    """Units that get nothing of what lies below: ``share`` in buckets of 10,000, so 500 is five per cent.

    Raises:
        ValueError: a share outside 0 to 10,000, or a salt with a colon.
    """

    salt: str
    share: int

    def __post_init__(self) -> None:
        _prefix(self.salt)
        if not 0 <= self.share <= BUCKETS:
            raise ValueError("a hold-out's share lies between 0 and 10,000")

    def holds(self, unit: Unit) -> bool:
        """Whether this unit is held out."""
        return bucket(self.salt, unit) < self.share


def assign(units: Sequence[Unit], split: Split, *, above: Sequence[HoldOut] = ()) -> NDArray[np.int64]:
    """The place of each unit's arm, or −1, −2, … for whoever the first, second, … hold-out above keeps out.

    Raises:
        ValueError: two layers of one salt: whoever is left would be all in some buckets and none in others.
    """
    if len({split.salt, *(layer.salt for layer in above)}) <= len(above):
        raise ValueError("each layer needs a salt of its own")
    arms = split.assign(units)
    for place, layer in reversed(list(enumerate(above))):
        arms[buckets(layer.salt, units) < layer.share] = -1 - place
    return arms


def _prefix(salt: str) -> bytes:
    if ":" in salt:
        raise ValueError("a salt must not contain a colon")
    return f"{salt}:".encode()
