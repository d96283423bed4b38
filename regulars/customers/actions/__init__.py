"""Every way the customer record is written. Keyword-only, ``by=`` the user (None: the system), one transaction."""

from regulars.customers.actions.batches import bulk_change, undo_batch, undo_revision
from regulars.customers.actions.contact import (
    add_contact_point,
    end_contact_point,
    prefer_contact_point,
    record_consent,
)
from regulars.customers.actions.fields import (
    change_field,
    define_field,
    ensure_indexes,
    move_field,
    retire_field,
    revive_field,
)
from regulars.customers.actions.parties import change_party, create_party, restore_parties, trash_parties
from regulars.customers.actions.relations import add_relation, end_relation
from regulars.customers.actions.summaries import ensure_summaries, rebuild_activity
from regulars.customers.actions.tasks import add_task, complete_task, move_task, reopen_task, snooze

__all__ = [
    "add_contact_point", "add_relation", "add_task", "bulk_change", "change_field", "change_party", "complete_task",
    "create_party", "define_field", "end_contact_point", "end_relation", "ensure_indexes", "ensure_summaries",
    "move_field", "move_task", "prefer_contact_point", "rebuild_activity", "record_consent", "reopen_task",
    "restore_parties", "retire_field", "revive_field", "snooze", "trash_parties", "undo_batch", "undo_revision",
]  # fmt: skip
