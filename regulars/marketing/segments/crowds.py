"""For whom rules hold, of everybody: many rules at once, each of their conditions asked once.

A crowd has a bit for every customer by number, so that a million take 125 kB and groups of conditions go together in no time.
What customers did is counted for all conditions in one go (``tallies``); columns of the party and the summary are compared
fifty at a time, each of their rows being read once for them; a condition that looks into another table is asked by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any, Final

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from numpy.typing import NDArray

from regulars.customers import field_list
from regulars.customers.models import Party
from regulars.kit.parts import in_parts
from regulars.marketing.segments import conditions, definition, numbers, tallies
from regulars.marketing.segments.conditions import Counted, Scope
from regulars.marketing.segments.definition import ALL, NONE, Node
from regulars.marketing.segments.models import Member, Segment
from regulars.web.resources import Rows

Crowd = NDArray[np.uint8]
Question = tuple[tuple[str, str], ...]
Compared = tuple[str, Sequence[Any]]
AT_ONCE: Final = 50


@dataclass
class Crowds:
    """Who is in the crowds of conditions at a moment. ``between`` is called after every statement that reads for long."""

    now: datetime
    between: Callable[[], object]
    size: int = field(init=False)
    everybody: Crowd = field(init=False)
    _records: Rows = field(init=False)
    _answers: dict[Question, Crowd] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        highest = Party.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.size = highest + 1
        self._records = field_list.with_fields(Party.objects.filter(summary__isnull=False))
        self.everybody = self._crowd(definition.matching({"match": ALL, "parts": []}, Scope(self.now)))

    def ask(self, rules: Iterable[Node]) -> None:
        """Find for whom each of their conditions holds."""
        asked = {_question(leaf): leaf for rule in rules for leaf in definition.leaves(rule)}
        found = ((question, leaf, conditions.known(leaf["is"])) for question, leaf in asked.items())
        dealings: dict[Counted, list[Question]] = {}
        facts: dict[Question, Rows] = {}
        for question, leaf, one in found:
            if one is None:
                self._answers[question] = self._nobody()
            elif one.counted is not None:
                dealings.setdefault(one.counted(leaf), []).append(question)
            else:
                facts[question] = one.narrow(self._records, leaf, Scope(self.now)).order_by()
        for counted, holds in tallies.counted(dealings, self.now, self.size, self.between):
            self._answers |= dict.fromkeys(dealings[counted], np.packbits(holds))
        self._compare(facts)

    def holding(self, node: Node) -> Crowd:
        """For whom a rule holds whose conditions were asked."""
        if "is" in node:
            return self.everybody & self._answers[_question(node)]
        parts = [self.holding(part) for part in node["parts"]]
        if node["match"] == ALL or not parts:
            return reduce(np.bitwise_and, parts, self.everybody)
        either = reduce(np.bitwise_or, parts)
        return self.everybody & ~either if node["match"] == NONE else either

    def members(self, segment: Segment) -> Crowd:
        """Who is in a segment as it is kept."""
        return self._crowd(Member.objects.current().filter(segment=segment), "party_id")

    def customers(self, crowd: Crowd) -> list[int]:
        """The customers of a crowd, by number."""
        found: list[int] = np.flatnonzero(np.unpackbits(crowd, count=self.size)).tolist()
        return found

    def _compare(self, facts: dict[Question, Rows]) -> None:
        together: list[tuple[Question, Compared]] = []
        for question, rows in facts.items():
            if compared := _compared(rows, self._records):
                together.append((question, compared))
            else:
                self._answers[question] = self._crowd(rows)
                self.between()
        for some in in_parts(together, AT_ONCE):
            told = numbers.read(self._records.values_list("pk", _bits([compared for _question, compared in some])), 2)
            customers, bits = told[told[:, 0] < self.size].T
            for place, (question, _told) in enumerate(some):
                self._answers[question] = self._packed(customers[(bits >> place) & 1 == 1])
            self.between()

    def _crowd(self, rows: Rows, column: str = "pk") -> Crowd:
        customers = numbers.read(rows.order_by().values_list(column), 1)[:, 0]
        return self._packed(customers[customers < self.size])

    def _packed(self, customers: numbers.Numbers) -> Crowd:
        holds = np.zeros(self.size, np.bool_)
        holds[customers] = True
        return np.packbits(holds)

    def _nobody(self) -> Crowd:
        return np.zeros_like(self.everybody)


def _question(leaf: Node) -> Question:
    return tuple(sorted(leaf.items()))


def _compared(rows: Rows, records: Rows) -> Compared | None:
    """The comparison of a condition that needs no more than a customer's record and figures; None for another one."""
    query, plain = rows.query, records.query
    if query.is_sliced or query.distinct or query.combinator or set(query.alias_map) != set(plain.alias_map):
        return None
    try:
        statement, told = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return None
    return None if "SELECT" in statement else (statement, told)


def _bits(compared: Sequence[Compared]) -> RawSQL:
    """A number that has the n-th bit where the n-th comparison holds."""
    terms = [f"CASE WHEN {statement} THEN {1 << place} ELSE 0 END" for place, (statement, _told) in enumerate(compared)]
    return RawSQL(" + ".join(terms), [one for _statement, told in compared for one in told], BigIntegerField())  # noqa: S611 -- compiled by the ORM
