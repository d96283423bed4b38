"""Conditions on what was bought: goods of a group, or a product, so often or for so much, within so many days.

Counted are orders, and what their lines of these goods come to, in the company's currency; what was sent back stays bought. Days are whole
days, so that somebody leaves at midnight. A product that is moved to another group counts there when its customer is next looked at.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.catalogue.models import Product
from regulars.commerce.models import LineKind, OrderLine, OrderState
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.marketing.segments.conditions import Condition, Field, Scope, Values, one_of, register
from regulars.marketing.segments.days import DayEdge, midnight
from regulars.marketing.segments.dealings import MEASURE, check_measure, counted, measured, reaching, window_of
from regulars.web import format as show
from regulars.web.access import User
from regulars.web.resources import Choice, Rows

GROUP, PRODUCT = "group", "product"
MOST_GROUPS: Final = 500
TOPICS: Final = frozenset({"commerce.order_placed", "commerce.order_cancelled"})


def _sorts(_user: User) -> list[Choice]:
    return [Choice(GROUP, _("Product group")), Choice(PRODUCT, _("Product"))]


def _groups(_user: User) -> list[Choice]:
    named = Product.objects.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    return [Choice(one, one) for one in named[:MOST_GROUPS]]


_WHAT = Field("what", gettext_lazy("Goods"), "choice", _sorts, default=GROUP)
_GROUP = Field("of", gettext_lazy("Product group"), "choice", _groups, when=("what", (GROUP,)))
_CODE = Field(
    "code", gettext_lazy("Product"), "text", hint=gettext_lazy("The code of a product"), when=("what", (PRODUCT,))
)


def _lines(values: Values) -> Rows:
    """The lines of these goods in orders that stand."""
    lines: Rows = OrderLine.objects.filter(
        retracted_in=None,
        kind=LineKind.PRODUCT,
        order__retracted_in=None,
        order__state=OrderState.PLACED,
        order__customer__isnull=False,
    )
    if values["what"] == GROUP:
        return lines.filter(product__in=Product.objects.filter(group=values["of"]))
    return lines.filter(product__in=Product.objects.filter(code=values["code"]))


def _narrow(rows: Rows, values: Values, scope: Scope) -> Rows:
    asked, lines = counted(values, ""), scope.of(_lines(values), "order__customer")
    if asked.window:
        lines = lines.filter(order__ordered_at__gte=midnight(show.local_day(clock.now()) - asked.window))
    if asked.of_amounts:
        lines = lines.filter(order__currency=settings.CURRENCY)
    return reaching(rows, lines.values(customer=F("order__customer")), asked, Count("order", distinct=True))


def _check(values: Values, user: User) -> dict[str, str]:
    kept = {"what": one_of(values, _WHAT, user)}
    if kept["what"] == GROUP:
        kept["of"] = one_of(values, _GROUP, user)
    else:
        kept["code"] = values.get("code", "").strip()
        if not Product.objects.filter(code=kept["code"]).exists():
            raise UserError(_("There is no product with the code “%(code)s”.") % {"code": kept["code"][:80]})
    return {**kept, **check_measure(values, user)}


def _words(values: Values, _user: User) -> str:
    if values["what"] == GROUP:
        return measured(_("Bought of %(goods)s") % {"goods": values["of"]}, values)
    found = Product.objects.filter(code=values["code"]).first()
    return measured(_("Bought %(goods)s") % {"goods": found.name or found.code if found else values["code"]}, values)


def _edges(values: Values) -> list[DayEdge]:
    window: timedelta | None = window_of(values)
    return [DayEdge(_lines(values), "order__ordered_at", window.days, party="order__customer")] if window else []


register(
    Condition(
        "bought", gettext_lazy("What they bought"), gettext_lazy("Behaviour"), (_WHAT, _GROUP, _CODE, *MEASURE), _narrow, lambda _values: TOPICS,
        _words, _check, _edges,
    )
)  # fmt: skip
