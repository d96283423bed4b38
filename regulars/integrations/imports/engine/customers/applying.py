"""What a row adds to a record: fields, numbers, addresses, consent. The first row on a customer decides, a later file changes."""

from __future__ import annotations

from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.directory import Directory, folded
from regulars.integrations.imports.engine.customers.matching import Match, is_placeholder
from regulars.integrations.imports.engine.customers.reading import TAX_SYSTEM
from regulars.integrations.imports.engine.customers.record import PointHeld, Record
from regulars.integrations.imports.engine.customers.row import Person, Point
from regulars.kit.taxid import is_valid

_REPLACED = {"email", "mobile", "phone", "fax", "web"}


class Applier:
    """Puts rows onto records."""

    def __init__(self, context: Context, directory: Directory) -> None:
        self.context, self.directory = context, directory
        self._erase = context.plan.options.blank == "erase"

    def apply(self, record: Record, person: Person, match: Match) -> bool:
        """Put what the row says of its party onto the record; whether anything differs."""
        if not person.again:
            record.reported = person.reported
        changed = self._name(record, person, match) | self._facts(record, person)
        changed |= self._numbers(record, person)
        for point in person.points:
            changed |= add_point(record, point)
        for channel, state in person.consents:
            if record.consents.get(channel) != state:
                record.consents[channel] = state
                record.new_consents.append((channel, state, person.row))
                changed = True
        return changed

    def _name(self, record: Record, person: Person, match: Match) -> bool:
        kept, fold = record.name, folded(person.name)
        if kept and (not person.named or record.fold == fold):
            return False
        if kept and not is_placeholder(record) and not self._may_rename(record, person, match):
            self.context.tally.warn(
                "two_names", f"{person.externals[0] if person.externals else person.row}: {kept} / {person.name}"
            )
            return False
        changed = record.change("kind", person.kind) | record.change("name", person.name)
        return record.change("fold", fold) or changed

    def _may_rename(self, record: Record, person: Person, match: Match) -> bool:
        """A later file of the system a customer came from may rename it, and so may our own export; no other does."""
        if person.again or not record.id:
            return False
        return match.by == "own" or (match.by in {"number", "tax_id"} and record.source == self.directory.source)

    def _facts(self, record: Record, person: Person) -> bool:
        changed = False
        for name, value in person.facts.items():
            if not (person.again and record.facts[name]):
                changed |= record.change(name, value)
        if self._erase and record.id and not person.again:
            for name in person.blanks:
                changed |= record.change(name, None if name == "birth_date" else "")
        custom = record.facts["custom"]
        told = {
            key: value
            for key, value in person.custom.items()
            if custom.get(key) != value and not (person.again and key in custom)
        }
        return record.change("custom", {**custom, **told}) or changed if told else changed

    def _numbers(self, record: Record, person: Person) -> bool:
        changed = False
        told = [(self.directory.source, external) for external in person.externals] + person.softer
        if person.tax_id:
            told.append((TAX_SYSTEM, person.tax_id))
            if not is_valid(person.tax_id):
                self.context.tally.warn("tax_id", f"{person.name}: {person.tax_id}")
        for key in told:
            if key not in record.identifiers and not any(other is not record for other in self.directory.found(key)):
                record.identifiers.add(key)
                record.new_identifiers.append(key)
                self.directory.put(key, record)
                changed = True
        return changed


def add_point(record: Record, point: Point) -> bool:
    """Give a record a contact point; one that somebody ended stays ended."""
    key = (point.kind, point.normalised)
    record.told_points.add(key)
    if key in record.points:
        return False
    first = point.kind not in record.preferred
    record.preferred.add(point.kind)
    record.points[key] = PointHeld(0, live=True, raw=point.raw)
    record.new_points.append((point.kind, point.raw, point.normalised, point.label, first))
    return True


def end_replaced_points(record: Record) -> bool:
    """End addresses that an earlier file of this source brought and that this one has replaced by others of their kind."""
    told = {kind for kind, _normalised in record.told_points} & _REPLACED
    gone = [
        (key, held)
        for key, held in record.points.items()
        if key[0] in told and key not in record.told_points and held.id and held.live and held.ours
    ]
    for (kind, _normalised), held in gone:
        held.live = False
        record.ended_points.append(held)
        if not any(
            one.live and key[0] == kind and one.id for key, one in record.points.items() if key in record.told_points
        ):
            _prefer_new(record, kind)
    return bool(gone)


def _prefer_new(record: Record, kind: str) -> None:
    """The first of the new addresses of a kind becomes the one to use when the old one goes."""
    if any(new[0] == kind and new[4] for new in record.new_points):
        return
    for place, new in enumerate(record.new_points):
        if new[0] == kind:
            record.new_points[place] = (*new[:4], True)
            return
