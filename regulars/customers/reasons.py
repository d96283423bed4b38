"""Reasons in words: a reason is stored as a code with values and said in the reader's language.

The analyses store ``{"code": "stage.silent", "values": {"usual_days": 23, "silence_days": 61, …}}``; ``say`` makes the
sentence. The end of a value's name says how it is written: ``_days`` a length of time, ``_on`` a date (ISO), ``_share``
a share of one, ``_money`` minor units of ``values["currency"]``; any other number with its thousands apart. A value
``silence_since`` (ISO date) stands for ``silence_days`` up to the reader's day.
Adding a code = one line in ``SENTENCES``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.kit import clock
from regulars.web import format as show

Reason = Mapping[str, Any]

SENTENCES: Final[dict[str, str | Promise]] = {
    # why a customer is in a stage
    "stage.no_purchase": _("No purchase so far; known since %(known_on)s."),
    "stage.first_purchase": _("First purchase on %(bought_on)s; who comes back usually does so after %(usual_days)s."),
    "stage.no_second_yet": _(
        "One purchase %(silence_days)s ago and no second one yet; who comes back usually does so after %(usual_days)s."
    ),
    "stage.few_purchases": _("%(purchases)s purchases so far: too few to know a rhythm of their own."),
    "stage.rhythm_known": _(
        "Buys about every %(usual_days)s, %(purchases)s purchases so far; the last one %(silence_days)s ago."
    ),
    "stage.bought_today": _("Buys about every %(usual_days)s, %(purchases)s purchases so far; the last one today."),
    "stage.growing": _("Spends %(change_share)s more per month than before, going by the last three purchases."),
    "stage.growth_over": _("Growth has levelled off."),
    "stage.complaint_open": _("A complaint has been open since %(since_on)s."),
    "stage.silent": _(
        "Usually buys every %(usual_days)s, silent for %(silence_days)s; only 1 in %(one_in)s such intervals lasts longer."
    ),
    "stage.silent_once": _(
        "One purchase, silent for %(silence_days)s; who comes back usually does so after %(usual_days)s."
    ),
    "stage.shrinking": _("Spends %(change_share)s less per month than before, going by the last three purchases."),
    "stage.smaller_baskets": _("The last three purchases are %(amount_share)s smaller than those before."),
    "stage.gone": _(
        "Usually buys every %(usual_days)s, silent for %(silence_days)s: most likely gone (%(gone_share)s)."
    ),
    "stage.gone_once": _("One purchase, silent for %(silence_days)s: most likely gone (%(gone_share)s)."),
    "stage.back": _("Bought again on %(bought_on)s after %(silence_days)s of silence."),
    "stage.back_then": _("Bought again after %(silence_days)s of silence."),
    "stage.established": _("Has bought in time again since coming back."),
    "stage.decline_over": _("Spending has steadied."),
    "stage.bought_after_all": _("Bought again after %(silence_days)s, later than usual."),
    "stage.second_purchase": _("Second purchase after %(silence_days)s."),
    "stage.rhythm_learned": _("The rhythm has become known: about every %(usual_days)s."),
    "stage.first_ever": _("First purchase."),
    "stage.silent_then": _("Silent for %(silence_days)s, usually %(usual_days)s."),
    "stage.complaint_then": _("A complaint was opened."),
    "stage.no_second_then": _(
        "No second purchase after %(silence_days)s, by when half of those who come back have done so."
    ),
    # how likely a customer leaves
    "risk.silence": _("Silent for %(silence_days)s, usually %(usual_days)s: %(gone_share)s likely to have left."),
    "risk.base": _("%(left_share)s of all customers leave after this many purchases."),
    "risk.low": _("The last purchase is no longer ago than usual: %(gone_share)s likely to have left."),
    # what a customer is worth
    "value.rank": _("Number %(rank)s by revenue."),
    "value.among": _("Among the top %(top_share)s by revenue."),
    "value.top": _("One of the few customers who bring half of everything: %(own_money)s in 12 months."),
    "value.grow_basket": _(
        "Spends %(own_money)s a purchase; the best fifth of %(peers)s customers who buy as often spend %(best_money)s."
    ),
    "value.grow_often": _(
        "Buys %(own)s times a year; the best fifth of %(peers)s customers with like purchases buy %(best)s times."
    ),
    "value.gain": _("Up to %(gain_money)s more a year is possible."),
    "value.below": _(
        "Cost %(loss_money)s more than they brought in the last 24 months, after returns and known costs to serve."
    ),
    "value.returned": _("Sent back goods for %(returned_money)s."),
    # what to do next
    "next.settle_complaint": _("Settle the complaint first; it has been open since %(since_on)s."),
    "next.call": _("Call and ask why: a usual year is %(year_money)s."),
    "next.write": _("Write and ask whether anything was wrong; a usual year is %(year_money)s."),
    "next.win_back": _(
        "Try to win back: a usual year was %(year_money)s, and %(back_share)s of those gone have come back."
    ),
    "next.reacquaint": _("Say that it is good to have them back, and take up what they used to like."),
    "next.welcome": _("Welcome them and say whom to ask."),
    "next.second_purchase": _("Invite to a second purchase: it is about time, and who buys twice mostly stays."),
    "next.deepen": _("Offer more while things go well: better terms, a further service."),
    "next.grow_basket": _(
        "Suggest something that goes with what they buy; up to %(gain_money)s more a year is possible."
    ),
    "next.grow_often": _("Give a reason to come more often; up to %(gain_money)s more a year is possible."),
    "next.remind": _("A reminder is in season: the next purchase is expected about %(expected_on)s."),
    "next.review_terms": _("Look at terms and service: they cost more than they bring."),
    "next.keep": _("Nothing to do now; the next purchase is expected about %(expected_on)s."),
    "next.let_rest": _("Nothing to do: effort would cost more than it is likely to bring."),
    "next.recruit": _("Not a customer yet; invite to a first purchase when an occasion offers."),
}

ACTIONS: Final[dict[str, str | Promise]] = {
    "settle_complaint": pgettext_lazy("next step", "Settle complaint"),
    "call": pgettext_lazy("next step", "Call"),
    "write": pgettext_lazy("next step", "Write"),
    "win_back": pgettext_lazy("next step", "Win back"),
    "reacquaint": pgettext_lazy("next step", "Greet again"),
    "welcome": pgettext_lazy("next step", "Welcome"),
    "second_purchase": pgettext_lazy("next step", "Invite again"),
    "deepen": pgettext_lazy("next step", "Offer more"),
    "grow": pgettext_lazy("next step", "Suggest"),
    "remind": pgettext_lazy("next step", "Remind"),
    "review_terms": pgettext_lazy("next step", "Review terms"),
}


def say(reason: Reason) -> str:
    """The reason as a sentence in the active language; the bare code when it is unknown."""
    sentence = SENTENCES.get(reason["code"])
    if sentence is None:
        return str(reason["code"])
    values = up_to_today(reason.get("values") or {})
    currency = str(values.get("currency", ""))
    return str(sentence) % {name: written(name, value, currency) for name, value in values.items()}


def up_to_today(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lengths of time in place of the dates since when they last."""
    since = {name: value for name, value in values.items() if name.endswith("_since")}
    today = show.local_day(clock.now())
    lasting = {
        f"{name.removesuffix('_since')}_days": (today - date.fromisoformat(value)).days for name, value in since.items()
    }
    return {name: value for name, value in values.items() if name not in since} | lasting


