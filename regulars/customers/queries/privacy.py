"""Everything that is held about a party, for the person it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field, Model
from django.utils import timezone

from regulars.customers.models import Party
from regulars.customers.privacy.registry import traces
from regulars.kit import clock
from regulars.web.resources import Text

_OURS = {"batch_id", "retracted_in", "version", "fold", "reversed_digits"}


@dataclass(frozen=True, slots=True)
class Section:
    """One table: what people call it, the names of its columns, and its rows as they stand."""

    table: str
    label: Text
    columns: tuple[tuple[str, Text], ...]
    rows: list[dict[str, Any]]

    def cells(self) -> Iterable[list[Any]]:
        """The rows, in the order of the columns."""
        return [[row[name] for name, _label in self.columns] for row in self.rows]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is held about ``party``, and about the records merged into it."""

    party: Party
    made_at: datetime
    sections: list[Section]

    def as_json(self) -> str:
        """Machine-readable: tables by name, rows by column."""
        told = {
            "party": self.party.pk,
            "made_at": self.made_at.isoformat(),
            "tables": {one.table: one.rows for one in self.sections},
        }
        return json.dumps(told, ensure_ascii=False, indent=1, default=str)


def personal_data(party: Party) -> PersonalData:
    """Gather everything declared (``customers.privacy``) about a party. Amounts are in minor units of their currency."""
    ids = family(party.pk)
    sections = [_section(Party, party._meta.verbose_name, Party.objects.filter(pk__in=ids))]
    sections += [
        _section(one.model, one.label or one.model._meta.verbose_name, one.rows(ids)) for one in traces() if one.tell
    ]
    return PersonalData(party, clock.now(), [one for one in sections if one.rows])


def family(pk: int) -> list[int]:
    """The record and every record merged into it, at whatever depth."""
    found, newest = [pk], [pk]
    while newest:
        newest = list(Party.objects.filter(merged_into__in=newest).exclude(pk__in=found).values_list("pk", flat=True))
        found += newest
    return found


def _section(model: type[Model], label: Any, rows: Any) -> Section:
    fields = [one for one in model._meta.concrete_fields if one.attname not in _OURS]
    told = [
        {one.attname: _plain(getattr(row, one.attname)) for one in fields} for row in rows.order_by("pk").iterator()
    ]
    used = [one for one in fields if any(row[one.attname] not in ("", None, {}, []) for row in told)]
    columns = tuple((one.attname, _called(one)) for one in used)
    return Section(model._meta.label_lower, label, columns, told)


def _called(field: Field[Any, Any]) -> Text:
    return field.verbose_name


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
