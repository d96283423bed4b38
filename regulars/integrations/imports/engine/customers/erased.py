"""Rows about people who asked to be erased: recognised by keyed digests of their addresses and numbers, and not taken."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.customers.models import Erasure
from regulars.customers.privacy import marks
from regulars.integrations.imports.engine.customers.row import Person
from regulars.integrations.imports.engine.parse import Reject

Rejected = tuple[int, list[str], Reject]


class Erased:
    """Looks at the rows of one import; costs nothing while nobody has been erased."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.anybody = Erasure.objects.exists()

    def set_aside(self, people: Sequence[Person]) -> tuple[list[Person], list[Rejected]]:
        """The rows that may be taken, and those that may not. Two queries per 500 addresses."""
        if not self.anybody:
            return list(people), []
        told = {person.row: self._digests(person) for person in people}
        known = marks.known(sorted({one for digests in told.values() for one in digests}))
        gone = set(
            Erasure.objects.filter(party__in=[one.own for one in people if one.own]).values_list("party", flat=True)
        )
        kept, rejects = [], []
        for person in people:
            if person.own in gone or known.intersection(told[person.row]):
                sentence = _("Somebody with this address or number asked to be erased.")
                rejects.append((person.row, person.cells, Reject("", "", sentence)))
            else:
                kept.append(person)
        return kept, rejects

    def _digests(self, person: Person) -> list[str]:
        numbers = [*((self.source, one) for one in person.externals), *person.softer]
        points = [marks.point_digest(one.kind, one.normalised) for one in person.points]
        return points + [marks.number_digest(*one) for one in numbers]
