"""Background work of imports."""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _
from django_tasks import task

from regulars.integrations.imports import actions, queries
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.kit.errors import UserError

logger = logging.getLogger("regulars.imports")


@task()
def carry_out(job_id: int) -> None:
    """Do an import that was started, or go on with it."""
    job = ImportJob.objects.filter(pk=job_id).first()
    if job is None:
        return
    try:
        actions.carry_out(job=job)
    except (UserError, actions.ImportFailedError):
        logger.exception("import %s failed", job_id)


@task()
def preview(job_id: int) -> None:
    """Say what an import would do."""
    job = ImportJob.objects.filter(pk=job_id, state=ImportState.PREVIEWING).first()
    if job is None:
        return
    try:
        actions.make_preview(job=job)
    except Exception as error:
        if not isinstance(error, UserError):
            logger.exception("preview of import %s failed", job_id)
        sentence = (
            str(error)
            if isinstance(error, UserError)
            else _("Something unforeseen happened: %(error)s") % {"error": error}
        )
        ImportJob.objects.filter(pk=job_id).update(state=ImportState.LOOKED, error=sentence)


def resume_interrupted() -> int:
    """Go on with imports whose process was killed; returns how many were queued again."""
    left = queries.interrupted()
    for job in left:
        carry_out.enqueue(job.pk)
    return len(left)
