"""The kinds of files there are."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.integrations.imports.kinds import words
from regulars.integrations.imports.kinds import words_of_people as people_words
from regulars.integrations.imports.kinds.base import Field, Kind
from regulars.integrations.imports.kinds.holdings import ASSETS, CONTRACTS
from regulars.integrations.imports.kinds.people import CUSTOMERS
from regulars.kit.errors import UserError

_BUYER = (
    Field("name", _("Customer name"), "name", people_words.NAME + people_words.COMPANY),
    Field("email", _("E-mail"), "email", people_words.EMAIL),
    Field("phone", _("Phone"), "phone", people_words.PHONE + people_words.MOBILE),
    Field("address", _("Address"), "text", people_words.ADDRESS),
    Field("city", _("City"), "text", people_words.CITY),
    Field("region", _("Region"), "text", people_words.REGION),
    Field("postcode", _("Postcode"), "id", people_words.POSTCODE),
    Field("country", _("Country"), "text", people_words.COUNTRY),
)
_LINE = (
    Field(
        "line",
        _("Line number"),
        "id",
        words.LINE,
        _("Unique within the order; without it a line is known by its contents."),
    ),
    Field("product", _("Product code"), "id", words.PRODUCT),
    Field("description", _("Product name"), "text", words.DESCRIPTION),
    Field("group", _("Product group"), "text", words.GROUP),
    Field("quantity", _("Quantity"), "quantity", words.QUANTITY, _("Negative: goods that came back.")),
    Field("price", _("Unit price"), "money", words.PRICE),
    Field("amount", _("Line amount"), "money", words.AMOUNT, _("Goes before quantity × unit price.")),
    Field(
        "discount",
        _("Discount"),
        "rate",
        words.DISCOUNT,
        _("A share such as 0.15 or 15 %; only used with a unit price."),
    ),
    Field("cost", _("Cost of the line"), "money", words.COST),
    Field("profit", _("Profit of the line"), "money", words.PROFIT, _("Cost = amount − profit.")),
)
_NUMBER = Field("number", _("Order number"), "id", (*words.NUMBER, "id"))

ORDERS: Final = Kind(
    "orders",
    _("Orders"),
    _("One order, or one line of an order, in each row."),
    (
        _NUMBER,
        Field("ordered_at", _("Order date"), "moment", words.ORDERED, required=True, past=True),
        Field(
            "customer",
            _("Customer number"),
            "id",
            people_words.CUSTOMER,
            _("Rows without one are kept as anonymous trade."),
        ),
        *_BUYER,
        *_LINE,
        Field(
            "shipping", _("Shipping charge of the order"), "money", words.SHIPPING, _("Counted once for each order.")
        ),
        Field("state", _("Order state"), "word", words.STATE),
        Field("channel", _("Channel"), "word", words.CHANNEL),
        Field("currency", _("Currency"), "word", words.CURRENCY),
        Field("shipped_at", _("Shipped on"), "moment", words.SHIPPED),
        Field("delivered_at", pgettext_lazy("column", "Delivered"), "moment", words.DELIVERED),
        Field("promised_at", _("Promised for"), "moment", words.PROMISED),
    ),
    needs=(("ordered_at",), ("number", "customer", "email", "phone", "name")),
    telling=frozenset({"number", "ordered_at", "customer", "quantity", "price", "amount", "state", "product"}),
)
ORDER_ITEMS: Final = Kind(
    "order_items",
    _("Order lines"),
    _("Lines of orders that are here already; each row names its order."),
    (
        Field("number", _("Order number"), "id", words.NUMBER, required=True),
        *_LINE,
        Field("shipping", _("Shipping charge of the line"), "money", words.SHIPPING),
    ),
    needs=(("number",), ("product", "description"), ("price", "amount")),
    telling=frozenset({"number", "line", "product", "price", "amount", "quantity"}),
)
PAYMENTS: Final = Kind(
    "payments",
    _("Payments"),
    _("Money received for orders that are here already."),
    (
        Field("number", _("Order number"), "id", words.NUMBER, required=True),
        Field("sequence", _("Payment number"), "id", words.SEQUENCE),
        Field("method", _("Paid by"), "word", words.METHOD),
        Field("instalments", _("Instalments"), "whole", words.INSTALMENTS),
        Field("amount", _("Amount"), "money", words.AMOUNT, required=True),
        Field("paid_at", _("Paid on"), "moment", words.PAID, past=True),
    ),
    needs=(("number",), ("amount",), ("method", "paid_at", "sequence")),
    telling=frozenset({"number", "method", "instalments", "sequence", "amount", "paid_at"}),
)
PRODUCTS: Final = Kind(
    "products",
    _("Products"),
    _("One product in each row."),
    (
        Field("product", _("Product code"), "id", words.PRODUCT, required=True),
        Field("name", _("Product name"), "text", words.DESCRIPTION + people_words.NAME),
        Field("group", _("Product group"), "text", words.GROUP),
        Field("price", _("Price"), "money", words.PRICE),
        Field("cost", _("Cost"), "money", words.COST),
    ),
    needs=(("product",), ("name", "group", "price", "cost")),
    telling=frozenset({"product", "group", "price", "cost"}),
)
EVENTS: Final = Kind(
    "events",
    _("Timeline entries"),
    _("Calls, letters, visits, reviews: anything that happened with a customer on a day."),
    (
        Field("occurred_at", _("When"), "moment", words.OCCURRED, required=True, past=True),
        Field("customer", _("Customer number"), "id", people_words.CUSTOMER),
        Field("email", _("E-mail"), "email", people_words.EMAIL),
        Field("phone", _("Phone"), "phone", people_words.PHONE + people_words.MOBILE),
        Field("number", _("Order number"), "id", words.NUMBER, _("The entry belongs to whoever placed this order.")),
        Field("kind", _("What happened"), "word", words.EVENT_KIND),
        Field("channel", _("Channel"), "word", words.CHANNEL),
        Field("subject", _("Subject"), "text", words.SUBJECT),
        Field("text", pgettext_lazy("column", "Text"), "long", words.BODY),
        Field("amount", _("Amount"), "money", words.AMOUNT),
        Field("score", _("Score"), "quantity", words.SCORE),
        Field(
            "key",
            _("Number of the entry"),
            "id",
            words.EVENT_KEY,
            _("Makes a second import harmless; without it the contents do."),
        ),
    ),
    needs=(
        ("occurred_at",),
        ("customer", "email", "phone", "number"),
        ("kind", "subject", "text", "score", "channel", "amount"),
    ),
    telling=frozenset({"occurred_at", "kind", "subject", "text", "score", "channel", "key"}),
)
KINDS: Final[dict[str, Kind]] = {
    kind.key: kind for kind in (ORDERS, CUSTOMERS, EVENTS, ORDER_ITEMS, PAYMENTS, PRODUCTS, ASSETS, CONTRACTS)
}


def kind_called(key: str) -> Kind:
    """The kind called ``key``.

    Raises:
        UserError: there is none, with those there are.
    """
    if key not in KINDS:
        raise UserError(
            gettext("There is no kind of file called “%(key)s”; there are: %(kinds)s.")
            % {"key": key, "kinds": ", ".join(KINDS)}
        )
    return KINDS[key]
