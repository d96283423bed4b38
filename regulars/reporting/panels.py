"""What reporting adds to the customer page: what may be expected of this customer, with its interval and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from regulars.customers.models import Party
from regulars.customers.panels import PagePanel, register
from regulars.reporting import queries, sentences
from regulars.reporting.models import CustomerForecast
from regulars.web import format as show
from regulars.web.access import User, can

Believed = Mapping[str, Mapping[str, bool]]


@dataclass(frozen=True)
class Likely:
    """A product that they will likely buy."""

    name: str
    share: str
    why: str


def told_of(forecast: CustomerForecast, believed: Believed) -> dict[str, Any]:
    """What the panel says: sentences with their intervals, products with their reasons, and what is not to be believed.

    ``doubts`` are the columns told that rest on a model which is not to be believed.
    """
    offers = queries.offers(forecast)
    told = {
        "orders": forecast.orders is not None, "money": forecast.money is not None, "alive": forecast.alive is not None,
        "churn": forecast.churn is not None, **offers, "reasons": forecast.reasons,
        "converts": forecast.converts is not None,
    }  # fmt: skip
    doubts = {name for name, there in told.items() if there and not believed.get(name, {}).get("trusted")}
    return {
        "orders": _orders(forecast),
        "money": _money(forecast),
        "alive": "" if forecast.alive is None else show.show_percent(forecast.alive),
        "churn": "" if forecast.churn is None else show.show_percent(forecast.churn),
        "again": [_likely(one) for one in offers["again"][:3]],
        "new": [_likely(one) for one in offers["new"][:3]],
        "reasons": [sentences.found(one) for one in forecast.reasons],
        "converts": "" if forecast.converts is None else show.show_percent(forecast.converts),
        "openings": [sentences.found(one) for one in forecast.openings],
        "doubts": doubts,
        "doubted": _doubted(doubts),
    }


def _doubted(doubts: Iterable[str]) -> str:
    """Which of it is not to be believed yet; empty when all is."""
    words = {
        "orders": pgettext("forecast", "orders"), "money": pgettext("forecast", "money"),
        "alive": pgettext("forecast", "whether still a customer"), "churn": pgettext("forecast", "whether about to leave"),
        "reasons": pgettext("forecast", "the reasons"), "again": pgettext("forecast", "what is bought again"),
        "new": pgettext("forecast", "what is new"), "converts": pgettext("forecast", "whether a customer soon"),
    }  # fmt: skip
    named = [word for name, word in words.items() if name in set(doubts)]
    return _("Not to be believed yet: %(what)s.") % {"what": pgettext("list", ", ").join(named)} if named else ""


def _orders(forecast: CustomerForecast) -> str:
    """``about 3 (1–6) orders``."""
    if forecast.orders is None:
        return ""
    about = round(forecast.orders)
    said = ngettext("about %(n)s order", "about %(n)s orders", about) % {"n": show.show_number(about)}
    if forecast.orders_low is None or forecast.orders_high is None:
        return said
    interval = f"{show.show_number(round(forecast.orders_low))}–{show.show_number(round(forecast.orders_high))}"
    return _("%(figure)s (%(interval)s)") % {"figure": said, "interval": interval}


def _money(forecast: CustomerForecast) -> str:
    if forecast.money is None:
        return ""
    said = _("about %(money)s") % {"money": show.show_money(_rough(forecast.money), forecast.currency)}
    if forecast.money_low is None or forecast.money_high is None:
        return said
    low, high = (show.show_money(_rough(one), forecast.currency) for one in (forecast.money_low, forecast.money_high))
    return _("%(figure)s (%(interval)s)") % {"figure": said, "interval": f"{low}–{high}"}


def _rough(amount: int) -> int:
    """Two figures that count, for the rest would be false precision."""
    size = max(len(str(abs(amount))) - 2, 0)
    return int(round(amount, -size))


def _likely(one: Mapping[str, Any]) -> Likely:
    share = one.get("share")
    why = sentences.joined(sentences.found(reason) for reason in one.get("reasons", []))
    return Likely(str(one.get("name", "")), "" if share is None else show.show_percent(share), why)


def _forecast(party: Party, user: User) -> Mapping[str, Any] | None:
    found = CustomerForecast.objects.filter(pk=party.pk).first()
    run = queries.last_done() if found else None
    if found is None or run is None:
        return None
    return {**told_of(found, run.believed), "may_look": can(user, "insight.view")}


register(PagePanel("forecast", gettext_lazy("What to expect"), "reporting/forecast.html", _forecast, order=25))
