"""The kind of entry that the demonstration needs and no context has yet."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.customers.timeline import EntryKind, kinds, register

FORM_SUBMITTED: Final = "channels.form_submitted"


def register_kinds() -> None:
    """Make the kind known unless the context it belongs to already did."""
    if FORM_SUBMITTED not in {kind.key for kind in kinds()}:
        register(EntryKind(FORM_SUBMITTED, _("Web form"), "marketing", "inbox", contact=True))
