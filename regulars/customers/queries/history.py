"""The field history of a customer: who changed what, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from regulars.customers.models import Party, Revision
from regulars.staff.models import Team, Territory
from regulars.web import format as show

PAGE = 40


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its name in the reader's language, before and after as words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One revision as the history shows it."""

    pk: int
    at: datetime
    by: str
    of: str
    changes: list[Change]
    may_be_undone: bool


def history_of(party: Party, *, before: int | None = None) -> tuple[list[Step], int | None]:
    """The revisions of ``party``, of what hangs on it and of what was merged into it, newest first, and where the next
    page begins. Six queries.
    """
    merged = dict(party.merged_from.values_list("pk", "name"))
    rows = Revision.objects.filter(party_id__in=[party.pk, *merged]).select_related("made_by").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    names = _Names(found)
    steps = [_step(revision, names, merged) for revision in found[:PAGE]]
    return [step for step in steps if step.changes], found[PAGE - 1].pk if len(found) > PAGE else None


def _step(revision: Revision, names: _Names, merged: dict[int, str]) -> Step:
    model = apps.get_model(revision.table)
    changes = [
        Change(
            names.label(model, field),
            names.words(model, field, revision.before.get(field)),
            names.words(model, field, value),
        )
        for field, value in revision.after.items()
        if field != "trashed_by"
    ]
    of = merged.get(revision.party_id or 0, "") if model is Party else str(model._meta.verbose_name)
    may_be_undone = model is Party and revision.object_id not in merged and "trashed_at" not in revision.after
    by = str(revision.made_by) if revision.made_by else _("System")
    return Step(revision.pk, revision.made_at, by, of, changes, may_be_undone)


class _Names:
    """Words for the values of revisions; related names are fetched once per table."""

    def __init__(self, revisions: list[Revision]) -> None:
        self.related: dict[tuple[str, int], str] = {}
        wanted: dict[str, set[int]] = {"owner": set(), "team": set(), "territory": set()}
        for revision in revisions:
            for values in (revision.before, revision.after):
                for field in wanted.keys() & values.keys():
                    if isinstance(values[field], int):
                        wanted[field].add(values[field])
        tables: dict[str, Any] = {"owner": get_user_model(), "team": Team, "territory": Territory}
        for field, ids in wanted.items():
            for pk, name in tables[field].objects.filter(pk__in=ids).values_list("pk", "name") if ids else ():
                self.related[field, pk] = name

    def label(self, model: Any, field: str) -> str:
        """The field's name."""
        if field == "trashed_at":
            return _("In the trash")
        try:
            return str(model._meta.get_field(field).verbose_name)
        except FieldDoesNotExist:
            return field

    def words(self, model: Any, field: str, value: Any) -> str:
        """The value as words; empty for none."""
        if value in {None, ""} if not isinstance(value, dict | list) else False:
            return ""
        if (field, value) in self.related if isinstance(value, int) else False:
            return self.related[field, value]
        choices = dict(getattr(model._meta.get_field(field), "flatchoices", ())) if field in _fields(model) else {}
        if value in choices if isinstance(value, str) else False:
            return str(choices[value])
        return _plain_words(value)


def _fields(model: Any) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


def _plain_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return _(", ").join(f"{key}: {one}" for key, one in value.items())
    if isinstance(value, str):
        try:
            if moment := parse_datetime(value):
                return show.show_datetime(moment)
            if day := parse_date(value):
                return show.show_date(day)
        except ValueError:
            return value
    return str(value)
