"""What the palette offers for logging: on the page of a customer, and for a customer named after the verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.channels.composer import MODES
from regulars.customers.queries.search import likeliest
from regulars.kit.text import fold
from regulars.web import palette
from regulars.web.access import User, can
from regulars.web.palette import Entry

_PAGE: Final = re.compile(r"^/customers/(\d+)/|^/customers/\?(?:.*&)?open=(\d+)")
_LABELS: Final = {
    "note": gettext_lazy("Write a note"),
    "call": gettext_lazy("Log a call"),
    "write": gettext_lazy("Log something written"),
    "task": gettext_lazy("Add a task"),
}
_VERBS: Final = {
    "note": ("note", "記事", "備註"),
    "call": ("call", "phone", "電話", "打給", "致電"),
    "write": ("write", "mail", "寫信", "寫給"),
    "task": ("task", "todo", "待辦"),
}


@palette.on_page
def for_this_customer(user: User, path: str) -> Iterator[Entry]:
    """On the page or in the slide-over of a customer: the composer in each of its modes."""
    if _PAGE.match(path) and can(user, "customers.log"):
        for mode in MODES:
            yield Entry(
                _LABELS[mode.key], f"#compose={mode.key}", mode.icon, group=_("This customer"), chord=mode.shortcut
            )


@palette.provider
def for_somebody(user: User, text: str, limit: int) -> Iterator[Entry]:
    """``call 王小明``: opens the composer on the customer's page."""
    verb, _blank, name = fold(text).partition(" ")
    mode = next((key for key, words in _VERBS.items() if verb in words), "")
    if not mode or not name or not can(user, "customers.log"):
        return
    shortcut = next(one for one in MODES if one.key == mode)
    for party, _hit in likeliest(user, name, limit):
        yield Entry(
            f"{_LABELS[mode]} · {party.name}",
            f"{party.get_absolute_url()}#compose={mode}",
            shortcut.icon,
            party.city,
            _("Do"),
        )
