"""A file that says of itself that it is the whole list: who of its source is no longer in it is listed, and has left where he worked.

Nobody is deleted, and a company that is gone stays as it is: what its absence means is for a person to say.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers.models import Identifier, Party, PartyRelation, Revision
from regulars.customers.timeline import NewEvent, record_many
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.importer import CustomersImporter
from regulars.integrations.imports.engine.rejects import harmless
from regulars.integrations.imports.engine.sources import batches_of
from regulars.integrations.imports.engine.tally import Tally
from regulars.integrations.imports.files import Row
from regulars.kit import clock

_CHUNK: Final = 5_000


class Missing(NamedTuple):
    """A customer of the source who is not in the file."""

    id: int
    kind: str
    name: str
    number: str


def is_asked(context: Context) -> bool:
    """Whether this file declares itself the whole list."""
    return context.plan.kind == "customers" and context.plan.options.snapshot == "yes"


def met_by(
    context: Context, rows: Iterator[Row], *, beat: Callable[[], None] = lambda: None
) -> tuple[set[int], date | None]:
    """The parties that the rows mean, and the latest date of report: read once more without writing, so that an import which was
    interrupted in between knows them too.
    """
    aside = replace(context, preview=True, tally=Tally())
    importer, met, reported = CustomersImporter(aside), set[int](), None
    while chunk_rows := list(islice(rows, _CHUNK)):
        chunk = importer.read(chunk_rows)
        importer.directory.forget()
        importer.settle(chunk)
        met |= importer.met
        importer.met.clear()
        reported = max((one.reported for one in chunk.people if one.reported), default=reported)
        beat()
    return met, reported


def missing(context: Context, met: set[int]) -> Iterator[Missing]:
    """Who of the source's customers the file does not have. Those are known by their number there; where the file has no column of
    numbers, everybody whom its source brought with an address.
    """
    source = context.plan.options.source
    if any(context.plan.columns_of(key) for key in ("customer", "alias", "self")):
        numbered = Identifier.objects.filter(system=source, party__trashed_at=None, party__merged_into=None).order_by(
            "party_id"
        )
        for pk, kind, name, number in numbered.values_list(
            "party_id", "party__kind", "party__name", "external_id"
        ).iterator(chunk_size=2_000):
            if pk not in met:
                yield Missing(pk, kind, name, number)
        return
    brought = Party.objects.live().filter(
        batch_id__in=batches_of(source), contact_points__ended_at=None, contact_points__isnull=False
    )
    for pk, kind, name in (
        brought.order_by("pk").distinct().values_list("pk", "kind", "name").iterator(chunk_size=2_000)
    ):
        if pk not in met:
            yield Missing(pk, kind, name, "")


def close(context: Context, rows: Iterator[Row], path: Path, *, beat: Callable[[], None]) -> None:
    """List who is missing, in the figures, on the timeline and in a file; persons among them have left where the source said they worked."""
    met, reported = met_by(context, rows, beat=beat)
    day = reported or timezone.localdate()
    context.tally.missing = 0
    context.tally.warnings.pop("missing", None)
    with open(path, "w", encoding="utf-8-sig", newline="", opener=_private) as file:
        writer = csv.writer(file)
        writer.writerow([_("Number"), _("Number there"), _("Name")])
        listed = missing(context, met)
        while some := list(islice(listed, _CHUNK)):
            note(context.tally, some)
            writer.writerows([one.id, harmless(one.number), harmless(one.name)] for one in some)
            with transaction.atomic():
                _leave(context, [one.id for one in some if one.kind == "person"], day)
                _tell(context, some, day)


def note(tally: Tally, some: Iterable[Missing]) -> None:
    """Count who is missing."""
    for one in some:
        tally.missing += 1
        tally.warn("missing", one.name)


def _leave(context: Context, persons: list[int], day: date) -> None:
    """End what the source's imports said of where these persons work."""
    brought = batches_of(context.plan.options.source)
    for chunk in bulk.batches(persons):
        jobs = PartyRelation.objects.current().filter(party_id__in=chunk, kind="employed_by", batch_id__in=brought)
        for job in jobs.select_related("other"):
            if job.valid_from and job.valid_from > day:
                continue
            Revision.objects.create(
                table=PartyRelation._meta.label_lower, object_id=job.pk, party_id=job.party_id, before={"valid_to": None},
                after={"valid_to": day.isoformat()}, made_by_id=context.user, batch_id=context.batch,
            )  # fmt: skip
            PartyRelation.objects.filter(pk=job.pk).update(valid_to=day)
            context.tally.relations_ended += 1


def _tell(context: Context, some: Iterable[Missing], day: date) -> None:
    moment = min(clock.now(), timezone.make_aware(datetime.combine(day, time(12))))
    record_many(
        NewEvent(
            kind="imports.left_out", customer_id=one.id, occurred_at=moment, actor_id=context.user, payload={"file": context.look.name, "source": context.plan.options.source},
            source="imports", source_key=f"{context.batch}:{one.id}:left_out", batch_id=context.batch,
        )
        for one in some
    )  # fmt: skip


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
