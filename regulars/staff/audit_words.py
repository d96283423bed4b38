"""What the audit log says of what was done, in words. Other rooms name their own by ``audit.name``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.staff import audit

audit.name(
    staff__signed_in=_("Signed in"),
    staff__sign_in_failed=_("Wrong password or code"),
    staff__locked_out=_("Locked out after wrong tries"),
    staff__lockout_lifted=_("Lock-out lifted"),
    staff__signed_out=_("Signed out"),
    staff__session_ended=_("Session ended"),
    staff__sessions_ended=_("Other sessions ended"),
    staff__confirmed=_("Confirmed who they are"),
    staff__password_changed=_("Password changed"),
    staff__password_chosen=_("Password chosen by a link"),
    staff__link_made=_("Link for a password made"),
    staff__factor_added=_("Second factor added"),
    staff__factor_removed=_("Second factor removed"),
    staff__factors_reset=_("Second factors reset"),
    staff__recovery_codes_made=_("Recovery codes made"),
    staff__recovery_code_used=_("Recovery code used"),
    staff__identity_linked=_("Company sign-in linked"),
    staff__user_created=_("User made"),
    staff__user_changed=_("User changed"),
    staff__role_changed=_("Role changed"),
    staff__reach_changed=_("Reach of a role changed"),
    staff__user_deactivated=_("User deactivated"),
    staff__user_activated=_("User activated"),
    staff__team_created=_("Team made"),
    staff__territory_created=_("Territory made"),
    web__exported=_("List exported"),
    customers__exported=_("Customers exported"),
    customers__erased=_("Person erased"),
    customers__personal_data_told=_("Personal data handed out"),
    customers__erased_address_allowed=_("Address of an erased person allowed again"),
    customers__retention_ran=_("Retention rule carried out"),
    customers__retention_changed=_("Retention rule changed"),
)
