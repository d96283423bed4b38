"""What ``regulars import`` does, without the printing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.integrations.imports import actions, queries
from regulars.integrations.imports import plan as plans
from regulars.integrations.imports import sentences as said
from regulars.integrations.imports.engine.run import Progress
from regulars.integrations.imports.files import Look
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.integrations.imports.plan import Plan
from regulars.kit.errors import UserError
from regulars.staff.models import User


def import_file(
    path: str | Path,
    *,
    kind: str | None = None,
    source: str = "",
    mapping: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    user: User | None = None,
) -> dict[str, Any]:
    """Import one file, or go on with an import of it that was interrupted; returns ``queries.outcome``.

    Args:
        kind: orders, customers, events, order_items, payments, products, assets, contracts; guessed when None.
        mapping: field → column name, over what is guessed or remembered.
        options: see ``plan.Options``.
        dry_run: only say what would happen.

    Raises:
        ImportFailedError: something unforeseen happened on the way; called again, it goes on from there.
        UserError: the file is no table, a needed column is missing, or a question is open (which order its dates are in).
    """
    file = Path(path)
    job = actions.receive(file=file, name=file.name, by=user)
    if (earlier := _interrupted(job)) is not None and not dry_run:
        actions.discard_received(job)
        if earlier.state == ImportState.FAILED:
            actions.resume(earlier)
        actions.carry_out(job=earlier, progress=progress)
        return queries.outcome(earlier)
    started = False
    try:
        _plan(job, kind=kind, source=source, mapping=mapping or {}, options=options or {})
        if dry_run:
            actions.make_preview(job=job, progress=progress)
            return {**queries.outcome(job), "dry_run": True, "complete": job.preview["complete"]}
        actions.start(job=job, by=user)
        started = True
    finally:
        if not started:
            actions.discard_received(job)
    if not actions.carry_out(job=job, progress=progress):
        raise UserError(_("Another process is carrying this import out."))
    return queries.outcome(job)


def _interrupted(job: ImportJob) -> ImportJob | None:
    """An import of the same file that was killed, or failed, on its way."""
    left = [*queries.interrupted(), *queries.failed()]
    return next((one for one in left if one.digest == job.digest and one.pk != job.pk), None)


def _plan(
    job: ImportJob, *, kind: str | None, source: str, mapping: Mapping[str, str], options: Mapping[str, str]
) -> None:
    found = Look.from_json(job.look)
    plan = Plan.from_json(job.plan)
    if kind and kind != plan.kind:
        plan = plans.guessed(found, kind=kind, options=plan.options)
    if mapping:
        plan = plans.with_mapping(plan, found, mapping)
    told = {**options, **({"source": source} if source else {})}
    if told:
        plan = actions.with_options(plan, told)
    plans.check(plan, found)
    actions.settle_plan(job=job, plan=plan, by=None)


def sentences(result: dict[str, Any]) -> list[str]:
    """A result in words."""
    return said.summary(result)
