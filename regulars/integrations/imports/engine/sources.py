"""Which batches the imports of one source made."""

from __future__ import annotations

from regulars.integrations.imports.models import ImportJob


def batches_of(source: str) -> frozenset[int]:
    """The batches of all imports whose numbers are known under ``source``."""
    jobs = ImportJob.objects.filter(batch__isnull=False, kind="customers").values_list("batch_id", "plan")
    return frozenset(batch for batch, plan in jobs if plan.get("options", {}).get("source") == source)
