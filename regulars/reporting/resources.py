"""What reporting adds to the frame: its place in the rail, its style, and as of when all figures hold."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import pgettext_lazy

from regulars.reporting import queries
from regulars.web import asof, assets, places
from regulars.web.places import Place

places.register(
    Place(
        "company",
        pgettext_lazy("place", "Company"),
        icon="arc",
        url_name="reporting:company",
        order=15,
        chord="g m",
        rule="insight.view",
    )
)
assets.register(style="web/css/arc.css")
assets.register(style="reporting/reporting.css")


@asof.register
def figures_as_of(_request: HttpRequest) -> datetime | None:
    """The moment for which the last refresh computed everything."""
    run = queries.last_done()
    return run.as_of if run else None