def say_all(reasons: Iterable[Reason]) -> list[str]:
    """All reasons as sentences, in their order."""
    return [say(reason) for reason in reasons]


def action_label(code: str) -> str:
    """What the button for a next action says; empty for none."""
    return str(ACTIONS.get(code, code))


def written(name: str, value: Any, currency: str = "") -> str:
    """One value as a reader of the active language expects it; the end of ``name`` says what it is."""
    if value is None:
        return show.DASH
    if name.endswith("_on"):
        return show.show_date(date.fromisoformat(str(value)))
    if name.endswith("_days"):
        return duration(float(value))
    if name.endswith("_share"):
        return show.show_percent(float(value))
    if name.endswith("_money"):
        return show.show_money(int(value), currency)
    return show.show_number(value) if isinstance(value, int | float) else str(value)


def duration(days: float) -> str:
    """A length of time in the coarsest unit that is still exact enough: days, then months, then years."""
    if days < 180:
        n = max(round(days), 1)
        return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
    if days < 700:
        n = round(days / 30.44)
        return ngettext("%(n)s month", "%(n)s months", n) % {"n": n}
    years = round(days / 365.25, 1)
    return ngettext("%(n)s year", "%(n)s years", 1 if years == 1 else 2) % {"n": show.show_number(years)}
