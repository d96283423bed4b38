"""The right column of the customer page: what is owned and agreed, consent, details, scores, the path of stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from regulars.customers import field_list, fields, panels
from regulars.customers.choices import MARKETING_CHANNELS
from regulars.customers.models import ContactPoint, CustomerSummary, Party, Stage
from regulars.customers.page.reach import CHANNEL_OF, ICONS, said, shown_address, suppressed_words
from regulars.customers.queries.profile import Move, Profile
from regulars.web import arc, resources
from regulars.web import format as show
from regulars.web.listing import cells
from regulars.web.resources import Column

FACTS: Final = (
    "address", "city", "postcode", "region", "country", "birth_date", "language", "preferred_channel", "preferred_time",
    "industry", "salutation", "other_name", "source", "team", "territory", "about",
)  # fmt: skip
ONLY_PERSONS: Final = {"birth_date", "salutation"}
ONLY_COMPANIES: Final = {"industry"}


def path_of(summary: CustomerSummary, moves: Sequence[Move]) -> SafeString:
    """Their way through the eight stages as the small arc."""
    visited = [moves[0].begin] if moves and moves[0].begin else []
    visited += [move.end for move in moves]
    if summary.stage and (not visited or visited[-1] != summary.stage):
        visited.append(summary.stage)
    names = dict(Stage.choices)
    label = _("The way through the stages: %(stages)s") % {
        "stages": " → ".join(str(names.get(key, key)) for key in visited)
    }
    return arc.draw_path(list(Stage.values), visited, label=label)


@dataclass(frozen=True, slots=True)
class PointLine:
    """A contact point as it is shown."""

    point: ContactPoint
    icon: str
    shown: str
    has_rivals: bool


def points_of(profile: Profile) -> list[PointLine]:
    """The ways to reach the customer, as people here write them."""
    of_kind = Counter(point.kind for point in profile.points)
    return [
        PointLine(point, ICONS[CHANNEL_OF[point.kind]], shown_address(point), of_kind[point.kind] > 1)
        for point in profile.points
    ]


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """What was said about one channel. ``ask_url``: where they are asked themselves, as long as they said nothing."""

    channel: str
    label: str
    icon: str
    state: str
    reason: str
    ask_url: str = ""


def consents_of(profile: Profile) -> list[ConsentLine]:
    """What the customer said about marketing by each channel."""
    lines, has = [], {CHANNEL_OF[point.kind] for point in profile.points}
    for channel in MARKETING_CHANNELS:
        word = profile.consents.get((channel.value, "marketing")) or profile.consents.get((channel.value, "all"))
        state, reason = word.state if word else "unknown", said(word)
        if (stopped := profile.suppressed.get(channel.value)) is not None:
            state, reason = "suppressed", f"{suppressed_words(stopped)} {reason}"
        ask = panels.ask_url(channel, profile.party.pk) if state == "unknown" and channel in has else ""
        lines.append(ConsentLine(channel.value, str(channel.label), ICONS[channel], state, reason, ask))
    return lines


@dataclass(frozen=True, slots=True)
class FactLine:
    """One detail, editable in place where ``edit_url`` is set."""

    label: str
    shown: SafeString | str
    edit_url: str


def facts_of(profile: Profile, *, may_edit: bool) -> list[FactLine]:
    """The details of the record: all of them for whoever may edit, else those that are known."""
    columns = resources.get("customers").by_key
    left_out = (
        ONLY_COMPANIES
        if profile.party.kind == "person"
        else ONLY_PERSONS
        if profile.party.kind == "organisation"
        else set()
    )
    lines = []
    for key in FACTS:
        column = columns[key]
        if key in left_out or not (may_edit or column.of(profile.party)):
            continue
        lines.append(_line(column, profile.party, may_edit=may_edit))
    return lines + own_facts_of(profile.party, may_edit=may_edit)


def own_facts_of(party: Party, *, may_edit: bool) -> list[FactLine]:
    """The company's own fields of this kind of party, then what imports kept beside them."""
    defined = fields.active()
    own = [field_list.column(one) for one in defined if fields.applies(one, party.kind)]
    lines = [_line(column, party, may_edit=may_edit) for column in own if may_edit or column.of(party) is not None]
    kept = fields.unknown(party, defined)
    return lines + [FactLine(key, value if isinstance(value, str) else str(value), "") for key, value in kept.items()]


def _line(column: Column, party: Party, *, may_edit: bool) -> FactLine:
    url = reverse("web:cell-customers", args=[party.pk, column.key]) if may_edit else ""
    return FactLine(str(column.label), cells.html(column, party), url)


def scores_of(summary: CustomerSummary) -> list[tuple[str, str, str]]:
    """The scores: name, value, what it means."""
    told: list[tuple[str, Any, str]] = [
        (_("Recency"), summary.recency_score, _("How recently they bought, 1–5 among all customers")),
        (_("Frequency"), summary.frequency_score, _("How often they buy, 1–5 among all customers")),
        (_("Money"), summary.monetary_score, _("How much they spend, 1–5 among all customers")),
    ]
    scores = [(label, str(value), meaning) for label, value, meaning in told if value]
    if summary.value_percentile is not None and summary.orders:
        top = max(1, round(summary.value_percentile))
        scores.append(
            (
                _("By revenue"),
                _("top %(n)s%%") % {"n": top},
                _("Rank %(rank)s by revenue") % {"rank": show.show_number(summary.value_rank)},
            )
        )
    if summary.risk is not None:
        scores.append((_("Risk"), show.show_percent(summary.risk), _("How likely they are leaving")))
    return scores
