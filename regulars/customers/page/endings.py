"""What ends soon, said in words with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.customers.models import Asset, Contract, Party
from regulars.customers.queries.lapses import Lapse


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a contract or warranty as Today and the customer page show it; ``kind`` is ``contract`` or ``asset``."""

    lapse: Lapse
    kind: str
    why: str
    verb: str
    days: int

    is_ending = True

    @property
    def thing(self) -> Contract | Asset:
        """What ends."""
        return self.lapse.thing

    @property
    def party(self) -> Party:
        """Whose it is."""
        return self.lapse.party

    @property
    def is_over(self) -> bool:
        """Whether it has ended already."""
        return self.days < 0


def ending_of(lapse: Lapse, day: date) -> Ending:
    """The line of one, as of ``day``."""
    days = (lapse.ends_on - day).days
    return Ending(
        lapse=lapse, kind="contract" if lapse.is_contract else "asset", why=_why(lapse, days),
        verb=_("Renew …") if lapse.is_contract else _("Extend …"), days=days,
    )  # fmt: skip


def _why(lapse: Lapse, days: int) -> str:
    thing = lapse.thing
    if isinstance(thing, Asset):
        return _("Warranty of %(what)s %(when)s: offer an extension.") % {
            "what": thing.name,
            "when": when_it_ends(days),
        }
    told = {"what": thing.title, "when": when_it_ends(days)}
    if thing.renews:
        return _("“%(what)s” %(when)s and renews by itself: look over the terms.") % told
    if days < 0:
        return _("“%(what)s” %(when)s and was not renewed: ask why.") % told
    return _("“%(what)s” %(when)s: talk about renewing it.") % told


def when_it_ends(days: int) -> str:
    """How far the end is from today: "ends in 12 days", "ended 3 days ago"."""
    if days == 0:
        return _("ends today")
    if days > 0:
        return ngettext("ends tomorrow", "ends in %(n)s days", days) % {"n": days}
    return ngettext("ended yesterday", "ended %(n)s days ago", -days) % {"n": -days}
