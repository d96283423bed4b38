"""What there is to insert: each field with its name, what it is, and how it is said to one recipient in their language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Kind
from regulars.kit.money import format_money
from regulars.kit.text import has_han, person_name
from regulars.marketing.content.facts import Facts, Goods, Here
from regulars.marketing.content.running import Values, tidy
from regulars.web import format as show

CHINESE: Final = "zh-hant"
_IN_ENGLISH: Final[Mapping[str, str]] = {
    "先生": "Mr", "小姐": "Ms", "女士": "Ms", "太太": "Mrs", "夫人": "Mrs", "博士": "Dr", "醫師": "Dr", "教授": "Professor",
}  # fmt: skip
_IN_CHINESE: Final[Mapping[str, str]] = {
    "mr": "先生", "ms": "女士", "mrs": "女士", "miss": "小姐", "dr": "博士", "professor": "教授", "prof": "教授",
}  # fmt: skip


class Group(StrEnum):
    """What a field speaks of; its label is in ``GROUPS``."""

    PERSON = "person"
    RECORD = "record"
    LIKELY = "likely"
    OFFER = "offer"
    COMPANY = "company"


GROUPS: Final[Mapping[str, Promise]] = {
    Group.PERSON: _("The recipient"),
    Group.RECORD: _("Their record"),
    Group.LIKELY: _("What they will likely buy"),
    Group.OFFER: _("The offer"),
    Group.COMPANY: _("Your company"),
}
Tell = Callable[[Facts, Here], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """Something to insert. ``certain``: known of everybody. ``address``: an address of the web as a whole."""

    name: str
    label: str | Promise
    group: Group
    tell: Tell
    certain: bool = False
    address: bool = False


def shown_name(facts: Facts, language: str) -> str:
    """The name in the script of the language, where it is known in it; family and given name in their own order."""
    wants_han = language == CHINESE
    if facts.other_name and has_han(facts.name) != wants_han and has_han(facts.other_name) == wants_han:
        return facts.other_name
    if facts.kind == Kind.PERSON and facts.family_name and facts.given_name:
        return person_name(facts.family_name, facts.given_name)
    return facts.name


def greeting(facts: Facts, here: Here) -> str:
    """How one begins: ``Dear Ms Chen``, ``陳小姐您好``; without punctuation. Known of everybody."""
    name = shown_name(facts, here.language)
    return _greeting_in_chinese(facts, name) if here.language == CHINESE else _greeting_in_english(facts, name)


def _greeting_in_chinese(facts: Facts, name: str) -> str:
    title = facts.salutation.strip()
    title = title if has_han(title) else _IN_CHINESE.get(title.rstrip(".").lower(), "")
    family = facts.family_name.strip()
    if title and has_han(family) and has_han(name):
        return f"{family}{title}您好"
    return f"{name}{'' if has_han(name[-1:]) else ' '}您好" if name else "您好"


def _greeting_in_english(facts: Facts, name: str) -> str:
    if not name:
        return "Hello"
    if facts.kind != Kind.PERSON:
        return f"Hello {name}"
    title = facts.salutation.strip().rstrip(".")
    title = _IN_ENGLISH.get(title, "" if has_han(title) else title)
    family = facts.family_name.strip()
    if title and family and not has_han(family):
        return f"Dear {title} {family}"
    given = facts.given_name.strip()
    return f"Dear {name if has_han(name) or not given or has_han(given) else given}"


def _given(facts: Facts, here: Here) -> str:
    """The given name where the name is said in its script, else the whole name."""
    name = shown_name(facts, here.language)
    return facts.given_name if facts.given_name and facts.given_name in name else name


def _days_since(facts: Facts, here: Here) -> str:
    return "" if facts.last_order is None else str(max(0, (here.today - show.local_day(facts.last_order)).days))


def _day(value: Any) -> str:
    return "" if value is None else show.show_date(value)


@lru_cache(maxsize=8_192)
def _product(one: Goods, language: str, page: str) -> tuple[tuple[str, str], ...]:
    url = page.replace("{code}", quote(one.code, safe="")) if page else ""
    price = "" if one.price is None else format_money(one.price, one.currency)
    return (
        ("product.name", tidy(one.name)),
        ("product.price", price),
        ("product.code", tidy(one.code)),
        ("product.url", url),
    )


def _products(goods: Sequence[Goods], here: Here) -> list[Values]:
    return [dict(_product(one, here.language, here.product_page)) for one in goods]


def _recommended(facts: Facts, here: Here) -> list[Values]:
    """What they will buy again and what is new to them, in turn, each once."""
    mixed = [one for pair in zip(facts.again, facts.new, strict=False) for one in pair]
    shorter = min(len(facts.again), len(facts.new))
    return _products(list(dict.fromkeys([*mixed, *facts.again[shorter:], *facts.new[shorter:]])), here)


def _first(goods: Sequence[Goods]) -> str:
    return goods[0].name if goods else ""


def _offer_words(facts: Facts, here: Here) -> str:
    told = here.offer.words
    return told.get(here.language) or next((words for words in told.values() if words), "")


FIELDS: Final[Mapping[str, Field]] = {
    one.name: one
    for one in (
        Field("greeting", _("Greeting, e.g. Dear Ms Chen"), Group.PERSON, greeting, certain=True),
        Field("name", _("Name"), Group.PERSON, lambda facts, here: shown_name(facts, here.language), certain=True),
        Field("given_name", _("Given name"), Group.PERSON, _given, certain=True),
        Field("family_name", _("Family name"), Group.PERSON, lambda facts, here: facts.family_name),
        Field("company", _("Company they work at"), Group.PERSON, lambda facts, here: facts.company),
        Field("city", pgettext_lazy("address", "City"), Group.PERSON, lambda facts, here: facts.city),
        Field("owner", _("Who looks after them"), Group.PERSON, lambda facts, here: facts.owner),
        Field("last_product", _("Last product"), Group.RECORD, lambda facts, here: facts.last_product),
        Field("last_order", _("Day of the last order"), Group.RECORD, lambda facts, here: _day(facts.last_order)),
        Field("days_since", _("Days since the last order"), Group.RECORD, _days_since),
        Field("orders", _("Number of orders"), Group.RECORD, lambda facts, here: show.show_number(facts.orders) if facts.orders else ""),
        Field("customer_since", _("Day of the first order"), Group.RECORD, lambda facts, here: _day(facts.first_order)),
        Field("again_product", _("What they will likely buy again"), Group.LIKELY, lambda facts, here: _first(facts.again)),
        Field("new_product", _("What they will likely buy new"), Group.LIKELY, lambda facts, here: _first(facts.new)),
        Field("offer", _("The offer in words"), Group.OFFER, _offer_words),
        Field("offer_code", _("Code of the offer"), Group.OFFER, lambda facts, here: here.offer.code),
        Field("offer_ends", _("Day the offer ends"), Group.OFFER, lambda facts, here: _day(here.offer.ends)),
        Field("offer_url", _("Address of the offer"), Group.OFFER, lambda facts, here: here.offer.url, address=True),
        Field("our_name", _("Name of your company"), Group.COMPANY, lambda facts, here: here.company, certain=True),
        Field("our_address", _("Address of your company"), Group.COMPANY, lambda facts, here: here.address, certain=True),
        Field("our_website", _("Website of your company"), Group.COMPANY, lambda facts, here: here.website, address=True),
    )
}  # fmt: skip
LISTS: Final[Mapping[str, tuple[Promise, Callable[[Facts, Here], list[Values]]]]] = {
    "recommended": (_("Recommended products"), _recommended),
    "again": (_("Products they will likely buy again"), lambda facts, here: _products(facts.again, here)),
    "new": (_("Products they will likely buy new"), lambda facts, here: _products(facts.new, here)),
}
INNER: Final[Mapping[str, Promise]] = {
    "product.name": _("Name of the product"),
    "product.price": _("Price of the product"),
    "product.code": _("Code of the product"),
    "product.url": _("Page of the product"),
}
LINKS: Final[Mapping[str, Promise]] = {
    "unsubscribe_url": _("Link to unsubscribe"),
    "preferences_url": _("Link to the preference centre"),
}
"""Made for each message by whoever sends it."""
NAMES: Final = frozenset({*FIELDS, *LINKS})
ADDRESSES: Final = frozenset({*(name for name, one in FIELDS.items() if one.address), *LINKS, "product.url"})
ALIKE: Final = frozenset(name for name, one in FIELDS.items() if one.group in {Group.OFFER, Group.COMPANY})
"""What is the same for all recipients of one language and origin."""
UNCERTAIN: Final = frozenset(name for name, one in FIELDS.items() if not one.certain)


def values(facts: Facts, here: Here, wanted: Collection[str]) -> Values:
    """The wanted fields as they are said to one recipient, in the language that is active."""
    told: Values = {}
    for name in wanted:
        if (one := FIELDS.get(name)) is not None:
            value = one.tell(facts, here)
            told[name] = value if one.address else tidy(value) if value else ""
        elif name in LISTS:
            told[name] = LISTS[name][1](facts, here)
    return told
