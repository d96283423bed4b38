"""Conditions on what a customer did, when something was or will be, and how they stand to others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from django.conf import settings
from django.db.models import Aggregate, CharField, Count, F, Sum
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.customers import timeline
from regulars.customers.models import Event, Party, PartyRelation, RelationKind
from regulars.kit.errors import UserError
from regulars.kit.money import to_minor
from regulars.marketing.segments.conditions import (
    FIGURES,
    RECORD,
    RELATION,
    Condition,
    Counted,
    Field,
    Scope,
    Values,
    named,
    one_of,
    register,
    whole_number,
)
from regulars.marketing.segments.edges import MomentEdge
from regulars.web import format as show
from regulars.web.access import User
from regulars.web.listing.walking import unindexed
from regulars.web.resources import Choice, Rows, Text, each_of

MOST_DAYS: Final = 3_650
MOST_TIMES: Final = 10_000
AT_LEAST, FEWER, NEVER, SUM_AT_LEAST, SUM_BELOW = "at_least", "fewer", "never", "sum_at_least", "sum_below"
_COUNTED, _SUMMED = (AT_LEAST, FEWER), (SUM_AT_LEAST, SUM_BELOW)
WITHIN, BEFORE, AHEAD = "within", "before", "ahead"


def _kinds(_user: User) -> list[Choice]:
    groups = timeline.GROUPS
    return [Choice(one.key, one.label, groups[one.group]) for one in timeline.kinds()]


def _measures(_user: User) -> Sequence[Choice]:
    return (
        Choice(AT_LEAST, _("at least … times")),
        Choice(FEWER, _("fewer than … times")),
        Choice(NEVER, _("not at all")),
        Choice(SUM_AT_LEAST, _("for at least … in all")),
        Choice(SUM_BELOW, _("for less than … in all")),
    )


MEASURE: Final = (
    Field("measure", gettext_lazy("How often"), "choice", _measures, default=AT_LEAST),
    Field("times", gettext_lazy("Times"), "number", default="1", when=("measure", _COUNTED)),
    Field("amount", gettext_lazy("Amount"), "money", default="1000", when=("measure", _SUMMED)),
    Field("days", gettext_lazy("Within the last … days"), "number", hint=gettext_lazy("Empty: ever"), default="90"),
)
"""How often, or for how much in all, and within how many days."""
_KIND = Field("kind", gettext_lazy("What happened"), "choice", _kinds, default="commerce.order_placed")


def _did(values: Values, scope: Scope | None = None) -> Rows:
    """The entries that count; of few customers they are found by customer, of everybody by kind."""
    events: Rows = Event.objects.live().filter(customer__isnull=False)
    if scope is None or scope.parties is None:
        return events.filter(kind=values["kind"])
    return scope.of(events.filter(Exact(unindexed("kind", CharField()), values["kind"])), "customer")


def window_of(values: Values) -> timedelta | None:
    """How far back it is looked; None for ever."""
    return timedelta(days=int(values["days"])) if values.get("days") else None


def counted(values: Values, kind: str) -> Counted:
    """What the fields of ``MEASURE`` ask of entries of a kind."""
    measure, window = values["measure"], window_of(values)
    if measure in _SUMMED:
        return Counted(kind, window, _minor(values["amount"]), of_amounts=True, below=measure == SUM_BELOW)
    least = 1 if measure == NEVER else int(values["times"])
    return Counted(kind, window, least, below=measure in {FEWER, NEVER})


def _narrow_by_event(rows: Rows, values: Values, scope: Scope) -> Rows:
    asked = _counted(values)
    events = _did(values, scope).filter(occurred_at__lte=scope.now)
    if asked.window:
        events = events.filter(occurred_at__gt=scope.now - asked.window)
    return reaching(rows, events.values("customer"), asked, Count("pk"))


def _counted(values: Values) -> Counted:
    return counted(values, values["kind"])


def reaching(rows: Rows, found: Rows, asked: Counted, times: Aggregate) -> Rows:
    """``rows`` of parties for whom what was ``found``, by ``customer``, reaches what is asked, or stays below it."""
    if asked.of_amounts or asked.least > 1:
        reached = Sum("amount") if asked.of_amounts else times
        found = found.annotate(n=reached).filter(n__gte=asked.least).values("customer")
    return rows.exclude(pk__in=found) if asked.below else rows.filter(pk__in=found)


def _check_event(values: Values, user: User) -> dict[str, str]:
    return {"kind": one_of(values, _KIND, user), **check_measure(values, user)}


def check_measure(values: Values, user: User) -> dict[str, str]:
    """The fields of ``MEASURE`` as they are kept.

    Raises:
        UserError: one of them makes no sense.
    """
    measure, _times, _amount, days = MEASURE
    kept = {"measure": one_of(values, measure, user)}
    if kept["measure"] in _COUNTED:
        kept["times"] = str(whole_number(values, "times", _("Times"), least=1, most=MOST_TIMES))
    if kept["measure"] in _SUMMED:
        kept["amount"] = values.get("amount", "").replace(",", "").strip()
        _minor(kept["amount"])
    if values.get("days", "").strip():
        kept["days"] = str(whole_number(values, "days", days.label, least=1, most=MOST_DAYS))
    return kept


def _minor(text: str) -> int:
    try:
        value = Decimal(text)
        if value.is_finite() and 0 < value < 10**13:
            return to_minor(value, settings.CURRENCY)
    except InvalidOperation:
        pass
    raise UserError(_("%(field)s: please give an amount.") % {"field": _("Amount")})


def _event_words(values: Values, _user: User) -> str:
    return measured(timeline.kind_of(values["kind"]).label, values)


def measured(what: Text, values: Values) -> str:
    """``Order: at least once in the last 90 days``."""
    said = {"what": what, "how": _how_often(values)}
    if window := window_of(values):
        days = {"n": show.show_number(window.days)}
        period = ngettext("in the last day", "in the last %(n)s days", window.days) % days
        return _("%(what)s: %(how)s %(when)s") % {**said, "when": period}
    return _("%(what)s: %(how)s") % said


def _how_often(values: Values) -> str:
    match values["measure"]:
        case "never":
            return _("not at all")
        case "sum_at_least" | "sum_below" as measure:
            money = show.show_money(_minor(values["amount"]))
            said = (
                _("for at least %(money)s in all") if measure == SUM_AT_LEAST else _("for less than %(money)s in all")
            )
            return said % {"money": money}
    times = int(values["times"])
    if values["measure"] == FEWER:
        return ngettext("not once", "fewer than %(n)s times", times) % {"n": times}
    return ngettext("at least once", "at least %(n)s times", times) % {"n": times}


def _event_edges(values: Values) -> list[MomentEdge]:
    """Entries that fall out of the window, and those that are dated ahead and become due."""
    ahead = _did(values).filter(recorded_at__lt=F("occurred_at"))
    edges = [MomentEdge(ahead, "occurred_at", party="customer")]
    if window := window_of(values):
        edges.append(MomentEdge(_did(values), "occurred_at", window, party="customer"))
    return edges


_MOMENTS: Final = {
    "last_order": ("summary__last_order_at", gettext_lazy("Last order")),
    "first_order": ("summary__first_order_at", gettext_lazy("First order")),
    "last_contact": ("summary__last_contact_at", gettext_lazy("Last contact")),
    "expected": ("summary__expected_order_at", gettext_lazy("Next order expected")),
    "stage": ("summary__stage_since", gettext_lazy("In the stage since")),
    "created": ("created_at", gettext_lazy("Created")),
}


def _moments(_user: User) -> list[Choice]:
    return [Choice(key, label) for key, (_path, label) in _MOMENTS.items()]


def _sides(_user: User) -> Sequence[Choice]:
    return (
        Choice(WITHIN, _("in the last … days")),
        Choice(BEFORE, _("… days ago or longer")),
        Choice(AHEAD, _("in the next … days")),
    )


_MOMENT = (
    Field("what", gettext_lazy("What"), "choice", _moments, default="last_order"),
    Field("side", gettext_lazy("When"), "choice", _sides, default=BEFORE),
    Field("days", gettext_lazy("Days"), "number", default="90"),
)


def _narrow_by_moment(rows: Rows, values: Values, scope: Scope) -> Rows:
    path, days = _MOMENTS[values["what"]][0], timedelta(days=int(values["days"]))
    match values["side"]:
        case "within":
            return rows.filter(**{f"{path}__gt": scope.now - days, f"{path}__lte": scope.now})
        case "before":
            return rows.filter(**{f"{path}__lte": scope.now - days})
        case _:
            return rows.filter(**{f"{path}__gt": scope.now, f"{path}__lte": scope.now + days})


def _check_moment(values: Values, user: User) -> dict[str, str]:
    what, side, days = _MOMENT
    return {
        "what": one_of(values, what, user),
        "side": one_of(values, side, user),
        "days": str(whole_number(values, "days", days.label, least=1, most=MOST_DAYS)),
    }


def _moment_words(values: Values, _user: User) -> str:
    days = int(values["days"])
    said = {
        WITHIN: ngettext("in the last day", "in the last %(n)s days", days),
        BEFORE: ngettext("a day ago or longer", "%(n)s days ago or longer", days),
        AHEAD: ngettext("within a day", "in the next %(n)s days", days),
    }[values["side"]]
    shown = said % {"n": show.show_number(days)}
    return _("%(field)s: %(value)s") % {"field": _MOMENTS[values["what"]][1], "value": shown}


def _moment_edges(values: Values) -> list[MomentEdge]:
    path, days = _MOMENTS[values["what"]][0], timedelta(days=int(values["days"]))
    shifts = {WITHIN: (days, timedelta()), BEFORE: (days,), AHEAD: (-days, timedelta())}[values["side"]]
    return [MomentEdge(Party.objects.all(), path, later) for later in shifts]


_RELATION = (
    Field("kind", gettext_lazy("Relation"), "choice", each_of(RelationKind), default=RelationKind.MEMBER_OF.value),
)


def _narrow_by_relation(rows: Rows, values: Values, scope: Scope) -> Rows:
    related = scope.of(PartyRelation.objects.current().filter(kind=values["kind"]), "party")
    return rows.filter(pk__in=related.values("party"))


def _relation_words(values: Values, user: User) -> str:
    return _("Relation: %(kind)s …") % {"kind": named(_RELATION[0], values["kind"], user)}


register(
    Condition(
        "event", gettext_lazy("What they did"), gettext_lazy("Behaviour"), (_KIND, *MEASURE), _narrow_by_event,
        lambda values: frozenset({values["kind"]}), _event_words, _check_event, _event_edges, _counted,
    ),
    Condition(
        "moment", gettext_lazy("How long ago, how soon"), gettext_lazy("Behaviour"), _MOMENT, _narrow_by_moment,
        lambda values: frozenset({RECORD if values["what"] == "created" else FIGURES}), _moment_words, _check_moment, _moment_edges,
    ),
    Condition(
        "relation", gettext_lazy("Relation to others"), gettext_lazy("Facts"), _RELATION, _narrow_by_relation,
        lambda _values: frozenset({RELATION}), _relation_words,
        lambda values, user: {"kind": one_of(values, _RELATION[0], user)},
    ),
)  # fmt: skip
