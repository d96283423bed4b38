"""What the analyses ask, mean and found, in the reader's language.

The analyses themselves are a library without Django, so their English is here once more as message ids; a test holds
the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.customers.reasons import written
from regulars.web import format as show


@dataclass(frozen=True)
class About:
    """An analysis explained: the question, why it matters, how it is computed, and where that comes from."""

    title: Promise
    question: Promise
    why: Promise
    how: Promise
    source: str


ABOUT: Final[dict[str, About]] = {
    "stage": About(
        _("Stages of the relationship"),
        _("In which stage is each relationship, since when, and why?"),
        _(
            "Each stage has its own job: welcome a newcomer, deepen what grows, ask why somebody slips away before he is gone."
        ),
        _(
            "Intervals of customer i ~ Gamma(regularity νi, pace λi), with νi and λi distributed as fitted to all customers; S(s) = "
            "probability that an interval outlasts the silence s; P(gone) = π / (π + (1 − π) S), π = share who leave after as many "
            "purchases. Pre-divorce: S ≤ 10 %, or S ≤ 20 % and P(gone) ≥ 1/3; divorce: S ≤ 10 % and P(gone) ≥ 2/3, half a usual interval later at the soonest."
        ),
        "Stone & Woodcock, Relationship Marketing (stages); Platzer & Reutterer 2016 (regularity); Fader, Hardie & Lee 2005 (leaving after a purchase)",
    ),
    "value": About(
        _("Value and classes"),
        _("What is each customer worth, and where is there more to be had?"),
        _(
            "Attention is scarce: it belongs to those who bring most, to those who could bring more, and not to those who cost money."
        ),
        _(
            "Score of recency, frequency, money = 1 + ⌊5 × share of buyers strictly below⌋, so equal customers score equally. "
            "Most valuable: the fewest customers who bring half of the last 12 months' contribution. Below zero: contribution of the last "
            "24 months under 0, after returns and cost to serve. Most growable: the tenth of buyers with the largest gap between a year of "
            "theirs and what the best fifth of like customers do, times the probability that they stay."
        ),
        "Peppers & Rogers, The One to One Future (three classes); Hughes, Strategic Database Marketing (RFM)",
    ),
    "concentration": About(
        _("Concentration"),
        _("What share of revenue do the top 20 % of customers bring?"),
        _(
            "If few customers carry the house, losing one of them is an event; if none does, care must be made cheap for all."
        ),
        _(
            "Customers by revenue; share of the top p = Σ revenue of the top p / Σ revenue; Gini = 2 Σ (i − ½) y(i) / (n² ȳ) − 1. "
            "95 % intervals from the influence functions of both. Customers whose returns exceed what they bought count as zero."
        ),
        "Lorenz 1905; Gini 1912; interval: Davidson, Reliable inference for the Gini index, Journal of Econometrics 150 (2009)",
    ),
    "cycle": About(
        _("Purchase cycle"),
        _("How long do customers usually wait between purchases, and who is overdue?"),
        _(
            "Contact shortly before a customer would buy anyway earns most; long before it annoys, long after it is too late."
        ),
        _(
            "Usual interval = median of the next interval as predicted from own intervals and the population; overdue: S of the present silence ≤ 10 %."
        ),
        "Platzer & Reutterer, Marketing Science 35 (2016); Allenby, Leone & Jen, JASA 94 (1999) on shrinking interpurchase times",
    ),
    "movement": About(
        _("New, returning, lost"),
        _("Who is new, who returns and who is lost, month by month?"),
        _("Sales can hold while the base melts: more new customers hide that more old ones leave."),
        _("Counts of customers by calendar month of the company's zone; each customer counts once a month in each."),
        "Definitions of this product; stages by models.journey",
    ),
    "next_step": About(
        _("Next steps"),
        _("What should be done next for each customer, and how much money is at stake?"),
        _("A list of risks nobody acts on is worth nothing; a short list by money at stake is a morning's work."),
        _(
            "At stake = usual year × margin rate × P(gone); after divorce × the share of divorced customers who have come back. "
            "Usual year = goods bought in the 365 days up to the last purchase."
        ),
        "Rules of this product, stated in docs/stages.md",
    ),
}

FOUND: Final[dict[str, Promise]] = {
    "company.nobody": _("Nobody has bought yet."),
    "company.with_us": _("%(customers)s of %(bought)s customers who ever bought are with us."),
    "company.slipping": _("%(customers)s are slipping away; they brought %(year_money)s in the last 12 months."),
    "company.see_slipping": _("See who is slipping away"),
    "classes.nobody": _("Nobody has bought yet."),
    "classes.half_margin": _("%(customers)s customers bring half of the profit."),
    "classes.half_revenue": _("%(customers)s customers bring half of the revenue."),
    "classes.could_grow": _("%(customers)s could bring up to %(gain_money)s more a year."),
    "classes.lose": _("%(customers)s cost %(loss_money)s in 24 months."),
    "classes.see_growable": _("See who could grow"),
    "concentration.too_few": _("Not enough buyers yet to speak of concentration (%(customers)s)."),
    "concentration.top": _("The top %(top_share)s bring %(bring_share)s of revenue (%(low_share)s–%(high_share)s)."),
    "concentration.half": _("%(customers)s of %(of)s customers bring half."),
    "concentration.see_top": _("See the top customers"),
    "cycle.too_few": _("Not enough customers have bought twice (%(customers)s) to speak of a cycle."),
    "cycle.usual": _("Half of the customers buy every %(low_days)s to %(high_days)s; %(usual_days)s in the middle."),
    "cycle.overdue": _("%(customers)s of %(of)s are overdue."),
    "movement.too_short": _("Not a whole month on record yet."),
    "movement.last": _("In %(in_month)s: %(new)s new, %(returning)s returning, %(lost)s lost."),
    "movement.year": _("In twelve months %(gained)s gained and %(lost)s lost."),
    "next_step.at_stake": _("%(stake_money)s is at stake with %(customers)s customers who need somebody now."),
}


def found(saying: Mapping[str, Any]) -> str:
    """A finding in the active language; the bare code when it is unknown."""
    sentence = FOUND.get(saying["code"])
    if sentence is None:
        return str(saying["code"])
    values, currency = saying.get("values") or {}, str((saying.get("values") or {}).get("currency", ""))
    return str(sentence) % {name: _written(name, value, currency) for name, value in values.items()}


def headline(result: Mapping[str, Any]) -> list[str]:
    """The headline of a stored result."""
    return [found(one) for one in result.get("headline", [])]


def paragraph(result: Mapping[str, Any]) -> str:
    """The headline as one paragraph; Chinese sentences stand without a blank between them."""
    return ("" if show.is_chinese() else " ").join(headline(result))


def _written(name: str, value: Any, currency: str) -> str:
    if name.endswith("_month"):
        return show.show_month(date.fromisoformat(value))
    return written(name, value, currency)


ABOUT_DUPLICATES: Final = About(
    _("Possible duplicates"),
    _("Which two records are one customer?"),
    _(
        "Whoever is in the book twice gets two letters, half a value and an answer from somebody who does not know the other half."
    ),
    _(
        "Odds = prior + Σ log2(m ∕ u) − log2(1 + 2^(prior of a roof + Σ log2(h ∕ u))): m, u and h are how often a level of agreement is found among pairs of one customer, of strangers, and of two people under one roof. u comes from random pairs, m and h by expectation maximisation over pairs that share a key, each field learned only from pairs found by another one."
    ),
    "Fellegi & Sunter (1969), A theory for record linkage, JASA 64; Winkler (1990, 2006); Larsen & Rubin (2001), Iterative automated record linkage using mixture models, JASA 96",
)
