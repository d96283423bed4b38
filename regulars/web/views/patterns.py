"""Every component, in both languages and both themes, on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from regulars.kit import clock
from regulars.web import format as show
from regulars.web import icons
from regulars.web.stages import STAGES, VALUE_CLASSES


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("Family name first for Chinese names."))
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=list(STAGES.items()))
    day = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    tell = forms.BooleanField(label=gettext_lazy("Tell the owner"), required=False)


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """The pattern page."""
    sets: list[dict[str, str]] = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            sets.extend(
                {"html": _set(request, code, theme), "theme": theme, "language": code, "name": str(name)}
                for theme in ("light", "dark")
            )
    return render(request, "web/patterns/patterns.html", {"sets": sets, "icons": sorted(icons.names())})


def _set(request: HttpRequest, code: str, theme: str) -> str:
    now = clock.now()
    form = SampleForm({"name": "", "stage": "welcome", "day": "2026-11-22"}, auto_id=f"{code}-{theme}-%s")
    form.is_valid()
    context = {
        "id": f"{code}-{theme}", "stages": list(STAGES), "classes": list(VALUE_CLASSES), "form": form, "now": now,
        "stale": now - timedelta(days=4), "yesterday": now - timedelta(days=1), "last_spring": now - timedelta(days=212),
        "bars": _bars(), "bar_rows": _bar_rows(), "band": _band(), "band_rows": _band_rows(),
        "tabs": [(_("Timeline"), "#", True, 128), (_("Orders"), "#", False, 34), (_("Relations"), "#", False)],
        "crumbs": [(_("Customers"), "#"), ("王小明", "")],
        "interval": _("(%(low)s–%(high)s)") % {"low": 1, "high": 6},
        "orders": ngettext("about %(n)s order", "about %(n)s orders", 3) % {"n": 3},
        "revenue": show.show_money(4_820_000),
    }  # fmt: skip
    return render_to_string("web/patterns/set.html", context, request=request)


_MONTHS = ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
_REVENUE = (41_200_000, 38_750_000, 52_310_000, 47_900_000, 61_480_000, 58_020_000)
_EXPECTED = (40_000_000, 41_000_000, 45_500_000, 49_000_000, 52_000_000, 56_000_000)
_SPREAD = 9_000_000


def _bars() -> dict[str, Any]:
    return {
        "xAxis": {"type": "category", "data": list(_MONTHS)},
        "yAxis": {"type": "value", "format": "money"},
        "series": [{"type": "bar", "format": "money", "data": [{"value": value, "url": "#"} for value in _REVENUE]}],
    }


def _bar_rows() -> list[tuple[str, str]]:
    return [(month, show.show_money(value)) for month, value in zip(_MONTHS, _REVENUE, strict=True)]


def _band() -> dict[str, Any]:
    low = [value - _SPREAD for value in _EXPECTED]
    return {
        "xAxis": {"type": "category", "data": list(_MONTHS), "boundaryGap": False},
        "yAxis": {"type": "value", "format": "money", "scale": True},
        "series": [
            {"type": "line", "data": low, "stack": "band", "lineStyle": {"opacity": 0}, "tooltip": {"show": False}, "silent": True},
            {
                "type": "line", "data": [2 * _SPREAD] * len(_MONTHS), "stack": "band", "lineStyle": {"opacity": 0},
                "areaStyle": {"color": "var(--band)"}, "silent": True,
            },
            {"type": "line", "name": _("expected"), "format": "money", "data": list(_EXPECTED), "lineStyle": {"type": "dashed"}},
            {
                "type": "line", "name": _("actual"), "format": "money", "data": list(_REVENUE), "color": "var(--series-2)",
                "endLabel": {"show": True, "formatter": _("actual"), "color": "var(--ink-2)"},
            },
        ],
        "grid": {"right": 56},
    }  # fmt: skip


def _band_rows() -> list[tuple[str, str, str]]:
    return [(m, show.show_money(a), show.show_money(e)) for m, a, e in zip(_MONTHS, _REVENUE, _EXPECTED, strict=True)]
