"""The place of imports in the rail, and what the script and style of their pages are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.integrations.imports import actions
from regulars.integrations.imports.models import ImportJob
from regulars.kit.errors import UserError
from regulars.web import assets, palette, places, undo
from regulars.web.access import User
from regulars.web.palette import Action
from regulars.web.places import Place

places.register(
    Place(
        "imports",
        _("Imports"),
        icon="upload",
        url_name="imports:index",
        order=80,
        chord="g f",
        rule="imports.run",
        phone=False,
    )
)
palette.register_action(Action("import", _("Import a file"), icon="upload", url_name="imports:new", rule="imports.run"))
assets.register(style="imports/imports.css", script="imports/imports.js")


@undo.handles("imports.undo")
def _undo(user: User, data: dict[str, Any]) -> str:
    job = ImportJob.objects.filter(pk=int(data.get("job") or 0)).first()
    if job is None:
        raise UserError(gettext("This can no longer be undone here."))
    actions.undo_import(job=job, by=user)
    return gettext("The import of “%(name)s” has been undone.") % {"name": job.name}
