"""The people who work here, how they sign in, and the log of what must be accountable."""

from regulars.staff.models.access import (
    Factor,
    FactorKind,
    FailedTries,
    Identity,
    LinkPurpose,
    PasswordLink,
    RecoveryCode,
    RoleSetting,
    SignIn,
    SignInMethod,
)
from regulars.staff.models.audit import AuditEntry
from regulars.staff.models.company import CompanySetting
from regulars.staff.models.people import Role, Team, Territory, User, UserManager

__all__ = [
    "AuditEntry", "CompanySetting", "Factor", "FactorKind", "FailedTries", "Identity", "LinkPurpose", "PasswordLink", "RecoveryCode", "Role",
    "RoleSetting", "SignIn", "SignInMethod", "Team", "Territory", "User", "UserManager",
]  # fmt: skip
