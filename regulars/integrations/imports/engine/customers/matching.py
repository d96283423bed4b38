"""Whom a row means.

The rule, from the surest key to the weakest (docs/adr/0021):

our own number → the number in the file's system → tax ID → numbers in other systems → e-mail with a name that does not
contradict → phone and the same name → the same name at the same place → somebody new.

The first key that finds anybody decides. Who finds two is *ambiguous*: nobody is merged silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from regulars.integrations.imports.engine import parties
from regulars.integrations.imports.engine.customers.directory import Directory, at, called, folded, place_of
from regulars.integrations.imports.engine.customers.reading import TAX_SYSTEM
from regulars.integrations.imports.engine.customers.record import Record
from regulars.integrations.imports.engine.customers.row import Person
from regulars.kit import text
from regulars.kit.taxid import is_valid

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(slots=True)
class Match:
    """The record a row means (None: somebody new), by which key, and others it might mean.

    ``rivals`` with a record: two keys speak of different customers; without: nobody can say which of them.
    ``hints`` share an e-mail address and have another name: perhaps the same, for a person to say.
    """

    record: Record | None
    by: str = ""
    rivals: list[Record] = field(default_factory=list)
    hints: list[Record] = field(default_factory=list)

    @property
    def ambiguous(self) -> bool:
        """Whether nobody can say which of several it is."""
        return self.record is None and len(self.rivals) > 1


def find(person: Person, directory: Directory) -> Match:
    """Whom the row means."""
    hints: list[Record] = []
    decided: Match | None = None
    for by, records in _levels(person, directory, hints):
        if not records:
            continue
        if decided is None:
            if len(records) > 1 and by not in {"own", "number"}:
                return Match(None, by, records)
            decided = Match(records[0], by, records[1:])
        elif by in {"number", "tax_id"}:
            decided.rivals += [one for one in records if one is not decided.record and one not in decided.rivals]
        if by not in {"own", "number"}:
            break
    decided = decided or Match(None)
    decided.hints = [one for one in hints if one is not decided.record and one not in decided.rivals]
    return decided


def _levels(person: Person, directory: Directory, hints: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    own = directory.numbered(person.own) if person.own else None
    yield "own", [own] if own else []
    yield (
        "number",
        _each(record for number in person.externals for record in directory.found((directory.source, number))),
    )
    yield "tax_id", _by_tax_id(person, directory)
    yield "softer", _each(record for key in person.softer for record in directory.found(key))
    yield "email", _by_email(person, directory, hints)
    yield "phone", _by_phone(person, directory)
    yield "name", _by_name(person, directory)


def _each(records: Iterator[Record]) -> list[Record]:
    return list({id(one): one for one in records}.values())


def _by_tax_id(person: Person, directory: Directory) -> list[Record]:
    """A number with a wrong check digit proves nothing by itself; with the same name it does."""
    found = directory.found((TAX_SYSTEM, person.tax_id)) if person.tax_id else []
    return found if is_valid(person.tax_id) else [one for one in found if one.fold == folded(person.name)]


def _by_email(person: Person, directory: Directory, hints: list[Record]) -> list[Record]:
    fold = folded(person.name)
    found: list[Record] = []
    for point in person.points:
        if point.kind == "email":
            for record in directory.found(at(point.normalised)):
                if record.facts["kind"] != person.kind or _is_somebody_else(person, record, directory.source):
                    continue
                same = record.fold == fold or not person.named or _nameless(record)
                (found if same else hints).append(record)
    exact = [one for one in found if one.fold == fold]
    return _each(iter(exact or found))


def _by_phone(person: Person, directory: Directory) -> list[Record]:
    fold = folded(person.name)
    return _each(
        record
        for point in person.points
        if point.kind in {"mobile", "phone"}
        for record in directory.found(at(point.normalised))
        if record.fold == fold and not _is_somebody_else(person, record, directory.source)
    )


def _by_name(person: Person, directory: Directory) -> list[Record]:
    if person.externals or person.tax_id or person.own or not person.named:
        return []
    found = directory.found(called(folded(person.name), place_of(person.facts)))
    works_at = {folded(person.company)} if person.company else set()
    at_work = [one for one in found if works_at & {job.firm.fold for job in (*one.jobs, *one.begun)}]
    if works_at and len(found) > len(at_work):
        # a namesake without a place who works somewhere else is somebody else
        return at_work or [one for one in found if not one.jobs and not one.begun][:1]
    return found if person.facts.get("address") or person.facts.get("city") else found[:1]


def _is_somebody_else(person: Person, record: Record, source: str) -> bool:
    """Two numbers of one system, or two tax IDs, are two customers, whatever else they share."""
    if person.externals and record.numbers(source):
        return True
    known = {number for number in record.numbers(TAX_SYSTEM) if is_valid(number)}
    return bool(person.tax_id and known and is_valid(person.tax_id))


def _nameless(record: Record) -> bool:
    """Whether the record's name is only its number or address."""
    numbers = {text.fold(parties.name_of_number(external)) for _system, external in record.identifiers}
    return record.fold in numbers or bool(_ADDRESS.fullmatch(record.fold))


def is_placeholder(record: Record) -> bool:
    """Whether a record waits for its name."""
    return _nameless(record)
