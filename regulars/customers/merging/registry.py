"""What hangs on a party. A foreign key to a party that nobody declares fails the contract test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db.models import Model, Q

from regulars.web.resources import Text

if TYPE_CHECKING:
    from regulars.customers.merging.moves import Mover
    from regulars.customers.models import Merge, MergeMove


class How(StrEnum):
    """What a merge does with rows that refer to the loser."""

    MOVE = "move"
    """They refer to the winner from then on."""
    UNLESS_SAME = "unless_same"
    """So do they, but where the winner has the same already they stay with the loser, set aside."""
    COMBINE = "combine"
    """``carry`` knows; several rows become one, or a row changes on its way."""
    STAYS = "stays"
    """They speak of the past and stay as they are."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One column by which rows of ``model`` refer to a party.

    Args:
        column: the foreign key, or a loose column of ids.
        label: what people call these rows, in the plural; those without one are not shown in the preview.
        same: the other columns that make two rows the same (``UNLESS_SAME``); ``among`` narrows the rows for which that
            counts, as the condition of the unique constraint does.
        counted: which of the rows the preview counts.
        source: the column that names the system a row came from: rows that arrive after the merge from a system in which
            only the loser has a number go back to it when the two are taken apart. ``arrived`` says when a row arrived.
        carry: what ``COMBINE`` does; ``restore`` takes one of its moves back where putting columns back does not suffice.
        because: why it stays, in a few words.
    """

    model: type[Model]
    column: str
    how: How
    label: Text = ""
    same: tuple[str, ...] = ()
    among: Q = field(default_factory=Q)
    counted: Q = field(default_factory=Q)
    source: str = ""
    arrived: str = "recorded_at"
    carry: Callable[[Mover], None] | None = None
    restore: Callable[[Merge, MergeMove], None] | None = None
    because: str = ""

    @property
    def table(self) -> str:
        """The label under which its rows are logged."""
        return self.model._meta.label_lower


Rebuild = Callable[[Sequence[int]], None]
_holdings: Final[dict[tuple[str, str], Holding]] = {}
_rebuilds: Final[list[Rebuild]] = []


def declare(*holdings: Holding) -> None:
    """Make known what a room hangs on a party.

    Raises:
        ValueError: a column is declared twice, or what combines it is missing.
    """
    for one in holdings:
        if (one.table, one.column) in _holdings:
            raise ValueError(f"{one.table}.{one.column} is declared twice")
        if one.how is How.COMBINE and one.carry is None:
            raise ValueError(f"nobody combines {one.table}.{one.column}")
        if one.how is How.UNLESS_SAME and not one.same:
            raise ValueError(f"{one.table}.{one.column} does not say when two rows are the same")
        _holdings[one.table, one.column] = one


def forget(table: str, column: str) -> None:
    """Take a declaration away (tests)."""
    _holdings.pop((table, column), None)


def holdings() -> list[Holding]:
    """Every declaration, in the order in which they were made."""
    return list(_holdings.values())


def holding(table: str, column: str) -> Holding | None:
    """The declaration for a column of a table."""
    return _holdings.get((table, column))


def restorer(table: str) -> Callable[[Merge, MergeMove], None] | None:
    """What takes moves of ``table`` back, where it is more than putting columns back."""
    return next((one.restore for one in _holdings.values() if one.table == table and one.restore), None)


def after_moving(rebuild: Rebuild) -> Rebuild:
    """Have ``rebuild(party_ids)`` compute anew what a room keeps of a party's facts; runs inside the transaction."""
    _rebuilds.append(rebuild)
    return rebuild


def rebuild(party_ids: Iterable[int]) -> None:
    """Compute anew whatever follows from the facts of these parties."""
    ids = sorted(set(party_ids))
    for function in _rebuilds:
        function(ids)
