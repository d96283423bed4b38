"""The four numbers that matter for this customer, each with what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.customers.models import CustomerSummary, RelationKind
from regulars.customers.queries.profile import Profile
from regulars.kit import clock
from regulars.web import format as show

Tone = Literal["", "good", "warn", "stake"]
STEADY = 0.1
TWOFOLD = 2
TWO_YEARS = 700
STALE = timedelta(days=30)
OVERDUE_LATE = 1.5
MANY_RETURNS = 0.2
WORTH_NAMING = 0.2
DAYS_A_MONTH, DAYS_A_YEAR = 30.44, 365.25


@dataclass(frozen=True, slots=True)
class Number:
    """A number, what it is, and what it means beside the usual."""

    label: str
    value: str
    meaning: str
    tone: Tone = ""


def numbers_of(profile: Profile) -> list[Number]:
    """Four at most: money, rhythm, what is earned or came in all, and what is at stake or how long the bond lasts."""
    summary = profile.summary
    if not summary.orders:
        return _without_purchase(profile)
    return [_money(summary), _rhythm(summary), _earned(summary), _bond(summary)]


def _without_purchase(profile: Profile) -> list[Number]:
    summary, party = profile.summary, profile.party
    numbers = [
        Number(_("Orders"), show.show_number(0), _("No purchase yet")),
        Number(
            _("Known for"),
            span(_days_since(party.created_at)),
            _("Since %(day)s") % {"day": show.show_date(party.created_at)},
        ),
    ]
    if summary.last_contact_at:
        numbers.append(
            Number(_("Last contact"), show.ago(summary.last_contact_at), show.show_date(summary.last_contact_at))
        )
    else:
        numbers.append(Number(_("Last contact"), show.DASH, _("Nobody has spoken with them yet"), "warn"))
    if profile.sums and profile.sums.people:
        numbers.append(_people(profile))
    elif party.source:
        numbers.append(Number(_("Came from"), party.source, ""))
    return numbers


def _people(profile: Profile) -> Number:
    assert profile.sums is not None
    n = profile.sums.people
    if profile.sums.are_more:
        through = profile.sums.kind == RelationKind.BUYS_THROUGH
        label = _("Buy through them") if through else _("People")
        return Number(label, _("more than %(n)s") % {"n": show.show_number(n)}, "")
    money = show.show_money(profile.sums.revenue_12m, profile.summary.currency)
    if profile.sums.kind == RelationKind.BUYS_THROUGH:
        value = ngettext("%(n)s customer", "%(n)s customers", n) % {"n": show.show_number(n)}
        return Number(_("Buy through them"), value, _("for %(money)s in 12 months") % {"money": money})
    value = ngettext("%(n)s person", "%(n)s people", n) % {"n": show.show_number(n)}
    return Number(_("People"), value, _("They bought for %(money)s in 12 months") % {"money": money})


def _money(summary: CustomerSummary) -> Number:
    now, before = summary.revenue_12m, summary.revenue_prior_12m
    value = show.show_money(now, summary.currency)
    label = _("Last 12 months")
    if before <= 0:
        return Number(
            label,
            value,
            _("Nothing in the 12 months before")
            if _days_since(summary.first_order_at) > DAYS_A_YEAR
            else _("In their first year"),
        )
    usual = show.show_money(before, summary.currency)
    change = (now - before) / before
    share = show.show_percent(abs(change))
    if change > STEADY and _days_since(summary.first_order_at, reference_of(summary)) < TWO_YEARS:
        return Number(label, value, _("%(usual)s before that, in less than a year") % {"usual": usual})
    if abs(change) < STEADY:
        return Number(label, value, _("as in the 12 months before (%(usual)s)") % {"usual": usual})
    if change >= TWOFOLD:
        times = show.show_number(round(now / before))
        return Number(
            label, value, _("%(times)s times the 12 before (%(usual)s)") % {"times": times, "usual": usual}, "good"
        )
    if change > 0:
        return Number(
            label, value, _("%(share)s more than the 12 before (%(usual)s)") % {"share": share, "usual": usual}, "good"
        )
    return Number(
        label, value, _("%(share)s less than the 12 before (%(usual)s)") % {"share": share, "usual": usual}, "stake"
    )


def _rhythm(summary: CustomerSummary) -> Number:
    label, reference = _("Last order"), reference_of(summary)
    old = reference == summary.as_of
    value = show.show_date(summary.last_order_at) if old else show.ago(summary.last_order_at)
    if summary.orders == 1:
        return Number(label, value, _("The first and only one so far"))
    if summary.cycle_days is None:
        return Number(label, value, show.show_date(summary.last_order_at))
    usual, silent = _usual(summary), _days_since(summary.last_order_at, reference)
    latest = summary.cycle_high if summary.cycle_high is not None else OVERDUE_LATE * summary.cycle_days
    if silent > latest:
        late = span(silent - round(summary.cycle_days))
        return Number(label, value, _("%(usual)s; %(span)s late") % {"usual": usual, "span": late}, "stake")
    if silent > summary.cycle_days:
        return Number(label, value, usual)
    if summary.expected_order_at is None:
        return Number(label, value, usual)
    expected = show.local_day(summary.expected_order_at)
    day = show.show_date(expected, year=expected.year != show.local_day(clock.now()).year)
    return Number(label, value, _("%(usual)s; next about %(day)s") % {"usual": usual, "day": day}, "good")


def _usual(summary: CustomerSummary) -> str:
    days = round(summary.cycle_days or 0)
    low, high = summary.cycle_low, summary.cycle_high
    if low is not None and high is not None and round(low) < round(high):
        return _("usually every %(n)s days (%(low)s–%(high)s)") % {"n": days, "low": round(low), "high": round(high)}
    return ngettext("usually every day", "usually every %(n)s days", days) % {"n": days}


def _earned(summary: CustomerSummary) -> Number:
    if summary.margin_12m is not None and summary.revenue_12m > 0:
        share = summary.margin_12m / summary.revenue_12m
        meaning = _("%(share)s of the revenue of 12 months") % {"share": show.show_percent(share)}
        return Number(
            _("Margin"), show.show_money(summary.margin_12m, summary.currency), meaning, "stake" if share < 0 else ""
        )
    orders = ngettext("from %(n)s order", "from %(n)s orders", summary.orders) % {"n": show.show_number(summary.orders)}
    meaning = _("%(orders)s since %(month)s") % {"orders": orders, "month": _month(summary)}
    tone: Tone = ""
    if summary.returns and summary.returns / summary.orders >= MANY_RETURNS:
        meaning += " · " + ngettext("%(n)s return", "%(n)s returns", summary.returns) % {"n": summary.returns}
        tone = "warn"
    return Number(_("All in all"), show.show_money(summary.revenue, summary.currency), meaning, tone)


def _month(summary: CustomerSummary) -> str:
    return show.show_month(show.local_day(summary.first_order_at)) if summary.first_order_at else show.DASH


def _bond(summary: CustomerSummary) -> Number:
    if summary.at_stake > 0 and summary.risk is not None and summary.risk >= WORTH_NAMING:
        meaning = _("risk of leaving %(risk)s") % {"risk": show.show_percent(summary.risk)}
        return Number(_("At stake"), show.show_money(summary.at_stake, summary.currency), meaning, "stake")
    orders = ngettext("%(n)s order", "%(n)s orders", summary.orders) % {"n": show.show_number(summary.orders)}
    meaning = _("%(orders)s since %(month)s") % {"orders": orders, "month": _month(summary)}
    return Number(_("Customer for"), span(_days_since(summary.first_order_at, reference_of(summary))), meaning)


def _days_since(moment: object, reference: datetime | None = None) -> int:
    return ((reference or clock.now()) - moment).days if isinstance(moment, datetime) else 0


def reference_of(summary: CustomerSummary) -> datetime:
    """From when lateness is counted: now, or as of when the figures hold where the record ended long before."""
    now = clock.now()
    return summary.as_of if summary.as_of is not None and now - summary.as_of > STALE else now


def span(days: int) -> str:
    """A length of time in the coarsest honest unit: ``34 days``, ``5 months``, ``3 years 2 months``."""
    if days < 60:
        return ngettext("%(n)s day", "%(n)s days", max(days, 0)) % {"n": max(days, 0)}
    months = round(days / DAYS_A_MONTH)
    if months < 24:
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    years, rest = divmod(months, 12)
    words = ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    if not rest:
        return words
    more = ngettext("%(n)s month", "%(n)s months", rest) % {"n": rest}
    return _("%(years)s %(months)s") % {"years": words, "months": more}
