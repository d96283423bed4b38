"""Every way the customer record is written. Keyword-only, ``by=`` the user (None: the system), one transaction."""

from regulars.customers.actions.acts import new_act, take_back
from regulars.customers.actions.assets import add_asset, add_assets, change_asset, retire_asset, retire_assets
from regulars.customers.actions.batches import bulk_change, undo_batch, undo_revision
from regulars.customers.actions.contact import (
    add_contact_point,
    end_contact_point,
    prefer_contact_point,
    record_consent,
)
from regulars.customers.actions.contracts import (
    add_contract,
    add_contracts,
    change_contract,
    end_contract,
    put_off_end,
    renew_contract,
    see_to_end,
    use_contract,
)
from regulars.customers.actions.erasure import (
    allow_again,
    erase_person,
    erase_record,
    reapply_erasures,
    sweep_free_space,
)
from regulars.customers.actions.fields import (
    change_field,
    define_field,
    ensure_indexes,
    move_field,
    retire_field,
    revive_field,
)
from regulars.customers.actions.households import make_household, move_out
from regulars.customers.actions.merges import (
    ask_again,
    gather_strays,
    identities,
    keep_apart,
    merge_many,
    merge_pairs,
    merge_parties,
    propose_pairs,
    unmerge,
    unmerge_batch,
)
from regulars.customers.actions.parties import change_party, create_party, restore_parties, trash_parties
from regulars.customers.actions.relations import add_relation, end_relation, move_person
from regulars.customers.actions.retention import carry_out, drop_rule, set_rule, switch_rule
from regulars.customers.actions.roles import end_role, set_role
from regulars.customers.actions.summaries import ensure_summaries, rebuild_activity, settle_stages
from regulars.customers.actions.tasks import add_task, assign_task, complete_task, move_task, reopen_task, snooze

__all__ = [
    "add_asset",
    "add_assets",
    "add_contact_point",
    "add_contract",
    "add_contracts",
    "add_relation",
    "add_task",
    "allow_again",
    "ask_again",
    "assign_task",
    "bulk_change",
    "carry_out",
    "change_asset",
    "change_contract",
    "change_field",
    "change_party",
    "complete_task",
    "create_party",
    "define_field",
    "drop_rule",
    "end_contact_point",
    "end_contract",
    "end_relation",
    "end_role",
    "ensure_indexes",
    "ensure_summaries",
    "erase_person",
    "erase_record",
    "gather_strays",
    "identities",
    "keep_apart",
    "make_household",
    "merge_many",
    "merge_pairs",
    "merge_parties",
    "move_field",
    "move_out",
    "move_person",
    "move_task",
    "new_act",
    "prefer_contact_point",
    "propose_pairs",
    "put_off_end",
    "reapply_erasures",
    "rebuild_activity",
    "record_consent",
    "renew_contract",
    "reopen_task",
    "restore_parties",
    "retire_asset",
    "retire_assets",
    "retire_field",
    "revive_field",
    "see_to_end",
    "set_role",
    "set_rule",
    "settle_stages",
    "snooze",
    "sweep_free_space",
    "switch_rule",
    "take_back",
    "trash_parties",
    "undo_batch",
    "undo_revision",
    "unmerge",
    "unmerge_batch",
    "use_contract",
]  # fmt: skip
