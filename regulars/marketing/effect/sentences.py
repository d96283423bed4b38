"""A report in words that a shopkeeper understands, in the reader's language."""

from __future__ import annotations

import math
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.kit.money import exponent, format_money
from regulars.marketing.effect import measures
from regulars.marketing.effect.models import CONTROL, Layer, UnitKind
from regulars.marketing.effect.report import Between, Line, Power, Report
from regulars.web import format as show

DIGITS: Final = 3
SMALL: Final = 100
SURE_OF_RATIO: Final = 0.001


def rounded(value: float, digits: int = DIGITS) -> float:
    """To so many digits that mean something: 182,431 is 182,000."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def money(value: float, currency: str) -> str:
    """Minor units, without false precision; small amounts with a decimal."""
    major = rounded(value / 10 ** exponent(currency))
    places = 0 if abs(major) >= SMALL or major == 0 else 1 if abs(major) >= SMALL / 10 else 2
    return format_money(round(major * 10 ** exponent(currency)), currency, decimals=places)


def amount(kind: str, value: float, currency: str) -> str:
    """So much in all: customers, or money."""
    return money(value, currency) if kind == "money" else show.show_number(round(rounded(value)))


def each(kind: str, value: float, currency: str) -> str:
    """So much a unit: a share, or money."""
    if kind == "money":
        return money(value, currency)
    places = 1 if abs(value) >= 0.1 or value == 0 else 2 if abs(value) >= 0.001 else 3
    return show.show_percent(value, places)


def measure_of(line: Line | str, name: str = "") -> str:
    """What a measure is called."""
    code, name = (line.code, line.name) if isinstance(line, Line) else (line, name)
    known = {one.code: one.label for one in measures.every()}
    return name or str(known.get(code, code))


def arm_of(code: str) -> str:
    """What an arm is called."""
    named = {CONTROL: _("Control group"), "offer": _("Got the offer"), "marketing": _("Gets marketing")}
    return named.get(code, code)


def name_of(report: Report) -> str:
    """What an experiment is called."""
    return everything() if report.layer == Layer.EVERYTHING else report.name


def everything() -> str:
    """What the hold-out of all marketing is called."""
    return _("All of marketing")


def between(kind: str, told: Between, currency: str) -> str:
    """From … to …."""
    if told.low is None or told.high is None:
        return ""
    low, high = amount(kind, told.low, currency), amount(kind, told.high, currency)
    return _("between %(low)s and %(high)s") % {"low": low, "high": high}


def headline(report: Report) -> str:
    """What it did, or that it is too early to say, in one sentence."""
    line = report.headline
    if report.state == "alarm":
        return _(
            "Not to be believed: the groups are not as large as they were meant to be. Something took customers out of one of them."
        )
    if line is None:
        return _("Nobody is in it yet.")
    if report.state in {"more", "less"}:
        return _told(report, line)
    said = _too_little(report)
    if line.low is None:
        return said
    return _("%(said)s; so far %(between)s") % {
        "said": said,
        "between": between(line.kind, line.total, report.currency),
    }


def _too_little(report: Report) -> str:
    if not report.running or report.layer == Layer.ELSEWHERE:
        return _("Too little to say whether it did anything")
    if report.days_left is None:
        return _("Too little to say yet, and not to be expected soon")
    n = report.days_left
    return ngettext(
        "Too little to say yet, about %(n)s more day", "Too little to say yet, about %(n)s more days", n
    ) % {"n": show.show_number(n)}


def _told(report: Report, line: Line) -> str:
    total, more = line.total, report.state == "more"
    low, high = sorted((abs(total.low or 0.0), abs(total.high or 0.0)))
    told = {
        "more": amount(line.kind, abs(total.value), report.currency),
        "between": between(line.kind, Between(abs(total.value), low, high), report.currency),
        "measure": measure_of(line),
    }
    return _sentence(line, report.unit, more=more) % told


def _sentence(line: Line, unit: str, *, more: bool) -> str:
    if line.kind == "money":
        if line.code == "revenue":
            return (
                _("%(more)s more revenue than without it, %(between)s")
                if more
                else _("%(more)s less revenue than without it, %(between)s")
            )
        if line.code == "margin":
            return (
                _("%(more)s more margin than without it, %(between)s")
                if more
                else _("%(more)s less margin than without it, %(between)s")
            )
        return (
            _("%(measure)s: %(more)s more than without it, %(between)s")
            if more
            else _("%(measure)s: %(more)s less than without it, %(between)s")
        )
    if line.code != "orders":
        return (
            _("%(measure)s: %(more)s more than without it, %(between)s")
            if more
            else _("%(measure)s: %(more)s fewer than without it, %(between)s")
        )
    if unit == UnitKind.HOUSEHOLD:
        return (
            _("%(more)s more households ordered than without it, %(between)s")
            if more
            else _("%(more)s fewer households ordered than without it, %(between)s")
        )
    return (
        _("%(more)s more customers ordered than without it, %(between)s")
        if more
        else _("%(more)s fewer customers ordered than without it, %(between)s")
    )


def earned(report: Report) -> str:
    """What is left of it after its costs, in one sentence; empty where no money is known."""
    told = report.money
    if told is None or told.net.low is None or told.net.high is None:
        return ""
    words = {"net": money(abs(told.net.value), report.currency), "between": between("money", told.net, report.currency)}
    if told.basis == "revenue":
        return _("In money %(net)s, %(between)s, before the cost of goods") % {
            **words,
            "net": money(told.net.value, report.currency),
        }
    if told.net.low > 0:
        return _("It earned %(net)s after its costs, %(between)s") % words
    if told.net.high < 0:
        return _("It cost %(net)s more than it earned, %(between)s") % words
    return _("Whether it earned more than it cost cannot be told yet: %(between)s") % words


def who(report: Report) -> str:
    """How many were in it, and how many of them were left alone."""
    control = next((arm.units for arm in report.arms if arm.code == CONTROL), 0)
    words = {"all": show.show_number(report.treated + control), "alone": show.show_number(control)}
    if report.unit == UnitKind.HOUSEHOLD:
        return _("%(all)s households and customers, %(alone)s of them left alone") % words
    return _("%(all)s customers, %(alone)s of them left alone") % words


def best(report: Report) -> str:
    """Which of several variants is best, as far as that may be said; empty where there is one."""
    if not report.contenders:
        return ""
    if report.best:
        return _("“%(arm)s” is better than all others.") % {"arm": arm_of(report.best)}
    names = pgettext("list", ", ").join(arm_of(one) for one in report.contenders)
    return _("Which is best cannot be told yet; in the running: %(names)s.") % {"names": names}


def notes(report: Report) -> list[str]:
    """What else one has to know in order to read it right."""
    found = []
    line, without = report.headline, report.without_contaminated
    if report.reached is not None and line is not None:
        told = report.reached.effect
        low, high = (
            None if bound is None else each(line.kind, bound, report.currency) for bound in (told.low, told.high)
        )
        span = f" ({_('between %(low)s and %(high)s') % {'low': low, 'high': high}})" if low is not None else ""
        found.append(
            _("It reached %(share)s of those it was meant for; on each of them it did %(effect)s%(span)s.")
            % {
                "share": show.show_percent(report.reached.share),
                "effect": each(line.kind, told.value, report.currency),
                "span": span,
            }
        )
    if line is not None and line.saved > SURE_OF_RATIO:
        found.append(
            _("Adjusted by what they spent in the year before, which takes %(share)s of the chance out.")
            % {"share": show.show_percent(line.saved, 1)}
        )
    if report.contaminated:
        said = amount(without.kind, without.total.value, report.currency) if without else "–"
        n = report.contaminated
        found.append(
            ngettext(
                "%(n)s customer stood in two groups because records were merged; without them it is %(said)s.",
                "%(n)s customers stood in two groups because records were merged; without them it is %(said)s.", n,
            ) % {"n": show.show_number(n), "said": said}
        )  # fmt: skip
    if report.split_households:
        n = report.split_households
        found.append(
            ngettext(
                "In %(n)s household somebody was left alone while somebody else got it: if they talked, it did more than is shown.",
                "In %(n)s households somebody was left alone while somebody else got it: if they talked, it did more than is shown.", n,
            ) % {"n": show.show_number(n)}
        )  # fmt: skip
    return found


def power(told: Power) -> str:
    """What can be found before it starts, in one sentence."""
    if told.units == 0:
        return _("Nobody is meant yet.")
    days = ngettext("%(n)s day", "%(n)s days", told.days) % {"n": told.days}
    if told.always is None:
        return _("With so few customers nothing could be told after %(days)s, whatever it does.") % {"days": days}
    usual, least = each(told.kind, told.usual, told.currency), each(told.kind, told.usual + told.always, told.currency)
    words = {"days": days, "usual": usual, "least": least, "control": show.show_number(told.control)}
    if told.kind == "money":
        return (
            _(
                "Within %(days)s it can be told when it raises spending from %(usual)s to %(least)s a customer or more, with %(control)s left alone."
            )
            % words
        )
    return (
        _(
            "Within %(days)s it can be told when it raises those who order from %(usual)s to %(least)s or more, with %(control)s left alone."
        )
        % words
    )


def power_advice(told: Power) -> list[str]:
    """What a small house may do to find more."""
    found: list[str] = []
    if told.lift is not None and told.lift <= 0.2:
        return found
    if told.larger is not None and told.always is not None and told.larger < 0.95 * told.always:
        larger = each(told.kind, told.usual + told.larger, told.currency)
        found.append(_("With half of them left alone: %(larger)s or more.") % {"larger": larger})
    if told.longer is not None and told.kind == "rate" and told.lift is not None:
        found.append(_("Measuring twice as long helps too: more of them order by then."))
    found.append(_("If that is more than it can do, it may still be worth doing; what it did will not be known."))
    return found
