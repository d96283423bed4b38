"""The life of an import: receive, look, plan, preview, start, carry out, stop, undo."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.customers import actions as customers
from regulars.customers.actions.batches import undo_by_kind
from regulars.customers.models import Batch, BatchKind
from regulars.integrations.imports import hooks, mapping, own_fields, queries
from regulars.integrations.imports import plan as plans
from regulars.integrations.imports.engine import entries, finish, run, undo
from regulars.integrations.imports.engine.run import LostLeaseError, Progress, StoppedError
from regulars.integrations.imports.files import Look, look
from regulars.integrations.imports.files.form import Corrections
from regulars.integrations.imports.models import ImportJob, ImportMapping, ImportState
from regulars.integrations.imports.plan import Plan
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User


class ImportFailedError(Exception):
    """An import failed unforeseen; the message is the sentence for the person who started it."""


logger = logging.getLogger("regulars.imports")
_BLOCK = 1 << 20
MOST_BYTES = 4 << 30
_REMEMBERED = (
    "source",
    "date_order",
    "decimal",
    "currency",
    "duplicates",
    "fee_codes",
    "product_codes",
    "cancel_prefix",
    "role",
    "event_kind",
    "channel",
)


def receive(*, file: IO[bytes] | Path, name: str, by: User | None) -> ImportJob:
    """Keep a file (readable by the owner only) and look at it.

    Raises:
        UserError: it is no table; nothing of it is kept then.
    """
    if by is not None:
        require(by, "imports.run")
    _refuse_too_large(file)
    job = ImportJob.objects.create(name=_plain_name(name), created_by=by)
    try:
        job.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        job.digest, job.size = _keep(file, job.path)
        found = look(job.path, name=job.name)
    except BaseException:
        shutil.rmtree(job.folder, ignore_errors=True)
        job.delete()
        raise
    _adopt(job, found)
    job.save()
    return job


def _plain_name(name: str) -> str:
    """The name without the folders and invisible characters that somebody may have put into it."""
    return text.clean(name.replace("\\", "/").rstrip("/").rpartition("/")[2])[-255:].lstrip(".") or "file"


def _refuse_too_large(file: IO[bytes] | Path) -> None:
    size = file.stat().st_size if isinstance(file, Path) and file.is_file() else getattr(file, "size", 0)
    if size > MOST_BYTES:
        raise UserError(_("The file is larger than %(n)s GB. Please split it.") % {"n": MOST_BYTES >> 30})


def _keep(file: IO[bytes] | Path, target: Path) -> tuple[str, int]:
    if isinstance(file, Path):
        if not file.is_file():
            raise UserError(_("There is no file “%(path)s”.") % {"path": file})
        with file.open("rb") as opened:
            return _keep(opened, target)
    digest, size = hashlib.sha256(), 0
    target.touch(mode=0o600)
    with target.open("wb") as copy:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if size > MOST_BYTES:
                raise UserError(_("The file is larger than %(n)s GB. Please split it.") % {"n": MOST_BYTES >> 30})
            copy.write(block)
    return digest.hexdigest(), size


def _adopt(job: ImportJob, found: Look, *, kind: str = "") -> None:
    """Take a look and the plan it suggests, or the remembered one."""
    job.look = found.to_json()
    known = queries.remembered(mapping.fingerprint(found.names))
    if known is not None and len(known.targets) == len(found.columns) and kind in {"", known.kind}:
        plan = Plan(known.kind, tuple(known.targets), plans.options_from(known.options), remembered=True)
    else:
        plan = own_fields.with_known_fields(plans.guessed(found, kind=kind), found)
    job.plan, job.kind, job.preview = plan.to_json(), plan.kind, {}
    job.state = ImportState.LOOKED


def _open(job: ImportJob) -> None:
    if job.state not in {ImportState.LOOKED, ImportState.PREVIEWED} and not (
        job.state == ImportState.FAILED and job.batch_id is None
    ):
        raise UserError(_("This import has been started; its settings can no longer be changed."))


def correct_look(*, job: ImportJob, corrections: Corrections, by: User | None) -> None:
    """Look again with what a person says about encoding, separator, header or sheet.

    Raises:
        UserError: the file cannot be read that way; what was found before stays.
    """
    if by is not None:
        require(by, "imports.run")
    _open(job)
    _adopt(job, look(job.path, name=job.name, corrections=corrections), kind="")
    job.save()


def settle_plan(*, job: ImportJob, plan: Plan, by: User | None) -> None:
    """Take over a mapping and options; a preview made before is void."""
    if by is not None:
        require(by, "imports.run")
    _open(job)
    job.plan, job.kind, job.preview, job.state = plan.to_json(), plan.kind, {}, ImportState.LOOKED
    job.save()


def change_kind(*, job: ImportJob, kind: str, by: User | None) -> None:
    """Say what the rows are; the columns are guessed anew for it."""
    found = Look.from_json(job.look)
    plan = plans.guessed(found, kind=kind, options=Plan.from_json(job.plan).options)
    settle_plan(job=job, plan=own_fields.with_known_fields(plan, found), by=by)


def make_preview(*, job: ImportJob, progress: Progress | None = None) -> dict[str, Any]:
    """Say what would happen, in numbers; nothing is written.

    Raises:
        UserError: the plan cannot be carried out.
    """
    plans.check(Plan.from_json(job.plan), Look.from_json(job.look))
    with _language_of(job):
        job.preview = run.preview(job, progress=progress)
    job.state, job.error = ImportState.PREVIEWED, ""
    job.save(update_fields=["preview", "state", "error"])
    return dict(job.preview)


def _language_of(job: ImportJob) -> Any:
    language = getattr(job.created_by, "language", "") or translation.get_language() or "en"
    return translation.override(language)


@transaction.atomic
def start(*, job: ImportJob, by: User | None) -> ImportJob:
    """Make the batch, remember the mapping, and leave the work to whoever calls ``carry_out``.

    Raises:
        UserError: the plan cannot be carried out, or the import has been started before.
    """
    if by is not None:
        require(by, "imports.run")
    locked = ImportJob.objects.select_for_update().get(pk=job.pk)
    _open(locked)
    plan, found = Plan.from_json(locked.plan), Look.from_json(locked.look)
    plans.check(plan, found)
    plan = own_fields.made_of_columns(plan, found, by=by)
    locked.plan = plan.to_json()
    locked.batch = Batch.objects.create(kind=BatchKind.IMPORT, title=locked.name, made_by=by)
    locked.state, locked.started_at, locked.error, locked.stop = ImportState.QUEUED, clock.now(), "", ""
    locked.checkpoint, locked.result = {}, {}
    locked.save()
    remember(found, plan, by)
    audit.record("imports.started", by=by, object_type="import", object_id=job.pk, kind=plan.kind, rows=found.rows)
    for name in ("batch", "plan", "state", "started_at", "error", "stop", "checkpoint", "result"):
        setattr(job, name, getattr(locked, name))
    return job


def remember(found: Look, plan: Plan, by: User | None) -> None:
    """Keep what the columns meant, for the next file with this header."""
    options = {name: value for name in _REMEMBERED if (value := getattr(plan.options, name))}
    facts = {
        "kind": plan.kind,
        "targets": list(plan.targets),
        "options": options,
        "used_at": clock.now(),
        "used_by": by,
    }
    ImportMapping.objects.update_or_create(fingerprint=mapping.fingerprint(found.names), defaults=facts)


def claim(job: ImportJob) -> bool:
    """Make this process the one that carries the import out; False when another does."""
    with transaction.atomic():
        locked = ImportJob.objects.select_for_update().get(pk=job.pk)
        free = locked.state == ImportState.QUEUED or (
            locked.state == ImportState.RUNNING and queries.is_abandoned(locked)
        )
        if not free:
            return False
        locked.runner, locked.state, locked.heartbeat_at = run.me(), ImportState.RUNNING, clock.now()
        locked.save(update_fields=["runner", "state", "heartbeat_at"])
    job.refresh_from_db()
    return True


def carry_out(*, job: ImportJob, progress: Progress | None = None) -> bool:
    """Do an import that has been started, or go on with one that was interrupted; False when another process does it.

    Raises:
        UserError, ImportFailedError: something made it fail; the import says so too. What came in before stays, complete with
            timeline and sums; ``resume`` goes on with the rest.
    """
    if not claim(job):
        return False
    try:
        with _language_of(job):
            result = run.Run(job, progress=progress).carry_out()
    except LostLeaseError:
        return False
    except StoppedError as stopped:
        _stopped(job, str(stopped))
        return True
    except Exception as error:
        sentence = _fail(job, error)
        if isinstance(error, UserError):
            raise
        kept = _(
            "What was read is kept: import the file again to go on, or take it back with: regulars undo %(batch)s"
        ) % {"batch": job.batch_id}
        raise ImportFailedError(f"{sentence} {kept}") from error
    job.result, job.state, job.finished_at = result, ImportState.DONE, clock.now()
    job.save(update_fields=["result", "state", "finished_at"])
    hooks.announce(job)
    return True


def _fail(job: ImportJob, error: Exception) -> str:
    """Leave a failed import with its sentence, and what came in before with its timeline and sums."""
    logger.info("import %s failed", job.pk, exc_info=error)
    sentence = (
        str(error) if isinstance(error, UserError) else _("Something unforeseen happened: %(error)s") % {"error": error}
    )
    facts: dict[str, Any] = {"state": ImportState.FAILED, "error": sentence, "finished_at": clock.now()}
    ImportJob.objects.filter(pk=job.pk).update(**facts)
    try:
        job.refresh_from_db()
        _complete(job.batch_id or 0)
        hooks.announce(job)
    except Exception:
        logger.warning("what import %s brought could not be completed", job.pk, exc_info=True)
    return sentence


def resume(job: ImportJob) -> None:
    """Let a failed import go on where it stopped.

    Raises:
        UserError: it has not failed, or was never started.
    """
    failed = ImportJob.objects.filter(pk=job.pk, state=ImportState.FAILED, batch__isnull=False)
    if not failed.update(state=ImportState.QUEUED, error="", finished_at=None):
        raise UserError(_("This import cannot go on."))


def _complete(batch: int) -> None:
    """Match, list and sum up what has come in so far."""
    touched = finish.touched_by(batch)
    finish.match_returns(touched)
    finish.give_roles(batch)
    entries.write_timeline(batch)
    finish.rebuild(sorted({*touched, *finish.parties_with_events(batch)}))


def _stopped(job: ImportJob, how: str) -> None:
    job.refresh_from_db()
    if how == "undo" and job.batch is not None:
        undo_import(job=job, by=job.created_by)
        return
    _complete(job.batch_id or 0)
    job.state, job.finished_at, job.result = ImportState.STOPPED, clock.now(), stopped_figures(job)
    job.save(update_fields=["state", "finished_at", "result"])
    hooks.announce(job)


def stopped_figures(job: ImportJob) -> dict[str, Any]:
    """The figures up to where the import was stopped."""
    held = run.Run(job)
    return {**run.figures(held.context), "seconds": held.seconds}


def ask_to_stop(*, job: ImportJob, how: str, by: User) -> None:
    """Ask a running import to stop after its present chunk: ``keep`` what is in, or ``undo`` it."""
    require(by, "imports.run" if how == "keep" else "imports.undo")
    if how not in {"keep", "undo"}:
        raise UserError(_("Stop and keep, or stop and undo?"))
    if not ImportJob.objects.filter(pk=job.pk, state__in=[ImportState.RUNNING, ImportState.QUEUED]).update(stop=how):
        raise UserError(_("This import is not running."))


def undo_import(*, job: ImportJob, by: User | None) -> None:
    """Take back everything the import brought.

    Raises:
        UserError: nothing was brought, or it is undone already.
    """
    if by is not None:
        require(by, "imports.undo")
    if job.batch is None:
        raise UserError(_("This import has brought nothing yet."))
    if job.state in {ImportState.QUEUED, ImportState.RUNNING} and not job.stop:
        raise UserError(_("This import is still running. Stop it first."))
    customers.undo_batch(batch=job.batch, by=by)
    audit.record("imports.undone", by=by, object_type="import", object_id=job.pk)
    job.refresh_from_db()
    hooks.announce(job)


def discard(*, job: ImportJob, by: User) -> None:
    """Forget a file that has not been imported."""
    require(by, "imports.run")
    _open(job)
    if job.batch_id:
        raise UserError(_("This import has brought something; undo it instead."))
    shutil.rmtree(job.folder, ignore_errors=True)
    job.delete()


def discard_received(job: ImportJob) -> None:
    """Forget a file that was only looked at."""
    shutil.rmtree(job.folder, ignore_errors=True)
    ImportJob.objects.filter(pk=job.pk, batch=None).delete()


def _undo_batch(batch: Batch, by: User | None) -> None:
    undo.retract(batch)
    ImportJob.objects.filter(batch=batch).update(state=ImportState.UNDONE, finished_at=clock.now())


undo_by_kind[BatchKind.IMPORT] = _undo_batch


def with_options(plan: Plan, options: Mapping[str, str]) -> Plan:
    """The plan with some options set anew.

    Raises:
        UserError: an option or a value is unknown.
    """
    merged = {one.name: value for one in fields(plan.options) if (value := getattr(plan.options, one.name))}
    return replace(plan, options=plans.options_from({**merged, **options}))


def ask_for_preview(*, job: ImportJob) -> None:
    """Mark a preview as under way; ``tasks.preview`` makes it.

    Raises:
        UserError: the plan cannot be carried out.
    """
    plans.check(Plan.from_json(job.plan), Look.from_json(job.look))
    job.state, job.error = ImportState.PREVIEWING, ""
    job.save(update_fields=["state", "error"])
