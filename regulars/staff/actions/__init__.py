"""Every way users, their access and their rights are changed. Keyword-only, ``by=`` who did it, one transaction."""

from regulars.staff.actions.company import name_company, set_costs
from regulars.staff.actions.factors import (
    add_app,
    add_passkey,
    drop_factor,
    drop_factors_of,
    new_recovery_codes,
    rename_factor,
)
from regulars.staff.actions.identities import user_of_company
from regulars.staff.actions.links import choose_password, make_link
from regulars.staff.actions.people import (
    activate_user,
    change_password,
    change_team,
    change_user,
    create_team,
    create_territory,
    create_user,
    deactivate_user,
    invite_user,
    set_password,
    unlock_user,
)
from regulars.staff.actions.roles import set_reach, set_rights
from regulars.staff.actions.sessions import begin_session, end_session, end_sessions_of

__all__ = [
    "activate_user", "add_app", "add_passkey", "begin_session", "change_password", "change_team", "change_user", "choose_password",
    "create_team", "create_territory", "create_user", "deactivate_user", "drop_factor", "drop_factors_of", "end_session",
    "end_sessions_of", "invite_user", "make_link", "name_company", "new_recovery_codes", "rename_factor", "set_costs", "set_password", "set_reach",
    "set_rights", "unlock_user", "user_of_company",
]  # fmt: skip
