"""Reading imports: which are interrupted, which are known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from regulars.integrations.imports import sentences
from regulars.integrations.imports.engine.run import is_alive
from regulars.integrations.imports.models import ImportJob, ImportMapping, ImportState
from regulars.kit import clock

STALE = timedelta(seconds=90)


def interrupted() -> list[ImportJob]:
    """Imports left running by a process that is gone: dead on this machine, or silent for 90 seconds on another."""
    return [job for job in ImportJob.objects.filter(state=ImportState.RUNNING).order_by("pk") if is_abandoned(job)]


def failed() -> list[ImportJob]:
    """Imports that failed after they had been started, and that nobody has undone."""
    return list(ImportJob.objects.filter(state=ImportState.FAILED, batch__isnull=False).order_by("-pk"))


def is_abandoned(job: ImportJob) -> bool:
    """Whether nobody works on a running import any more."""
    alive = is_alive(job.runner)
    if alive is not None:
        return not alive
    return job.heartbeat_at is None or job.heartbeat_at < clock.now() - STALE


def remembered(fingerprint: str) -> ImportMapping | None:
    """What the columns meant the last time a file had this header."""
    return ImportMapping.objects.filter(fingerprint=fingerprint).first()


def outcome(job: ImportJob) -> dict[str, Any]:
    """The result as the command line and the API give it; money as decimal strings."""
    figures, look, plan = job.figures, job.look, job.plan
    counts = {
        name: figures.get(name, 0)
        for name in (
            "rows", "accepted", "known", "rejected", "anonymous", "duplicates", "customers_created", "customers_changed", "orders_created", "orders_extended", "orders_changed", "returns",
            "return_lines", "fee_lines", "products_created", "events_created", "payments_created", "relations_begun", "relatives",
            "relations_ended", "ambiguous", "hints", "missing", "assets_created", "assets_changed", "contracts_created",
            "contracts_renewed", "contracts_changed",
        )
    }  # fmt: skip
    return {
        "file": job.name,
        "kind": job.kind,
        "source": plan.get("options", {}).get("source", ""),
        "import": job.pk,
        "state": job.state,
        **counts,
        "revenue": figures.get("revenue", "0.00"),
        "currency": figures.get("currency", ""),
        "first": figures.get("first") or None,
        "last": figures.get("last") or None,
        "batch": job.batch_id,
        "errors_file": str(job.rejects_path) if figures.get("rejected") and job.rejects_path.exists() else None,
        "encoding": look.get("encoding", "").removesuffix("-sig"),
        "delimiter": look.get("delimiter", ""),
        "header": look.get("has_header", True),
        "date_order": date_order(job),
        "mapping": mapping_of(job),
        "warnings": [*look.get("notes", []), *warnings(figures)],
        "layout": plan.get("layout", ""),
        "missing_file": str(job.missing_path) if job.missing_path.exists() else None,
        "first_rejects": figures.get("first_rejects", [])[:10],
        "seconds": figures.get("seconds", 0.0),
    }


def mapping_of(job: ImportJob) -> dict[str, str]:
    """Column name → field, of the columns that are used."""
    columns = job.look.get("columns", [])
    return {
        column["name"]: target for column, target in zip(columns, job.plan.get("targets", []), strict=False) if target
    }


def date_order(job: ImportJob) -> str:
    """How dates were read: as said, else the order found in the columns that are used."""
    said = job.plan.get("options", {}).get("date_order", "")
    found = [
        column["date_order"]
        for column, target in zip(job.look.get("columns", []), job.plan.get("targets", []), strict=False)
        if target and target != "custom" and column["date_order"]
    ]
    return next((order if order != "ambiguous" else said for order in found), "") or said


def warnings(figures: dict[str, Any]) -> list[str]:
    """What the figures give to think about, as sentences."""
    return [sentences.warning(key, count, examples) for key, (count, examples) in figures.get("warnings", {}).items()]
