"""The list of effects, the filter of the customer list by arm, and the ways there."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers import resources as _customers  # noqa: F401 -- its list must be there to be enriched
from regulars.marketing.effect import queries, sentences
from regulars.marketing.effect.models import Assignment, Experiment
from regulars.marketing.effect.report import Report
from regulars.staff import audit
from regulars.web import assets, palette
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
)

NEWEST = 30


def _report(one: Experiment) -> Report | None:
    return Report.of_brief(one.told) if one.told else None


def _name(one: Experiment) -> str:
    return sentences.everything() if not one.name else one.name


def _said(one: Experiment) -> str | None:
    told = _report(one)
    return sentences.headline(told) if told else None


def _state(one: Experiment) -> Badge | None:
    told = _report(one)
    if told is not None and told.blocked:
        return Badge(_("Blocked"), "stake")
    return (
        Badge(pgettext_lazy("experiment", "Ended"))
        if one.ended_at
        else Badge(pgettext_lazy("experiment", "Running"), "accent")
    )


def _units(one: Experiment) -> int | None:
    told = _report(one)
    return sum(arm.units for arm in told.arms) if told else None


def choices(user: User) -> list[Choice]:
    """The arms of the newest experiments."""
    found = queries.experiments_for(user).filter(columns=[]).order_by("-pk")[:NEWEST]
    return [
        Choice(f"{one.pk}.{arm}", f"{_name(one)}: {sentences.arm_of(arm)}") for one in found for arm in one.shares
    ] or [Choice("none", _("None"))]


def in_arm(rows: Rows, value: str) -> Rows:
    """Whoever stands in an arm: ``7.control``."""
    number, _dot, arm = value.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return rows.none()
    return rows.filter(pk__in=Assignment.objects.filter(experiment=int(number), arm=arm, stands=True).values("party"))


EFFECT = register(
    Resource(
        key="effect",
        label=_("Effect"),
        one=pgettext_lazy("count", "experiment"),
        many=pgettext_lazy("count", "experiments"),
        icon="chart",
        path="effect/",
        rule="effect.view",
        order=46,
        chord="g w",
        queryset=queries.experiments_for,
        columns=(
            Column(
                "name", pgettext_lazy("experiment", "What was done"), _name, sort="name", phone="primary", width="l"
            ),
            Column("said", _("What it did"), _said, phone="secondary", width="xl"),
            Column("state", _("State"), _state, "badge", sort="ended_at"),
            Column("units", pgettext_lazy("experiment", "In it"), _units, "number", phone="amount"),
            Column("began", _("Began"), "began_at", "date", sort="began_at"),
            Column("ended", pgettext_lazy("experiment", "Ended"), "ended_at", "date", sort="ended_at"),
        ),
        default_sort="-began",
        search=search_in("name", "origin"),
        full_url=lambda one: one.get_absolute_url(),
        create_url=lambda: reverse("effect:elsewhere"),
        create_label=_("Measure an experiment made elsewhere"),
        create_rule="effect.edit",
        empty=Empty(
            _(
                "Every campaign leaves a few customers alone, by chance. What the others do more is what it earned; it stands here."
            ),
            _("Measure an experiment made elsewhere"),
            lambda: reverse("effect:elsewhere"),
            "chart",
            "effect.edit",
        ),
    )
)
enrich(
    "customers",
    filters=(
        Filter("arm", pgettext_lazy("experiment", "Group of an experiment"), "choice", apply=in_arm, choices=choices),
    ),
)
lead_on(
    "effect",
    Onward(_("What all of marketing earns"), lambda: reverse("effect:marketing"), icon="chart", rule="effect.view"),
)
assets.register(style="effect/effect.css")
palette.register_action(
    Action("effect.marketing", _("What all of marketing earns"), "effect:marketing", icon="chart", rule="effect.view",
           words=_("hold-out control group incremental lift"))
)  # fmt: skip
palette.register_action(
    Action("effect.elsewhere", _("Measure an experiment made elsewhere"), "effect:elsewhere", icon="upload", rule="effect.edit",
           words=_("test lift file"))
)  # fmt: skip
audit.name(
    effect__ended=_("Measuring ended"),
    effect__hold_out_set=_("Share left out of all marketing set"),
    effect__measured=_("Experiment made elsewhere measured"),
)
