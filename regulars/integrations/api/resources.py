"""The place of tokens in the rail and the palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.web import palette, places
from regulars.web.palette import Action
from regulars.web.places import Place

places.register(
    Place(
        "api",
        _("API"),
        icon="link",
        url_name="api:tokens",
        order=88,
        rule="settings.manage",
        phone=False,
    )
)
palette.register_action(
    Action("api.tokens", _("API tokens"), "api:tokens", icon="link", words=_("token key program access"))
)
palette.register_action(
    Action("api.docs", _("Documentation of the API"), "api:docs", icon="link", words=_("openapi schema reference"))
)
