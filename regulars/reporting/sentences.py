"""What the analyses ask, mean and found, in the reader's language.

The analyses themselves are a library without Django: they write their English and mark it for the translators
(``SAYS`` in each file; the catalog is ``intelligence/locale``). Here it is put into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, to_locale
from django.utils.translation import gettext_lazy as _

from regulars.customers.reasons import duration, up_to_today, written
from regulars.customers.timeline import channel_label
from regulars.intelligence import analyses, trust
from regulars.intelligence.analyses import base, slices
from regulars.web import format as show

Text = str | Promise


@dataclass(frozen=True)
class About:
    """An analysis explained: the question, why it matters, how it is computed, and where that comes from."""

    title: Text
    question: Text
    why: Text
    how: Text
    source: str


def about(name: str) -> About:
    """The analysis of that name, in the active language.

    Raises:
        KeyError: there is none.
    """
    one = analyses.get(name)
    return About(_said(one.TITLE), _said(one.QUESTION), _said(one.WHY), _said(one.FORMULA), one.SOURCE)


@cache
def english() -> Mapping[str, str]:
    """Every code that a result may carry, and its English."""
    said = {**base.SAYS, **trust.SAYS, **slices.SAYS}
    for name in analyses.names():
        said.update(analyses.get(name).SAYS)
    return said


class _Figures(dict[str, str]):
    """Figures by name; one that a result stored by an earlier version does not have is a dash until the next refresh."""

    def __missing__(self, _name: str) -> str:
        return show.DASH


def word(code: str) -> str:
    """A word of an analysis in the active language; the bare code when it is unknown."""
    text = english().get(code)
    if text is not None:
        return _said(text)
    if base.AND in code:
        return pgettext("list", ", ").join(word(one) for one in code.split(base.AND))
    kind, _dot, key = code.partition(".")
    return channel_label(key) or show.DASH if kind == "channel" else code


def found(saying: Mapping[str, Any]) -> str:
    """A finding in the active language; the bare code when it is unknown."""
    text = english().get(saying["code"])
    if text is None:
        return str(saying["code"])
    values = up_to_today(saying.get("values") or {})
    currency = str(values.get("currency", ""))
    return _said(text) % _Figures({name: _written(name, value, currency) for name, value in values.items()})


def headline(result: Mapping[str, Any]) -> list[str]:
    """The headline of a stored result."""
    return [found(one) for one in result.get("headline", [])]


def paragraph(result: Mapping[str, Any]) -> str:
    """The headline as one paragraph."""
    return joined(headline(result))


def spaced(result: Mapping[str, Any]) -> list[str]:
    """The sentences of the headline of a stored result, each with what divides it from the next."""
    said = headline(result)
    return [one + joined(["", ""]) for one in said[:-1]] + said[-1:]


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other; Chinese ones stand without a blank between them."""
    return ("" if show.is_chinese() else " ").join(sentences)


def value(shown: Any, unit: str, currency: str = "") -> str:
    """A value of a chart or a table as a reader of the active language expects it (``base.Unit``)."""
    if shown is None:
        return show.DASH
    match unit:
        case "money":
            return show.show_money(round(shown), currency)
        case "share":
            return show.show_percent(
                shown, 0 if abs(shown) >= 0.1 or round(100 * shown, 1) == round(100 * shown) else 1
            )
        case "days":
            return duration(float(shown))
        case "on":
            return show.show_date(date.fromisoformat(shown))
        case "month":
            return show.show_month(date.fromisoformat(shown))
        case "word":
            return word(shown)
        case "count":
            return show.show_number(round(shown))
        case "number":
            return show.show_number(shown, _decimals(float(shown)))
    return str(shown)


def _decimals(shown: float) -> int:
    """As many as say something: none of a large number, two of a small one, but no second nought."""
    if shown == 0 or abs(shown) >= 100:
        return 0
    return 1 if abs(shown) >= 10 or round(shown, 1) == round(shown, 2) else 2


def _said(text: str) -> str:
    return _catalog(to_locale(get_language() or "en")).gettext(text)


@cache
def _catalog(locale: str) -> NullTranslations:
    """The library's own catalog, apart from Django's, in which the same English may mean something else."""
    compiled = files("regulars.intelligence").joinpath("locale", locale, "LC_MESSAGES", "django.mo")
    if not compiled.is_file():
        return NullTranslations()
    with compiled.open("rb") as file:
        return GNUTranslations(file)


def _written(name: str, value: Any, currency: str) -> str:
    if name.endswith("_month"):
        return show.show_month(date.fromisoformat(value))
    if name.endswith("_name"):
        return str(value)
    if name.endswith("_word"):
        return word(value)
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
