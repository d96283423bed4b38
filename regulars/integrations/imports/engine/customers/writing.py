"""Writing a chunk of customers: new and changed parties, their addresses and numbers, who works where, and what the timeline says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from regulars.customers.models import (
    Consent,
    ContactPoint,
    DuplicatePair,
    Identifier,
    Party,
    PartyRelation,
    PartyRole,
    Revision,
)
from regulars.customers.timeline import NewEvent, record_many
from regulars.integrations.imports.engine import bulk, parties
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.record import COLUMNS, Record
from regulars.kit import clock, phone

_SHOWN_CHANGES = 8
_QUIET = {"fold", "custom", "owner_id", "kind", "language", "about"}
_SOURCE = "imports"


@dataclass(slots=True)
class Hint:
    """Two records that may be one, and why."""

    left: Record
    right: Record
    why: str


class Writer:
    """Writes what ``settle`` decided, within the transaction of the chunk."""

    def __init__(self, context: Context, source: str) -> None:
        self.context, self.source, self.now = context, source, clock.now()

    def write(self, queue: list[Record], hints: list[Hint]) -> None:
        """Write records and hints."""
        self._create([record for record in queue if not record.id])
        self._change([record for record in queue if record.id and record.before])
        self._restore([record for record in queue if record.trashed and record.id])
        self._end_points(queue)
        self._insert_reach(queue)
        self._insert_consents(queue)
        self._end_jobs(queue)
        self._begin_jobs(queue)
        self._tell(queue)
        self._pair(hints)
        parties.reindex(record.id for record in queue)

    def _create(self, records: list[Record]) -> None:
        if not records:
            return
        for record, pk in zip(records, bulk.allocate(Party, len(records)), strict=True):
            record.id = pk
            record.before.clear()
        batch, user, today = self.context.batch, self.context.user, timezone.localdate()
        columns = (
            "id",
            *COLUMNS,
            "source",
            "batch_id",
            "created_at",
            "updated_at",
            "created_by_id",
            "preferred_channel",
            "preferred_time",
            "version",
        )
        rows = [
            (one.id, *_stored(one.facts), self.source, batch, self.now, self.now, user, "", "", 1) for one in records
        ]
        bulk.insert(Party, columns, rows)
        parties.make_summaries(record.id for record in records)
        role = self.context.plan.options.role
        rows = [(one.id, role, one.since or today, batch) for one in records if one.has_role]
        bulk.insert(PartyRole, ("party_id", "role", "valid_from", "batch_id"), rows)

    def _change(self, records: list[Record]) -> None:
        if not records:
            return
        self._revise(
            Party, [(one.id, one.id, one.before, {name: one.facts[name] for name in one.before}) for one in records]
        )
        assignments = ", ".join(f"{name} = %s" for name in COLUMNS)
        bulk.execute_many(
            f"UPDATE customers_party SET {assignments}, updated_at = %s, version = version + 1 WHERE id = %s",  # noqa: S608 -- our own names
            [(*_stored(record.facts), self.now, record.id) for record in records],
        )

    def _revise(self, model: Any, changes: list[tuple[int, int, dict[str, Any], dict[str, Any]]]) -> None:
        """Keep before and after: (row, party, before, after)."""
        Revision.objects.bulk_create(
            [
                Revision(
                    table=model._meta.label_lower,
                    object_id=pk,
                    party_id=party,
                    before={_bare(name): _json(value) for name, value in before.items() if name != "fold"},
                    after={_bare(name): _json(value) for name, value in after.items() if name != "fold"},
                    made_by_id=self.context.user,
                    batch_id=self.context.batch,
                )
                for pk, party, before, after in changes
            ],
            batch_size=2_000,
        )

    def _restore(self, trashed: list[Record]) -> None:
        if trashed:
            restored = parties.restore_trashed(
                [one.id for one in trashed], batch=self.context.batch, by=self.context.user
            )
            for _still in range(len(trashed) - restored):
                self.context.tally.warn("in_trash")

    # --- reach ------------------------------------------------------------------------------------------------------

    def _end_points(self, queue: list[Record]) -> None:
        ended = [(held.id, record.id) for record in queue for held in record.ended_points]
        self._revise(ContactPoint, [(pk, party, {"ended_at": None}, {"ended_at": self.now}) for pk, party in ended])
        bulk.execute_many(
            "UPDATE customers_contactpoint SET ended_at = %s, preferred = %s WHERE id = %s",
            [(self.now, False, pk) for pk, _party in ended],
        )

    def _insert_reach(self, queue: list[Record]) -> None:
        batch = self.context.batch
        identifiers = [(record.id, *key, batch, self.now) for record in queue for key in record.new_identifiers]
        bulk.insert(Identifier, ("party_id", "system", "external_id", "batch_id", "created_at"), identifiers)
        points = [
            (
                record.id,
                kind,
                raw[:254],
                normalised[:254],
                _reversed(kind, normalised),
                label[:40],
                first,
                batch,
                self.now,
            )
            for record in queue
            for kind, raw, normalised, label, first in record.new_points
        ]
        bulk.insert(ContactPoint, parties.POINT_COLUMNS, points, or_ignore=True)

    def _insert_consents(self, queue: list[Record]) -> None:
        batch, user, evidence = self.context.batch, self.context.user, self.context.look.name[:200]
        rows = [
            (record.id, channel, "marketing", state, self.now, f"{evidence}, {row}", self.source, self.now, user, batch)
            for record in queue
            for channel, state, row in record.new_consents
        ]
        columns = (
            "party_id",
            "channel",
            "purpose",
            "state",
            "given_at",
            "evidence",
            "source",
            "recorded_at",
            "recorded_by_id",
            "batch_id",
        )
        bulk.insert(Consent, columns, rows)

    # --- who works where --------------------------------------------------------------------------------------------

    def _end_jobs(self, queue: list[Record]) -> None:
        ended = [(job, day) for record in queue for job, day in record.ended if job.id]
        self._revise(
            PartyRelation, [(job.id, job.person.id, {"valid_to": None}, {"valid_to": day}) for job, day in ended]
        )
        bulk.execute_many(
            "UPDATE customers_partyrelation SET valid_to = %s WHERE id = %s", [(day, job.id) for job, day in ended]
        )

    def _begin_jobs(self, queue: list[Record]) -> None:
        rows = [
            (job.person.id, job.firm.id, "employed_by", job.title, job.since, self.context.batch, self.now)
            for record in queue
            for job in record.begun
        ]
        columns = ("party_id", "other_id", "kind", "title", "valid_from", "batch_id", "created_at")
        bulk.insert(PartyRelation, columns, rows, or_ignore=True)

    # --- what is told -----------------------------------------------------------------------------------------------

    def _tell(self, queue: list[Record]) -> None:
        """One entry for what changed of a customer that was here, one for each post that changed hands, one for each job."""
        entries: list[NewEvent] = []
        for record in queue:
            entries += self._of_facts(record)
            entries += [self._entry("imports.post_changed", record.id, change.on, f"post:{change.post}",
                                    {"post": change.post, "before": change.before, "after": change.after}) for change in record.post_changes]  # fmt: skip
            for job, day in record.ended:
                entries.append(self._entry("customers.relation_ended", record.id, day, f"ended:{job.id}", _of_job(job)))
            for job in record.begun:
                if job.since is not None:
                    entries.append(
                        self._entry(
                            "customers.relation_added",
                            record.id,
                            job.since,
                            f"begun:{job.firm.id}:{job.title}",
                            _of_job(job),
                        )
                    )
        record_many(entries)

    def _of_facts(self, record: Record) -> list[NewEvent]:
        """Values of a company stand in the entry; those of a person only in the field history, where they are erased with the person."""
        changed = [name for name in record.before if name not in _QUIET]
        if not changed or record.id == 0:
            return []
        said = [
            [name, str(record.before[name] or "")[:120], str(record.facts[name] or "")[:120]]
            if record.is_firm
            else [name]
            for name in changed
        ]
        return [
            self._entry(
                "imports.record_changed",
                record.id,
                record.reported,
                "changed",
                {"changes": said[:_SHOWN_CHANGES], "source": self.source},
            )
        ]

    def _entry(self, kind: str, party: int, day: date | None, key: str, payload: dict[str, Any]) -> NewEvent:
        moment = (
            self.now
            if day is None or day >= timezone.localdate(self.now)
            else timezone.make_aware(datetime.combine(day, time(12)))
        )
        return NewEvent(
            kind=kind, customer_id=party, occurred_at=moment, actor_id=self.context.user, payload=payload, source=_SOURCE,
            source_key=f"{self.context.batch}:{party}:{key}"[:160], batch_id=self.context.batch,
        )  # fmt: skip

    def _pair(self, hints: list[Hint]) -> None:
        """Propose as duplicates what nobody can decide here; a pair that somebody judged stays judged."""
        pairs = []
        for hint in hints:
            left, right = sorted((hint.left, hint.right), key=lambda one: one.id)
            if left.id and left.id != right.id:
                evidence = [
                    {"field": hint.why, "level": "import", "weight": 0.0, "left": left.name, "right": right.name}
                ]
                pairs.append(
                    DuplicatePair(left_id=left.id, right_id=right.id, probability=0.5, weight=0.0, evidence=evidence)
                )
        DuplicatePair.objects.bulk_create(pairs, ignore_conflicts=True)


def _of_job(job: Any) -> dict[str, Any]:
    return {"kind": "employed_by", "title": job.title, "other": job.firm.id, "name": job.firm.name}


def _stored(facts: dict[str, Any]) -> list[Any]:
    return [parties.as_json(facts[name]) if name == "custom" else facts[name] for name in COLUMNS]


def _bare(name: str) -> str:
    return name.removesuffix("_id")


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _reversed(kind: str, normalised: str) -> str:
    return phone.digits(normalised.partition(";")[0])[::-1][:40] if kind in {"mobile", "phone", "fax"} else ""
