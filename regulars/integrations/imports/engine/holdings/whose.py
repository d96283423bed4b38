"""Whose an asset or contract is: the customer a row names, found as rows of customers find theirs; nobody new is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.customers import matching
from regulars.integrations.imports.engine.customers.directory import Directory, folded
from regulars.integrations.imports.engine.customers.reach import normalised
from regulars.integrations.imports.engine.customers.record import Record
from regulars.integrations.imports.engine.customers.row import Person, Point
from regulars.integrations.imports.engine.parties import kind_of_name
from regulars.integrations.imports.values.own import read_own

_KINDS: Final = ("person", "organisation", "household")
_IN_ANY_SYSTEM: Final = """SELECT i.external_id, coalesce(p.merged_into_id, p.id) FROM customers_identifier i
                           JOIN customers_party p ON p.id = i.party_id WHERE i.external_id IN ({marks})"""
_CALLED: Final = """SELECT fold, id FROM customers_party
                    WHERE merged_into_id IS NULL AND trashed_at IS NULL AND fold IN ({marks})"""


class NobodyError(Exception):
    """No customer is meant, or nobody can say which: the field that failed, and the sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


def holder_of(row: int, cells: list[str], at: Mapping[str, Any]) -> Person:
    """What a row says of whose the thing is."""
    mails = [Point("email", one, one) for one in at["email"].split(";") if one]
    numbers = [Point("phone", one, normalised(one, settings.COUNTRY)) for one in at["phone"].split("\n") if one]
    name = at["customer_name"]
    return Person(
        row=row, cells=cells, kind=kind_of_name(name), name=name, named=bool(name), facts={},
        externals=[at["customer"]] if at["customer"] else [], tax_id=at["tax_id"], points=mails + numbers, consents=[],
        custom={}, own=read_own(at["holder"]),
    )  # fmt: skip


class Holders:
    """The customers that the rows of a chunk name, by whichever key they do it."""

    def __init__(self, source: str) -> None:
        self._directory = Directory(source, frozenset(), with_staff=False)
        self._source = source
        self._anywhere: dict[str, set[int]] = defaultdict(set)
        self._called: dict[str, list[int]] = defaultdict(list)

    def fetch(self, people: list[Person]) -> None:
        """Read whom these rows may mean."""
        self._directory.forget()
        self._anywhere.clear()
        self._called.clear()
        self._directory.fetch(people)
        numbers = {number for one in people for number in one.externals}
        for number, party in bulk.select(_IN_ANY_SYSTEM, sorted(numbers)):
            self._anywhere[number].add(party)
        for fold, party in bulk.select(_CALLED, sorted({folded(one.name) for one in people if one.named})):
            self._called[fold].append(party)

    def find(self, person: Person) -> int:
        """The number of the customer.

        Raises:
            NobodyError: nobody here is meant, several are, or the one is in the trash.
        """
        match = self._match(person)
        if match.ambiguous:
            raise NobodyError(match.by, _several([one.name for one in match.rivals]))
        if match.record is not None and match.by != "name":
            return _live(match.record)
        if person.externals:
            return self._by_number(person.externals[0])
        if person.named:
            return self._by_name(person.name)
        raise NobodyError("", _("Nobody here is meant by this row: no customer has this number or address."))

    def _match(self, person: Person) -> matching.Match:
        """The match, whichever sort of party the customer is: rows about things do not say."""
        first = matching.find(person, self._directory)
        if first.record is not None or first.ambiguous or not person.points:
            return first
        others = (matching.find(replace(person, kind=kind), self._directory) for kind in _KINDS if kind != person.kind)
        return next((one for one in others if one.record is not None or one.ambiguous), first)

    def _by_number(self, number: str) -> int:
        """The one customer who has a number in any system."""
        found = self._anywhere.get(number, set())
        if len(found) == 1:
            return next(iter(found))
        values = {"number": number, "source": self._source}
        if found:
            sentence = _(
                "Several systems have a customer %(number)s, and “%(source)s” does not; say which system it is."
            )
            raise NobodyError("customer", sentence % values)
        sentence = _("There is no customer %(number)s of “%(source)s”; import the customers first.")
        raise NobodyError("customer", sentence % values)

    def _by_name(self, name: str) -> int:
        found = self._called.get(folded(name), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise NobodyError("customer_name", _several([name] * len(found), found))
        sentence = _("There is no customer called “%(name)s” here; import the customers first.")
        raise NobodyError("customer_name", sentence % {"name": name})


def _live(record: Record) -> int:
    if record.trashed:
        raise NobodyError("", _("%(name)s is in the trash. Take the customer out of it first.") % {"name": record.name})
    return record.id


def _several(names: list[str], numbers: list[int] | None = None) -> str:
    told = [f"{name} (#{number})" for name, number in zip(names, numbers, strict=True)] if numbers else names
    sentence = _(
        "Several customers fit this row: %(names)s. Merge them, or add a column with the number of the right one."
    )
    return sentence % {"names": "; ".join(told[:4])}
