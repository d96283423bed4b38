"""Whom somebody who is typing a new customer may be about to make a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from regulars.customers.models import ContactPoint, Identifier, Party
from regulars.customers.queries import likely
from regulars.kit import phone, text

LIKELY: Final = 5
TAX_ID: Final = "tax_id"
_WORTH_NAMING: Final = 0.01
_OF_NAME: Final = ("family_name", "given_name")


@dataclass(slots=True)
class Likely:
    """A party that a draft resembles. ``agrees`` names the fields that speak for it (``phone``, ``email``, ``name`` …)."""

    party: Party
    agrees: list[str] = field(default_factory=list)
    probability: float | None = None


def likely_duplicates(user: Any, draft: Mapping[str, str], most: int = LIKELY) -> list[Likely]:
    """Whom somebody who is typing a new customer may be about to make a second time, the likeliest first. By index.

    Whoever has the very number, address or name is named; how likely it is the same one is judged with the learned weights.

    Args:
        draft: any of ``kind``, ``name``, ``family_name``, ``given_name``, ``mobile``, ``phone``, ``email``, ``line``, ``birth_date``,
            ``address``, ``city``, ``postcode``, ``tax_id``.
    """
    found: dict[int, list[str]] = {}
    for party, agrees in [*_by_point(draft), *_by_number(draft), *_by_name(draft)]:
        if agrees not in found.setdefault(party, []):
            found[party].append(agrees)
    chances: dict[int, float] = {}
    for known, probability, evidence in likely.resembling(user, draft, limit=4 * most, least=_WORTH_NAMING):
        chances[known.pk] = probability
        if probability >= likely.weights_of(known.kind).threshold or known.pk in found:
            named = found.setdefault(known.pk, [])
            named += [
                line["field"] for line in evidence if line["weight"] > 0 and line["field"] not in {*named, *_OF_NAME}
            ]
    if not found:
        return []
    rows = Party.objects.visible_to(user).live().filter(pk__in=found).select_related("summary", "owner")
    told = [Likely(one, found[one.pk] or ["name"], chances.get(one.pk)) for one in rows]
    return sorted(
        told, key=lambda one: (-(one.probability or 0), -len(one.agrees), one.agrees == ["name"], one.party.pk)
    )[:most]


def _by_point(draft: Mapping[str, str]) -> Sequence[tuple[int, str]]:
    wanted: dict[str, str] = {}
    if "@" in (mail := text.clean(draft.get("email", "")).lower()):
        wanted[mail] = "email"
    for key in ("mobile", "phone"):
        number = phone.normalise(text.clean(draft.get(key, "")), region=settings.COUNTRY) if draft.get(key) else ""
        if len(phone.digits(number)) >= 7:
            wanted[number] = "phone"
    if line := text.fold(draft.get("line", "")):
        wanted[line] = "line"
    if not wanted:
        return []
    points = ContactPoint.objects.filter(normalised__in=wanted, ended_at=None, party__merged_into=None)
    return [(party, wanted[said]) for party, said in points.values_list("party", "normalised")[:200]]


def _by_number(draft: Mapping[str, str]) -> Sequence[tuple[int, str]]:
    number = text.clean(draft.get("tax_id", ""))
    if not number:
        return []
    return [
        (pk, "tax_id")
        for pk in Identifier.objects.filter(system=TAX_ID, external_id=number).values_list("party", flat=True)
    ]


def _by_name(draft: Mapping[str, str]) -> Sequence[tuple[int, str]]:
    name = draft.get("name", "") or text.person_name(draft.get("family_name", ""), draft.get("given_name", ""))
    fold = text.fold(name)[:200]
    if len(fold) < 2:
        return []
    rows = Party.objects.filter(fold=fold, merged_into=None).order_by("pk")
    return [(pk, "name") for pk in rows.values_list("pk", flat=True)[:20]]
