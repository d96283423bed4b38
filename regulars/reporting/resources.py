"""What reporting adds to the frame: its place in the rail, its style, and as of when all figures hold."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers import resources as _customers  # noqa: F401 -- its lists must be there to be enriched
from regulars.marketing.segments import listed
from regulars.reporting import filters, panels, queries  # noqa: F401 -- panels register themselves
from regulars.reporting.models import FORECASTS
from regulars.web import asof, assets, places
from regulars.web.palette import Action, register_action
from regulars.web.places import Place
from regulars.web.resources import Column, Filter, enrich

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
places.register(
    Place(
        "insight",
        pgettext_lazy("place", "Insight"),
        icon="chart",
        url_name="reporting:insight",
        order=17,
        chord="g i",
        rule="insight.view",
        phone=False,
    )
)
listed.follow("forecast", FORECASTS)
assets.register(style="web/css/arc.css")
assets.register(style="reporting/reporting.css")
register_action(
    Action(
        "insight.trust",
        _("See how well the models foretell"),
        "reporting:insight-trust",
        icon="shield",
        rule="insight.view",
        words=_("trust back-test calibration drift forecast"),
    )
)
enrich(
    "customers",
    rows=filters.with_forecast,
    columns=(
        Column("orders_next", _("Orders, next year"), "forecast.orders", "number", sort="forecast__orders", default=False, hint=_("How many orders may be expected within the next 12 months")),
        Column("money_next", _("Money, next year"), "forecast.money", "money", sort="forecast__money", total=True, currency="forecast.currency", default=False, hint=_("What may be expected within the next 12 months; empty where the forecast is not to be believed")),
        Column("alive", _("Still a customer"), "forecast.alive", "percent", sort="forecast__alive", default=False, hint=_("How likely this customer will order again within three years, or within as many days as the record is long")),
        Column("churn", _("About to leave"), "forecast.churn", "percent", sort="forecast__churn", default=False, hint=_("How likely this customer buys nothing for twice as long as usual")),
        Column("converts", _("Will become a customer"), "forecast.converts", "percent", sort="forecast__converts", default=False, hint=_("How likely a prospect buys for the first time within 90 days, or within a fifth of a shorter record")),
    ),
    filters=(
        Filter("orders_next", _("Orders, next year"), "range", field="forecast__orders"),
        Filter("money_next", _("Money, next year"), "money_range", field="forecast__money"),
        Filter("alive", _("Still a customer, 0–1"), "range", field="forecast__alive"),
        Filter("churn", _("About to leave, 0–1"), "range", field="forecast__churn"),
        Filter("converts", _("Will become a customer, 0–1"), "range", field="forecast__converts"),
        Filter("action", _("Next step"), "multi", field="summary__next_action", choices=filters.actions),
        Filter("bought_by", _("Ordered through"), "choice", apply=filters.bought_by, choices=filters.channels),
        Filter("bought_group", _("Bought of"), "text", apply=filters.bought_group, hint=_("A product group")),
        Filter("bought", _("Bought the product"), "text", apply=filters.bought, words=filters.named_products, hint=_("The number of a product; several with commas: all of them")),
        Filter("together", _("Bought together"), "text", apply=filters.together, words=filters.named_products, hint=_("Numbers of products with commas: all of them in one order")),
        Filter("not_bought", _("Never bought the product"), "text", apply=filters.not_bought, words=filters.named_products, hint=_("The number of a product")),
        Filter("picked", _("Named by an analysis"), "text", apply=filters.picked, words=filters.named_analysis, hint=_("Analysis and list")),
    ),
)  # fmt: skip


@asof.register
def figures_as_of(_request: HttpRequest) -> datetime | None:
    """The moment for which the last refresh computed everything."""
    run = queries.last_done()
    return run.as_of if run else None
