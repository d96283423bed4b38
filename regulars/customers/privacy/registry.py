"""Which columns of which tables are words about a person: told on request, cleared when the person is erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from regulars.web.resources import Text

Wipe = Callable[[Sequence[int]], int]
Sweep = Callable[[Sequence[int], Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Trace:
    """What one table holds of a person.

    Args:
        model: the table; ``owner`` the path from it to the party (``"party"``, ``"order__customer"``).
        clear: columns that are words about the person, with what stands there afterwards.
        keeps: columns of text that are facts, and why.
        delete: the rows themselves go.
        wipe: does it instead, where it is more than setting columns; given the ids, returns the number of rows.
        label: what people call these rows; ``tell`` False where they are told elsewhere.
    """

    model: type[Model]
    owner: str
    clear: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    delete: bool = False
    wipe: Wipe | None = None
    label: Text = ""
    tell: bool = True

    @property
    def table(self) -> str:
        """The label under which it is counted."""
        return self.model._meta.label_lower

    def rows(self, party_ids: Iterable[int]) -> QuerySet[Any]:
        """The rows of these parties."""
        ids = list(party_ids)
        condition = Q()
        for path in self.owner.split("|"):
            condition |= Q(**{f"{path}__in": ids})
        return self.model._base_manager.filter(condition)


_traces: Final[list[Trace]] = []
_sweeps: Final[list[Sweep]] = []


def declare(*traces: Trace) -> None:
    """Make known what a room holds of a person, in the order in which it is wiped."""
    _traces.extend(traces)


def sweep(function: Sweep) -> Sweep:
    """Have ``function(party_ids, words)`` look after copies that hang on nobody: files, answers kept, messages sent.

    ``words`` are the names, addresses and numbers of the person.
    """
    _sweeps.append(function)
    return function


def traces() -> list[Trace]:
    """Every declaration."""
    return list(_traces)


def carry_out(party_ids: Sequence[int], words: Sequence[str]) -> dict[str, int]:
    """Wipe everything declared; rows touched, by table.

    Runs in the transaction of ``erase_person``, with the parties standing in ``Erasing``.
    """
    counts: dict[str, int] = {}
    for trace in _traces:
        touched = _wipe(trace, party_ids)
        if touched:
            counts[trace.table] = counts.get(trace.table, 0) + touched
    for function in _sweeps:
        if touched := function(party_ids, words):
            counts[function.__name__] = touched
    return counts


def _wipe(trace: Trace, party_ids: Sequence[int]) -> int:
    if trace.wipe is not None:
        return trace.wipe(party_ids)
    if trace.delete:
        return int(trace.rows(party_ids).delete()[0])
    return trace.rows(party_ids).update(**trace.clear) if trace.clear else 0
