"""The refresh in the worker: asked for on screen, after an import, and every night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django_tasks import task

from regulars.reporting import actions, queries
from regulars.reporting.models import AnalysisRun, RunState

if TYPE_CHECKING:
    from regulars.staff.models import User


@task()
def refresh(run_id: int) -> None:
    """Carry out the refresh that was asked for; nothing to do when it is no longer waiting."""
    run = AnalysisRun.objects.filter(pk=run_id, state=RunState.QUEUED).first()
    if run is not None:
        actions.refresh(run=run)


def enqueue_refresh(by: User | None = None) -> AnalysisRun:
    """Ask the worker for a refresh; one that waits already is enough."""
    run, made = actions.ask_for_refresh(by=by)
    if made:
        transaction.on_commit(lambda: refresh.enqueue(run.pk))
    return run


def refresh_when_due() -> None:
    """Called once a minute: ask for the night's refresh when it has not been done yet."""
    if queries.under_way() is None and queries.is_due():
        enqueue_refresh()
