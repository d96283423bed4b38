"""Reading results and runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from regulars.intelligence.days import to_day
from regulars.kit import clock
from regulars.reporting.models import AnalysisResult, AnalysisRun, Calibration, RunState


def latest(name: str) -> AnalysisResult | None:
    """The newest result of an analysis."""
    return AnalysisResult.objects.filter(name=name).select_related("run").order_by("-id").first()


def all_latest() -> dict[str, dict[str, Any]]:
    """The newest finished run's results by name of analysis; empty before the first."""
    run = last_done()
    return {one.name: one.result for one in run.results.all()} if run else {}


def last_done() -> AnalysisRun | None:
    """The newest run that finished."""
    return AnalysisRun.objects.filter(state=RunState.DONE).order_by("-id").first()


def under_way() -> AnalysisRun | None:
    """The run that waits or works, if there is one; what was asked for more than an hour ago is taken to have died."""
    recent = clock.now() - timedelta(hours=1)
    return (
        AnalysisRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING), asked_at__gt=recent)
        .order_by("-id")
        .first()
    )


def newest_run() -> AnalysisRun | None:
    """The newest run, whatever became of it."""
    return AnalysisRun.objects.order_by("-id").first()


def is_due(now: datetime | None = None) -> bool:
    """Whether the nightly run is still to be done: none since three in the night, company time, nor tried in the last half hour.

    A house in which nothing was ever analysed is left alone: its first import asks by itself.
    """
    moment = timezone.localtime(now or clock.now())
    newest, last = newest_run(), last_done()
    if newest is None or newest.asked_at > moment - timedelta(minutes=30):
        return False
    begins = moment.replace(hour=3, minute=0, second=0, microsecond=0)
    if moment < begins:
        begins -= timedelta(days=1)
    return last is None or last.started_at is None or last.started_at < begins


def calibrations() -> list[tuple[int | None, dict[str, Any]]]:
    """Those in force as (day number or None, values), the oldest first."""
    return [(to_day(one.since) if one.since else None, one.values) for one in Calibration.objects.all()]
