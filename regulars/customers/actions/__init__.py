"""Every way the customer record is written. Keyword-only, ``by=`` the user (None: the system), one transaction."""

from regulars.customers.actions.batches import bulk_change, undo_batch, undo_revision
from regulars.customers.actions.contact import (
    add_contact_point,
    end_contact_point,
    prefer_contact_point,
    record_consent,
)
from regulars.customers.actions.parties import change_party, create_party, restore_parties, trash_parties
from regulars.customers.actions.relations import add_relation, end_relation
from regulars.customers.actions.summaries import ensure_summaries, rebuild_activity
from regulars.customers.actions.tasks import add_task, complete_task, move_task, reopen_task, snooze

__all__ = [
    "add_contact_point", "add_relation", "add_task", "bulk_change", "change_party", "complete_task", "create_party",
    "end_contact_point", "end_relation", "ensure_summaries", "move_task", "prefer_contact_point", "rebuild_activity",
    "record_consent", "reopen_task", "restore_parties", "snooze", "trash_parties", "undo_batch", "undo_revision",
]  # fmt: skip
