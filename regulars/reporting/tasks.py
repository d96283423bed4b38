"""The refresh and the search for duplicates in the worker: asked for on screen, after an import, and every night."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django_tasks import task

from regulars.reporting import actions, combining, queries
from regulars.reporting.models import AnalysisRun, AskedSlice, DuplicateRun, RunState

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


@task()
def tell_slice(asked_id: int) -> None:
    """Tell a page narrowed by two dimensions; nothing to do when it is no longer waiting."""
    asked = AskedSlice.objects.filter(pk=asked_id, state=RunState.QUEUED).first()
    if asked is not None:
        combining.tell(asked)


def ask_for_slice(name: str, parts: Iterable[tuple[str, str]], *, by: User | None = None) -> AskedSlice:
    """Ask the worker for a page narrowed by two dimensions; one that waits already is enough."""
    asked, anew = combining.ask(name, parts, by=by)
    if anew:
        transaction.on_commit(lambda: tell_slice.enqueue(asked.pk))
    return asked


@task()
def find_duplicates(run_id: int) -> None:
    """Carry out the search that was asked for; nothing to do when it is no longer waiting.

    After an import only what it touched is looked at, unless nothing was learned yet or it brought a good part of the record.
    """
    from regulars.reporting import duplicates  # noqa: PLC0415 -- only where it is used

    run = DuplicateRun.objects.filter(pk=run_id, state=RunState.QUEUED).first()
    if run is None:
        return
    touched = None
    if run.batch_id is not None and queries.duplicates_learned():
        touched = duplicates.touched_by(run.batch_id)
        touched = None if queries.are_many(len(touched)) else touched
    duplicates.find_duplicates(run=run, touching=touched)


def ask_for_duplicates(by: User | None = None, *, batch_id: int | None = None) -> DuplicateRun:
    """Ask the worker for a search, of the whole record or of what a batch touched; one that waits already is enough."""
    run, made = actions.ask_for_duplicates(by=by, batch_id=batch_id)
    if made:
        transaction.on_commit(lambda: find_duplicates.enqueue(run.pk))
    return run


def find_duplicates_when_due() -> None:
    """Called once a minute: ask for the night's search when it has not been done yet."""
    if queries.duplicates_due():
        ask_for_duplicates()
