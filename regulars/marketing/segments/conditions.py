"""What can be asked of a customer: the registry of conditions.

A condition narrows a queryset of parties, for all of them or for a few; it says which changes may alter its answer (topics:
``figures`` and ``record`` for columns of the summary and of the party, ``consent``, ``relation``, or a kind of timeline entry)
and where time alone may (its edges).

The conditions on facts are the filters of the customer list, with the company's own fields (``listed``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.kit.errors import UserError
from regulars.marketing.segments.edges import Edge
from regulars.web.access import User
from regulars.web.resources import Choice, Rows, Text

Values = Mapping[str, str]
FIGURES, RECORD, CONSENT, RELATION = "figures", "record", "consent", "relation"


@dataclass(frozen=True, slots=True)
class Scope:
    """When it is asked, and of whom: of everybody, or of these parties only."""

    now: datetime
    parties: Sequence[int] | None = None

    def of(self, rows: Rows, column: str) -> Rows:
        """``rows`` of another table, narrowed to those of the parties asked about."""
        return rows if self.parties is None else rows.filter(**{f"{column}__in": self.parties})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. ``kind``: choice, choices, flag, text, month, number, money; numbers, moneys, days for spans.

    The value is always a text: choices with commas between, a span as ``low..high``, money in major units. ``when`` gives another field and the values of it for which this one is asked at all.
    """

    key: str
    label: Text
    kind: str = "choice"
    choices: Callable[[User], Sequence[Choice]] | None = None
    default: str = ""
    hint: Text = ""
    when: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Whether entries of a kind within a window that ends now (None: all up to now) reach ``least``, or stay ``below`` it.

    Counted is how many there are, or what their amounts come to, in minor units.
    """

    kind: str
    window: timedelta | None
    least: int
    of_amounts: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One question. ``check`` refuses values that make no sense and returns them as they are kept.

    Where ``counted`` is there, it says what ``narrow`` counts, so that much of it can be counted at once for everybody.
    """

    key: str
    label: Text
    group: Text
    fields: tuple[Field, ...]
    narrow: Callable[[Rows, Values, Scope], Rows]
    topics: Callable[[Values], frozenset[str]]
    words: Callable[[Values, User], str]
    check: Callable[[Values, User], dict[str, str]]
    edges: Callable[[Values], Sequence[Edge]] = field(default=lambda _values: ())
    counted: Callable[[Values], Counted] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Conditions that follow from something else: all of them, and the one called a key."""

    every: Callable[[], Sequence[Condition]]
    find: Callable[[str], Condition | None]


_registered: Final[dict[str, Condition]] = {}
_sources: Final[list[Source]] = []


def register(*conditions: Condition) -> None:
    """Make conditions known; a key must be new."""
    for one in conditions:
        if _registered.setdefault(one.key, one) is not one:
            raise ValueError(f"two conditions are called {one.key}")


def add_source(one: Source) -> None:
    """Have ``one`` give further conditions each time they are asked for."""
    _sources.append(one)


def every() -> dict[str, Condition]:
    """All conditions by key, those on facts first."""
    found = {one.key: one for told in _sources for one in told.every()}
    return {**found, **_registered}


def known(key: str) -> Condition | None:
    """The condition called ``key``, if there is one."""
    one = _registered.get(key)
    for told in _sources:
        one = one or told.find(key)
    return one


def get(key: str) -> Condition:
    """The condition called ``key``.

    Raises:
        UserError: there is none (any more): a field of the company's own was taken away.
    """
    one = known(key)
    if one is None:
        raise UserError(_("The condition “%(key)s” is not there any more.") % {"key": key})
    return one


def whole_number(values: Values, key: str, label: Text, *, least: int, most: int) -> int:
    """A number that was typed.

    Raises:
        UserError: it is none, or out of bounds.
    """
    text = values.get(key, "").replace(",", "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 15 or not least <= int(text) <= most:
        raise UserError(
            _("%(field)s: please give a whole number from %(least)s to %(most)s.")
            % {"field": label, "least": least, "most": most}
        )
    return int(text)


def one_of(values: Values, one: Field, user: User) -> str:
    """A value that was chosen.

    Raises:
        UserError: it is none of the choices.
    """
    chosen, known = values.get(one.key, ""), one.choices(user) if one.choices else []
    if chosen not in {choice.value for choice in known}:
        raise UserError(_("%(field)s: please choose.") % {"field": one.label})
    return chosen


def named(one: Field, value: str, user: Any) -> str:
    """What a chosen value is called."""
    known = one.choices(user) if one.choices else []
    return next((str(choice.label) for choice in known if choice.value == value), value)
