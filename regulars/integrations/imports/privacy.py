"""What imports keep of a person: the file itself, its rejected rows, and samples of it beside the figures."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from regulars.customers.models import ContactPoint, Event, Identifier, Party, Revision
from regulars.customers.privacy.registry import sweep
from regulars.integrations.imports.models import ImportJob, ImportState

TOLD = ("look", "preview", "result", "checkpoint", "error")
OVER = (ImportState.DONE, ImportState.FAILED, ImportState.STOPPED, ImportState.UNDONE)


def batches_of(party_ids: Sequence[int]) -> set[int]:
    """The acts that brought or changed anything of these parties. Asked before the person is wiped."""
    found: set[Any] = set()
    for model, column in (
        (Party, "pk"),
        (ContactPoint, "party"),
        (Identifier, "party"),
        (Event, "customer"),
        (Revision, "party_id"),
    ):
        rows: Any = model._default_manager.filter(**{f"{column}__in": party_ids}, batch_id__isnull=False)
        found |= set(rows.values_list("batch_id", flat=True).distinct())
    return found


@sweep
def import_files(party_ids: Sequence[int], words: Sequence[str]) -> int:
    """Files of imports that brought the person, and samples in which the person's words stand. Undoing needs neither."""
    brought = list(ImportJob.objects.filter(batch__in=batches_of(party_ids), state__in=OVER))
    for job in brought:
        forget_file(job)
    known = {job.pk for job in brought}
    mentioning = [one for one in ImportJob.objects.iterator() if _blank(one, words, whole=one.pk in known)]
    return len(known | {one.pk for one in mentioning})


def forget_file(job: ImportJob) -> None:
    """Remove the files of an import that is over."""
    shutil.rmtree(job.folder, ignore_errors=True)


def _blank(job: ImportJob, words: Sequence[str], *, whole: bool) -> bool:
    """Empty whatever holds a word of the person, or (``whole``) every row and example that was kept of the file."""
    changed = []
    for name in TOLD:
        held = getattr(job, name)
        left = without(held, words)
        if whole:
            left = _without_rows(left)
        if left != held:
            setattr(job, name, left)
            changed.append(name)
    if changed:
        job.save(update_fields=changed)
    return bool(changed)


def without(told: Any, words: Sequence[str]) -> Any:
    """``told`` with every text emptied that holds a word, and with it the row in which it stands."""
    if isinstance(told, dict):
        return {name: without(value, words) for name, value in told.items()}
    if isinstance(told, list):
        hit = any(_holds(value, words) for value in told)
        return [("" if hit and isinstance(value, str) else without(value, words)) for value in told]
    return "" if _holds(told, words) else told


def _holds(value: Any, words: Sequence[str]) -> bool:
    return isinstance(value, str) and any(word in value for word in words)


def _without_rows(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    kept = {name: value for name, value in told.items() if name not in {"sample", "first_rejects"}}
    if isinstance(warnings := kept.get("warnings"), dict):
        kept["warnings"] = {key: [entry[0], []] for key, entry in warnings.items()}
    return {name: _without_rows(value) for name, value in kept.items()}
