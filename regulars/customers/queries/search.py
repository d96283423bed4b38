"""Finding parties by what somebody on the phone might say: a name in any script, a number, an address."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from regulars.customers.models import ContactPoint, Identifier
from regulars.kit import phone, text

_NUMBER = re.compile(r"^[+\d][\d\s().\-#]*$")
SHORTEST_NUMBER = 3


def find_parties(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """``rows`` narrowed to those that ``typed`` may mean: every word in the name, or the whole as number or address.

    A telephone number is found in any notation and by its last digits; identifiers and mail addresses by their
    beginning. One query; contact points and identifiers are looked up by index.
    """
    folded = text.fold(typed)
    if not folded:
        return rows
    by_name = Q()
    for word in folded.split()[:6]:
        by_name &= Q(fold__contains=word) | Q(other_name__icontains=word)
    return rows.filter(by_name | Q(pk__in=_by_identifier(typed)) | _by_contact_point(folded))


def _by_identifier(typed: str) -> object:
    return Identifier.objects.filter(_begins("external_id", typed.strip())).values("party")


def _by_contact_point(folded: str) -> Q:
    points = ContactPoint.objects.filter(ended_at=None)
    if "@" in folded:
        return Q(pk__in=points.filter(_begins("normalised", folded)).values("party"))
    digits = phone.digits(folded)
    if not _NUMBER.match(folded) or len(digits) < SHORTEST_NUMBER:
        return Q()
    last_digits = _begins("reversed_digits", digits[::-1])
    first_digits = _begins("normalised", _international(digits, folded))
    whole = Q(normalised=phone.normalise(folded, region=settings.COUNTRY))
    return Q(pk__in=points.filter(last_digits | first_digits | whole).values("party"))


def _international(digits: str, folded: str) -> str:
    """The beginning of a number as it stands in E.164: a trunk 0 gives way to the country's code."""
    from phonenumbers import country_code_for_region  # noqa: PLC0415 -- as in kit.phone: only paid by those who need it

    if folded.startswith("+"):
        return f"+{digits}"
    return f"+{country_code_for_region(settings.COUNTRY)}{digits.removeprefix('0')}"


def _begins(field: str, start: str) -> Q:
    """``field`` begins with ``start``. SQLite answers a range from its index, and LIKE only by reading everything."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": start, f"{field}__lt": start + "\U0010ffff"})
    return Q(**{f"{field}__startswith": start})
