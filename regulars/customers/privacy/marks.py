"""Keyed digests of the addresses and numbers of erased people: recognised when they come again, never read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from regulars.customers.models import ContactPoint, ContactPointKind, ErasedMark, Identifier, Party
from regulars.kit import phone
from regulars.staff import sealing

_SHORTEST: Final = 2
_NUMBERS: Final = {ContactPointKind.MOBILE, ContactPointKind.PHONE, ContactPointKind.FAX}


def _digest(kind: str, value: str) -> str:
    family = "number" if kind in _NUMBERS else kind
    return sealing.digest(f"{family}\0{value}", "erased")


def point_digest(kind: str, normalised: str) -> str:
    """Of an address as it is compared (``actions.contact.normalise``); a number is the same as mobile, phone or fax."""
    return _digest(str(kind), normalised)


def number_digest(system: str, external_id: str) -> str:
    """Of a number in another system."""
    return _digest("identifier", f"{system}\0{external_id}")


def digests_of(party_ids: Iterable[int]) -> list[str]:
    """Of everything by which these parties could come again."""
    ids = list(party_ids)
    points = ContactPoint.objects.filter(party__in=ids).values_list("kind", "normalised")
    numbers = Identifier.objects.filter(party__in=ids).values_list("system", "external_id")
    return sorted({point_digest(*one) for one in points} | {number_digest(*one) for one in numbers})


def digests_for(kind: str, value: str) -> list[str]:
    """Of what somebody typed."""
    from regulars.customers.actions.contact import normalise  # noqa: PLC0415 -- actions know this module

    if kind == "number":
        system, _blank, number = value.strip().partition(" ")
        return [number_digest(system, number.strip())]
    return [point_digest(kind, normalise(kind, value))]


def known(digests: Sequence[str]) -> set[str]:
    """Which of these belong to somebody who was erased and has not consented anew. One query per 500."""
    found: set[str] = set()
    for start in range(0, len(digests), 500):
        some = digests[start : start + 500]
        found |= set(ErasedMark.objects.filter(digest__in=some, lifted_at=None).values_list("digest", flat=True))
    return found


def words_of(party_ids: Iterable[int]) -> list[str]:
    """Names, addresses and numbers as they may stand elsewhere; nothing so short that it would be found everywhere."""
    ids = list(party_ids)
    found: set[str] = set()
    for row in Party.objects.filter(pk__in=ids).values_list("name", "other_name", "address"):
        found |= set(row)
    for raw, normalised in ContactPoint.objects.filter(party__in=ids).values_list("raw", "normalised"):
        found |= {raw, normalised}
        if normalised.startswith("+"):
            found.add(phone.digits(normalised)[-8:])
    found |= set(Identifier.objects.filter(party__in=ids).values_list("external_id", flat=True))
    return sorted(word for word in found if _is_telling(word))


def _is_telling(word: str) -> bool:
    """Two Han characters tell somebody, two Latin letters or three digits do not."""
    return len(word) >= _SHORTEST if any(ord(one) > 0x2E80 for one in word) else len(word) > 4
