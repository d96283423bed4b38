"""Segments in lists, menus and the palette; the filter of the customer list by segment."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers import resources as _customers  # noqa: F401 -- its list must be there to be enriched
from regulars.marketing.segments import actions, definition, queries  # noqa: F401 -- conditions register themselves
from regulars.marketing.segments.models import Segment
from regulars.staff import audit
from regulars.web import assets, palette, undo
from regulars.web import format as show
from regulars.web.access import User
from regulars.web.palette import Action
from regulars.web.resources import (
    Badge,
    Choice,
    Column,
    Empty,
    Filter,
    Onward,
    Resource,
    Rows,
    enrich,
    lead_on,
    register,
    search_in,
)  # fmt: skip

NOBODY = "none"
MOST_DIGITS = 10


def _state(segment: Segment) -> Badge | None:
    return Badge(_("Being worked out"), "accent") if segment.being_worked_out else None


def choices(user: User) -> list[Choice]:
    """The segments somebody may look at; where there are none, a choice that finds nobody."""
    found = queries.segments_for(user).order_by("name").values_list("pk", "name")
    return [Choice(str(pk), name) for pk, name in found] or [Choice(NOBODY, _("None"))]


def in_segment(rows: Rows, value: str) -> Rows:
    """Whoever is in a segment now."""
    return rows.filter(pk__in=queries.stays_at(int(value)).values("party")) if value.isdigit() else rows.none()


def was_in_segment(rows: Rows, value: str) -> Rows:
    """Whoever was in a segment at the end of a day: ``12@2026-10-01``."""
    found = _segment_and_day(value)
    return (
        rows.filter(pk__in=queries.stays_at(found[0], queries.end_of(found[1])).values("party"))
        if found
        else rows.none()
    )


def _named_day(value: str) -> str:
    """``VIPs, 1 Oct 2026``."""
    found = _segment_and_day(value)
    name = Segment.objects.filter(pk=found[0]).values_list("name", flat=True).first() if found else None
    return f"{name}, {show.show_date(found[1])}" if found and name else value


def _segment_and_day(value: str) -> tuple[int, date] | None:
    number, _at, raw = value.partition("@")
    day = queries.day_of(raw)
    return (int(number), day) if day and number.isascii() and number.isdigit() and len(number) < MOST_DIGITS else None


undo.returns("segments.removed", Segment, "segment", actions.bring_back)


SEGMENTS = register(
    Resource(
        key="segments",
        label=_("Segments"),
        one=pgettext_lazy("count", "segment"),
        many=pgettext_lazy("count", "segments"),
        icon="filter",
        path="segments/",
        rule="segments.view",
        order=40,
        chord="g s",
        queryset=lambda user: queries.segments_for(user).select_related("owner"),
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="l"),
            Column("seen", _("Customers"), "seen", "number", sort="size", phone="amount"),
            Column("state", _("State"), _state, "badge", sort="asked_at"),
            Column("note", _("What it is for"), "note", phone="secondary", width="xl"),
            Column("owner", _("Owner"), "owner", "person", sort="owner__name"),
            Column("changed", _("Changed"), "changed_at", "ago", sort="changed_at"),
        ),
        default_sort="name",
        search=search_in("name", "note"),
        full_url=lambda segment: segment.get_absolute_url(),
        create_url=lambda: reverse("segments:new"),
        create_label=_("New segment"),
        create_rule="segments.edit",
        empty=Empty(
            _(
                "A segment is a group of customers by a rule: who is in it is always current, and you see who came and went."
            ),
            _("New segment"),
            lambda: reverse("segments:new"),
            "filter",
            "segments.edit",
        ),
    )
)
enrich(
    "customers",
    filters=(
        Filter("segment", _("Segment"), "choice", apply=in_segment, choices=choices),
        Filter(
            "was_in",
            _("Was in the segment"),
            "text",
            apply=was_in_segment,
            words=_named_day,
            hint=_("The number of a segment and a day: 12@2026-10-01"),
            rule="segments.view",
        ),
    ),
)
lead_on(
    "customers",
    Onward(_("Make a segment of this"), lambda: reverse("segments:new"), icon="filter", rule="segments.edit"),
)
assets.register(style="segments/segments.css")
palette.register_action(
    Action(
        "segments.new",
        _("New segment"),
        "segments:new",
        icon="filter",
        rule="segments.edit",
        words=_("group audience rule target"),
    )
)
audit.name(
    segments__made=_("Segment made"),
    segments__changed=_("Segment changed"),
    segments__removed=_("Segment removed"),
    segments__brought_back=_("Segment brought back"),
)
