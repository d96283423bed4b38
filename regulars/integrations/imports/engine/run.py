"""Driving an import: chunk by chunk, each one transaction that also moves the checkpoint; then the finishing steps."""

from __future__ import annotations

import gc
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from regulars.customers import search
from regulars.integrations.imports import plan as plans
from regulars.integrations.imports.engine import cents, entries, finish
from regulars.integrations.imports.engine.context import Context, Learned, learn
from regulars.integrations.imports.engine.customers import CustomersImporter, kin, snapshot
from regulars.integrations.imports.engine.customers.record import Record
from regulars.integrations.imports.engine.events import EventsImporter
from regulars.integrations.imports.engine.holdings import AssetsImporter, ContractsImporter
from regulars.integrations.imports.engine.orders import OrdersImporter
from regulars.integrations.imports.engine.others import PaymentsImporter, ProductsImporter
from regulars.integrations.imports.engine.rejects import RejectFile
from regulars.integrations.imports.engine.tally import PICO, Tally, decimal_string
from regulars.integrations.imports.files import Look, Row, rows
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.integrations.imports.plan import Plan
from regulars.kit import clock
from regulars.kit.money import exponent

CHUNK: Final = 10_000
PREVIEWED_ROWS: Final = 200_000
_MOST_CARRIED: Final = 20_000
STAGES: Final = ("rows", "returns", "roles", "timeline", "summaries")
Progress = Callable[[int, int, str], None]


class Importer(Protocol):
    """What the engine asks of each kind: parse without the database, decide against it, write."""

    def read(self, rows: list[Row]) -> Any: ...

    def settle(self, chunk: Any) -> None: ...

    def write(self, chunk: Any) -> None: ...


class LostLeaseError(Exception):
    """Another process has taken this import over, or it was stopped."""


class StoppedError(Exception):
    """A person asked to stop."""


def importer_for(context: Context) -> Importer:
    """The importer of the plan's kind."""
    makers: dict[str, Callable[[Context], Importer]] = {
        "orders": OrdersImporter,
        "order_items": OrdersImporter,
        "payments": PaymentsImporter,
        "products": ProductsImporter,
        "customers": CustomersImporter,
        "events": EventsImporter,
        "assets": AssetsImporter,
        "contracts": ContractsImporter,
    }
    return makers[context.plan.kind](context)


def preview(job: ImportJob, *, progress: Progress | None = None) -> dict[str, Any]:
    """Run the real row logic without writing; of a large file only the first 200,000 rows (``complete`` says so)."""
    look, plan = Look.from_json(job.look), Plan.from_json(job.plan)
    started = time.monotonic()
    context = _context(job, look, plan, learn(job.path, look, plan), preview=True)
    importer = importer_for(context)
    source = islice(rows(job.path, look), PREVIEWED_ROWS + 1)
    complete, touched = True, list[Record]()
    while chunk_rows := list(islice(source, CHUNK)):
        if context.tally.rows + len(chunk_rows) > PREVIEWED_ROWS:
            chunk_rows, complete = chunk_rows[: PREVIEWED_ROWS - context.tally.rows], False
        chunk = importer.read(chunk_rows)
        importer.settle(chunk)
        if isinstance(importer, CustomersImporter):
            touched += importer.touched
        _count_rejects(context, chunk)
        if progress is not None:
            progress(context.tally.rows, look.rows, "")
        if not complete:
            break
    if complete and isinstance(importer, CustomersImporter) and snapshot.is_asked(context):
        snapshot.note(context.tally, snapshot.missing(context, importer.met))
    kin.foresee(context, touched)
    return {**figures(context), "complete": complete, "seconds": round(time.monotonic() - started, 2)}


def figures(context: Context) -> dict[str, Any]:
    """The tally with money as decimal strings."""
    data = context.tally.to_json()
    data["revenue"] = decimal_string(context.tally.revenue, context.currency)
    data["currency"] = context.currency
    data["fees"] = {
        code: [*facts[:3], decimal_string(int(facts[3]), context.currency)]
        for code, facts in context.tally.fees.items()
    }
    return data


def _context(job: ImportJob, look: Look, plan: Plan, learned: Learned, *, preview: bool = False) -> Context:
    return Context(
        look=look,
        plan=plan,
        learned=learned,
        zone=ZoneInfo(settings.TIME_ZONE),
        currency=plans.currency_of(plan, look),
        batch=job.batch_id or 0,
        user=job.created_by_id,
        preview=preview,
    )


def _count_rejects(context: Context, chunk: Any) -> None:
    tally = context.tally
    tally.rows += chunk.rows
    tally.rejected += len(chunk.rejects)
    for number, _cells, reject in sorted(chunk.rejects, key=lambda entry: entry[0]):
        if len(tally.first_rejects) >= 50:
            break
        tally.first_rejects.append(
            {"row": number, "column": reject.column, "value": reject.value, "problem": reject.sentence}
        )


