"""Sentences and names about access: devices, waiting, capabilities, reach."""

from __future__ import annotations

import re
from datetime import datetime
from math import ceil
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit import clock
from regulars.staff.rules import Reach
from regulars.web.resources import Text

REACH_WORDS: Final[dict[Reach, Text]] = {
    Reach.OWN: gettext_lazy("Own customers"),
    Reach.TEAM: gettext_lazy("Own and the team's customers"),
    Reach.TERRITORY: gettext_lazy("Own, the team's and the territory's customers"),
    Reach.ALL: gettext_lazy("All customers"),
}

RIGHTS: Final[tuple[tuple[Text, dict[str, Text]], ...]] = (
    (gettext_lazy("Customers"), {
        "today.view": gettext_lazy("See Today"),
        "customers.view": gettext_lazy("See customers"),
        "customers.edit": gettext_lazy("Change customers"),
        "customers.log": gettext_lazy("Log contacts and tasks"),
        "customers.merge": gettext_lazy("Merge one's own duplicates"),
        "customers.merge_any": gettext_lazy("Merge anybody's duplicates"),
        "customers.assign": gettext_lazy("Assign customers"),
        "customers.trash": gettext_lazy("Move customers to the trash"),
    }),
    (gettext_lazy("Lists and files"), {
        "views.share": gettext_lazy("Share views"),
        "customers.bulk": gettext_lazy("Change many customers at once"),
        "customers.export": gettext_lazy("Export lists"),
        "imports.run": gettext_lazy("Import files"),
        "imports.undo": gettext_lazy("Undo imports"),
    }),
    (gettext_lazy("Inbox"), {
        "inbox.view": gettext_lazy("Read conversations"),
        "inbox.reply": gettext_lazy("Answer, assign and close conversations"),
        "inbox.strangers": gettext_lazy("See conversations with unknown senders"),
        "inbox.answers": gettext_lazy("Change canned answers"),
    }),
    (gettext_lazy("Marketing"), {
        "segments.view": gettext_lazy("See segments"),
        "segments.edit": gettext_lazy("Make and change segments"),
        "contents.view": gettext_lazy("See what campaigns say"),
        "contents.edit": gettext_lazy("Write and publish what campaigns say"),
        "campaigns.view": gettext_lazy("See campaigns"),
        "campaigns.edit": gettext_lazy("Make, start and stop campaigns"),
        "effect.view": gettext_lazy("See what marketing earned"),
        "effect.edit": gettext_lazy("Measure effects, set whom marketing leaves out"),
        "call_lists.view": gettext_lazy("See call lists"),
        "call_lists.call": gettext_lazy("Call customers from call lists"),
        "call_lists.edit": gettext_lazy("Make and change call lists"),
        "fulfilment.view": gettext_lazy("See what is asked for by post, and ask for it"),
        "fulfilment.edit": gettext_lazy("Put literature into lists and send it"),
        "draws.view": gettext_lazy("See prize draws"),
        "draws.edit": gettext_lazy("Make prize draws and draw winners"),
    }),
    (gettext_lazy("Company"), {
        "insight.view": gettext_lazy("See the company's figures"),
        "insight.refresh": gettext_lazy("Refresh the figures"),
    }),
    (gettext_lazy("Personal data"), {
        "customers.personal_data": gettext_lazy("Hand out all that is held about a person"),
        "customers.erase": gettext_lazy("Erase a person for good"),
        "privacy.rules": gettext_lazy("Set how long what is kept"),
    }),
    (gettext_lazy("Administration"), {
        "staff.manage": gettext_lazy("Manage users, teams and roles"),
        "settings.manage": gettext_lazy("Change settings"),
        "audit.view": gettext_lazy("Read the audit log"),
    }),
)  # fmt: skip
"""Every capability in words, in the groups of the page of roles."""

CAPABILITY_WORDS: Final[dict[str, Text]] = {key: words for _label, held in RIGHTS for key, words in held.items()}

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> str:
    """A browser's own description, in two words: ``Firefox · Windows``."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    named = " · ".join(part for part in (browser, system) if part)
    return named or re.sub(r"\s.*", "", agent)[:40] or _("Unknown device")


def wait_until(moment: datetime) -> str:
    """The refusal of somebody who has to wait."""
    seconds = max(1, ceil((moment - clock.now()).total_seconds()))
    if seconds < 90:
        wait = ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    else:
        minutes = ceil(seconds / 60)
        wait = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return _("Too many wrong tries. Please wait %(time)s, or ask an administrator to let you in.") % {"time": wait}
