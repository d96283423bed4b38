"""What is known of the recipients of a batch, fetched in bulk: the same few queries for one and for a thousand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from regulars.catalogue.models import Product
from regulars.commerce.models import LineKind, Order, OrderLine, OrderState
from regulars.customers.models import CustomerSummary, Kind, Party, PartyRelation, RelationKind
from regulars.customers.permission.choices import spoken
from regulars.kit import clock
from regulars.marketing.content import registries
from regulars.marketing.content.models import Imprint
from regulars.marketing.content.registries import Offer, Recommended
from regulars.staff.queries import company_name
from regulars.web.rows import AnyOf

_CHINESE_COUNTRIES: Final = frozenset({"TW", "HK", "MO"})


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as it is recommended; the price in minor units of its currency."""

    code: str
    name: str
    price: int | None
    currency: str


@dataclass(slots=True)
class Facts:
    """One recipient."""

    pk: int
    kind: str = Kind.PERSON
    name: str = ""
    family_name: str = ""
    given_name: str = ""
    other_name: str = ""
    salutation: str = ""
    language: str = ""
    city: str = ""
    owner: str = ""
    company: str = ""
    orders: int = 0
    first_order: datetime | None = None
    last_order: datetime | None = None
    last_product: str = ""
    again: list[Goods] = field(default_factory=list)
    new: list[Goods] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Here:
    """What is the same for all recipients of one language and origin."""

    language: str
    company: str
    address: str
    website: str
    product_page: str
    today: date
    offer: Offer


@dataclass(frozen=True, slots=True)
class House:
    """The company as it stands under mails."""

    name: str
    imprint: Imprint
    language: str

    def here(self, language: str, offer: Offer | None = None) -> Here:
        """It, in a language."""
        told: Mapping[str, str] = self.imprint.address
        address = told.get(language) or next((one for one in told.values() if one), "")
        return Here(
            language, self.name, address, self.imprint.website, self.imprint.product_page, timezone.localdate(clock.now()), offer or Offer()
        )  # fmt: skip


def house() -> House:
    """The company's name, address and language of mails. Two queries."""
    imprint = Imprint.objects.first() or Imprint()
    return House(company_name(), imprint, imprint.language or default_language())


def default_language() -> str:
    """How customers are spoken to whose language is not known: as in the company's country."""
    return "zh-hant" if settings.COUNTRY in _CHINESE_COUNTRIES else settings.LANGUAGE_CODE


OF_SUMMARY: Final = frozenset({"orders", "customer_since", "last_order", "days_since"})
OF_ORDERS: Final = frozenset({"last_product"})
OF_RELATIONS: Final = frozenset({"company"})
OF_FORECAST: Final = frozenset({"recommended", "again", "new", "again_product", "new_product"})


def gather(parties: Collection[int], wanted: Collection[str]) -> dict[int, Facts]:
    """What is known of these customers that ``wanted`` fields speak of; at most eight queries."""
    told = _people(parties)
    if OF_SUMMARY & set(wanted):
        _figures(told)
    if OF_ORDERS & set(wanted):
        _last_products(told)
    if OF_RELATIONS & set(wanted):
        _employers(told)
    if OF_FORECAST & set(wanted):
        _recommendations(told)
    return told


def _people(parties: Collection[int]) -> dict[int, Facts]:
    rows = Party.objects.filter(AnyOf(F("pk"), parties)).values_list(
        "pk", "kind", "name", "family_name", "given_name", "other_name", "salutation", "language", "city", "owner__name", "owner__username"
    )  # fmt: skip
    return {
        pk: Facts(pk, kind, name, family, given, other, salutation, spoken(language), city, owner or username or "")
        for pk, kind, name, family, given, other, salutation, language, city, owner, username in rows
    }


def _figures(told: Mapping[int, Facts]) -> None:
    rows = CustomerSummary.objects.filter(AnyOf(F("party_id"), told))
    for pk, orders, first, last in rows.values_list("party_id", "orders", "first_order_at", "last_order_at"):
        one = told[pk]
        one.orders, one.first_order, one.last_order = orders, first, last


def _last_products(told: Mapping[int, Facts]) -> None:
    """Of each customer's last order the product for which they paid most. Two queries."""
    orders = Order.objects.filter(AnyOf(F("customer_id"), told), state=OrderState.PLACED, retracted_in=None)
    last = dict(
        orders.filter(ordered_at=F("customer__summary__last_order_at")).order_by("pk").values_list("customer_id", "pk")
    )
    of_order = {order: customer for customer, order in last.items()}
    lines = OrderLine.objects.filter(AnyOf(F("order_id"), of_order), kind=LineKind.PRODUCT, retracted_in=None)
    for order, name, words in lines.order_by("amount", "pk").values_list("order_id", "product__name", "description"):
        told[of_order[order]].last_product = name or words or told[of_order[order]].last_product


def _employers(told: Mapping[int, Facts]) -> None:
    """An organisation is its own company; a person's is where they work."""
    for one in told.values():
        one.company = one.name if one.kind == Kind.ORGANISATION else ""
    rows = PartyRelation.objects.current().filter(AnyOf(F("party_id"), told), kind=RelationKind.EMPLOYED_BY)
    for pk, name in rows.order_by("-pk").values_list("party_id", "other__name"):
        told[pk].company = name


def _recommendations(told: Mapping[int, Facts]) -> None:
    """What they will likely buy, by name; a product without a name is nothing to recommend."""
    found = registries.recommended(list(told))
    goods = _goods(pk for one in found.values() for pk in (*one.again, *one.new))
    for pk, one in found.items():
        if pk in told:
            told[pk].again, told[pk].new = _named(one, goods)


def _goods(products: Iterable[int]) -> dict[int, Goods]:
    wanted = set(products)
    if not wanted:
        return {}
    rows = Product.objects.filter(pk__in=wanted).exclude(name="")
    return {
        pk: Goods(code, name, price, currency)
        for pk, code, name, price, currency in rows.values_list("pk", "code", "name", "price", "currency")
    }


def _named(one: Recommended, goods: Mapping[int, Goods]) -> tuple[list[Goods], list[Goods]]:
    return [goods[pk] for pk in one.again if pk in goods], [goods[pk] for pk in one.new if pk in goods]