class Run:
    """One import being carried out by this process. Resumes where the checkpoint says."""

    def __init__(self, job: ImportJob, *, progress: Progress | None = None) -> None:
        self.job, self.progress = job, progress
        self.look, self.plan = Look.from_json(job.look), Plan.from_json(job.plan)
        point = job.checkpoint
        learned = Learned.from_json(point["learned"]) if "learned" in point else learn(job.path, self.look, self.plan)
        self.context = _context(job, self.look, self.plan, learned)
        if "tally" in point:
            self.context.tally = Tally.from_json(point["tally"])
            self.context.carry = {int(party): left for party, left in point["carry"].items()}
        self.row = int(point.get("row", 0))
        self.stage = str(point.get("stage", STAGES[0]))
        self.rejects = RejectFile(job.rejects_path, self.look, size=int(point.get("rejects", 0)))
        self.seconds = float(point.get("seconds", 0.0))
        self._since = time.monotonic()

    def carry_out(self) -> dict[str, Any]:
        """Do what is left; returns the figures.

        Raises:
            LostLeaseError: another process works on it.
            StoppedError: a person asked to stop; everything up to the checkpoint is kept.
        """
        if self.stage == "rows":
            gc.disable()
            try:
                self._all_rows()
            finally:
                gc.enable()
            self._last_cents()
        touched = finish.touched_by(self.context.batch)
        if self.stage == "returns":
            finish.match_returns(touched, beat=self._beat)
            self._next("roles")
        if self.stage == "roles":
            if snapshot.is_asked(self.context):
                snapshot.close(self.context, rows(self.job.path, self.look), self.job.missing_path, beat=self._beat)
            if self.plan.kind == "customers":
                kin.join(self.context, beat=self._beat)
            finish.give_roles(self.context.batch)
            self._next("timeline")
        if self.stage == "timeline":
            entries.write_timeline(self.context.batch, beat=self._beat)
            self._next("summaries")
        self._summaries(touched)
        return {**figures(self.context), "seconds": round(self._elapsed(), 2)}

    def _summaries(self, touched: list[int]) -> None:
        also = sorted(set(touched) | set(finish.parties_with_events(self.context.batch)))
        with transaction.atomic():
            self._checkpoint()
            finish.rebuild(also)

    def _all_rows(self) -> None:
        importer = importer_for(self.context)
        source = rows(self.job.path, self.look)
        for chunk_rows in _chunks(source):
            if chunk_rows[-1][0] <= self.row:
                importer.read(chunk_rows)
                gc.collect()
                continue
            if chunk_rows[0][0] <= self.row:
                importer.read([row for row in chunk_rows if row[0] <= self.row])
                chunk_rows = [row for row in chunk_rows if row[0] > self.row]  # noqa: PLW2901 -- the part not yet done
            chunk = importer.read(chunk_rows)
            with transaction.atomic():
                self._lease()
                importer.settle(chunk)
                importer.write(chunk)
                search.catch_up()
                _count_rejects(self.context, chunk)
                self.rejects.append(chunk.rejects)
                self.row = chunk_rows[-1][0]
                self._checkpoint()
            if self.progress is not None:
                self.progress(self.context.tally.rows, max(self.look.rows, self.context.tally.rows), "")

    def _last_cents(self) -> None:
        self.stage = "returns"
        with transaction.atomic():
            self._lease()
            unit = 10 ** (PICO - exponent(self.context.currency))
            cents.settle(batch=self.context.batch, left=self.context.carry, unit=unit)
            self.context.carry.clear()
            self._checkpoint()

    def _next(self, stage: str) -> None:
        self.stage = stage
        with transaction.atomic():
            self._lease()
            self._checkpoint()

    def _lease(self) -> None:
        """Hold the job for the rest of the transaction.

        Raises:
            LostLeaseError: it is no longer ours.
            StoppedError: a person asked to stop.
        """
        row = ImportJob.objects.select_for_update().filter(pk=self.job.pk).values("runner", "state", "stop").get()
        if row["runner"] != self.job.runner or row["state"] != ImportState.RUNNING:
            raise LostLeaseError
        if row["stop"]:
            raise StoppedError(row["stop"])

    def _checkpoint(self) -> None:
        carry = self.context.carry
        if len(carry) > _MOST_CARRIED:  # a checkpoint stays small; what they were owed is given out in the end
            everything = sum(carry.values())
            carry.clear()
            carry[cents.EVERYBODY] = everything
        self.job.checkpoint = {
            "row": self.row,
            "stage": self.stage,
            "carry": self.context.carry,
            "rejects": self.rejects.size,
            "learned": self.context.learned.to_json(),
            "tally": self.context.tally.to_json(),
            "seconds": round(self._elapsed(), 3),
        }
        self.job.heartbeat_at = clock.now()
        self.job.save(update_fields=["checkpoint", "heartbeat_at"])

    def _beat(self) -> None:
        ImportJob.objects.filter(pk=self.job.pk, runner=self.job.runner).update(heartbeat_at=clock.now())

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self._since


def _chunks(source: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def me() -> str:
    """A name for this process's work on one import."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def is_alive(runner: str) -> bool | None:
    """Whether the process that carries ``runner``'s name lives; None when it is on another machine."""
    host, _colon, rest = runner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
