"""Where tracking is set."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.staff import audit
from regulars.web.places import Place, register

register(
    Place(
        "tracking", _("Clicks and openings"), icon="link", url_name="tracking:settings", order=89, rule="settings.manage", phone=False
    )
)  # fmt: skip
audit.name(tracking__set=_("Clicks and openings set"))
