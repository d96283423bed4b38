"""Who hears of what across rooms that may not know each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.conf import settings


def ticks() -> Sequence[Callable[[], Any]]:
    """What the worker looks after once a minute: campaigns that are due, customers to index, imports left running, the nightly refresh and search for duplicates."""
    from regulars.channels.tracking import actions as tracking  # noqa: PLC0415 -- after django.setup()
    from regulars.customers import search  # noqa: PLC0415
    from regulars.customers import tasks as customers  # noqa: PLC0415
    from regulars.integrations.api import actions as api  # noqa: PLC0415
    from regulars.integrations.imports import tasks as imports  # noqa: PLC0415
    from regulars.integrations.webhooks import tasks as webhooks  # noqa: PLC0415
    from regulars.marketing.campaigns import tasks as campaigns  # noqa: PLC0415
    from regulars.reporting import tasks as reporting  # noqa: PLC0415
    from regulars.staff import tasks as staff  # noqa: PLC0415

    return [
        campaigns.look_after,
        api.forget_old_answers,
        webhooks.tidy,
        tracking.settle,
        search.catch_up,
        customers.keep_rules_when_due,
        customers.sweep_after_erasures,
        staff.tidy_when_due,
        imports.resume_interrupted,
        reporting.refresh_when_due,
        reporting.find_duplicates_when_due,
    ]


def companions() -> Sequence[Callable[[], Any]]:
    """What runs beside the worker for as long as it lives: the senders of messages and of webhooks, the keeper of segments, who fetches mail."""
    from regulars.channels.email import tasks as email  # noqa: PLC0415 -- after django.setup()
    from regulars.integrations.webhooks import tasks as webhooks  # noqa: PLC0415
    from regulars.marketing.effect import tasks as effect  # noqa: PLC0415
    from regulars.marketing.segments import tasks as segments  # noqa: PLC0415

    always = [_sender(), webhooks.work_forever, segments.work_forever, effect.work_forever]
    return [*always, email.work_forever] if email.is_set() else always


def _sender() -> Callable[[], Any]:
    """Who sends messages: this process, or with a broker whoever serves its queue."""
    if settings.BROKER_URL:
        from regulars.config.distributed import dispatch  # noqa: PLC0415 -- Celery is there only where there is a broker

        return dispatch.work_forever
    from regulars.channels.outbox import tasks as outbox  # noqa: PLC0415 -- after django.setup()

    return outbox.work_forever


def connect() -> None:
    """Join rooms: a finished import brings strays to their winners, asks for a refresh of the analysis and a look for duplicates."""
    from regulars.integrations.imports import hooks  # noqa: PLC0415

    hooks.after_import.extend([_gather_strays, _refresh_soon, _find_duplicates_soon])
    _offer_analyses()
    _recommend()


def _gather_strays(job: Any) -> None:
    """Whoever was merged while the import ran: what it still wrote for the merged goes to the winner."""
    from regulars.customers.actions import gather_strays  # noqa: PLC0415 -- after django.setup()

    gather_strays(since=job.started_at)


def _refresh_soon(_job: object) -> None:
    from regulars.reporting import tasks as reporting  # noqa: PLC0415

    reporting.enqueue_refresh()


def _find_duplicates_soon(job: Any) -> None:
    from regulars.reporting import tasks as reporting  # noqa: PLC0415

    if job.batch_id is not None:
        reporting.ask_for_duplicates(batch_id=job.batch_id)


def _offer_analyses() -> None:
    """Let the API read and refresh the analyses, whose room it may not know."""
    from regulars.integrations.api import hooks  # noqa: PLC0415 -- after django.setup()
    from regulars.reporting import queries, tasks  # noqa: PLC0415
    from regulars.reporting.models import AnalysisRun  # noqa: PLC0415

    hooks.provide(
        hooks.Analyses(AnalysisRun.objects.order_by, queries.last_done, tasks.enqueue_refresh, queries.forecast_of)
    )


def _recommend() -> None:
    """Let contents name what each recipient will likely buy."""
    from regulars.marketing.content import registries  # noqa: PLC0415 -- after django.setup()
    from regulars.reporting import queries  # noqa: PLC0415

    def recommended(parties: Collection[int]) -> dict[int, registries.Recommended]:
        found = queries.likely_of(parties)
        return {pk: registries.Recommended(tuple(again), tuple(new)) for pk, (again, new) in found.items()}

    registries.recommend_by(recommended)


def _tell_of_import(job: Any) -> None:
    """One message for a whole import, whose entries are not told one by one."""
    from regulars.integrations.webhooks import actions as webhooks  # noqa: PLC0415 -- after django.setup()

    names = (
        "rows",
        "accepted",
        "rejected",
        "customers_created",
        "customers_changed",
        "orders_created",
        "events_created",
    )
    counts = {name: job.figures.get(name, 0) for name in names}
    kind = "imports.undone" if job.state == "undone" else "imports.finished"
    webhooks.tell_house(kind, {"import": job.pk, "state": job.state, "batch": job.batch_id, **counts})
