"""Finding parties by what is exact: telephone numbers in any notation, mail addresses, numbers of other systems, of orders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from django.conf import settings
from django.db.models import Q

from regulars.customers.models import ContactPoint, Identifier
from regulars.customers.search.changes import Changed, corrected
from regulars.customers.search.engine import Some, Word, begins, known, matching
from regulars.kit import phone, words

_NUMBER: Final = re.compile(r"^[+(\d][\d\s().\-/#]*$")
SHORTEST_NUMBER: Final = 3
LONGEST_NUMBER: Final = 40
SHORTEST_TYPO: Final = 7
SHORTEST_CODE_TYPO: Final = 5


class Quality(IntEnum):
    """How well a party answers what was typed, the best first."""

    NUMBER = 0
    NAME = 1
    NAME_BEGINS = 2
    WORDS = 3
    NUMBER_PART = 4
    ELSEWHERE = 5
    NEAR = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A party, how well it answers and by what: the number or address as it stands in the record."""

    party: int
    quality: Quality
    by: str


NumberFinder = Callable[[Sequence[str], bool, int], Iterable[tuple[int, str]]]
"""``find(numbers, begins, limit)`` gives party and number for what is called (or begins) like one of ``numbers``."""
_finders: list[NumberFinder] = []


def number_finder(find: NumberFinder) -> NumberFinder:
    """Decorator: rooms above let their own numbers (of orders …) find the party. It must answer from an index."""
    _finders.append(find)
    return find


def digits_typed(folded: str) -> str:
    """The digits of what was typed, if it can be (part of) a telephone number."""
    return phone.digits(folded)[:LONGEST_NUMBER] if _NUMBER.match(folded) else ""


def code_typed(folded: str) -> str:
    """Letters and digits of what was typed, if it can be a number of some system: it holds a digit and is one word."""
    if len(folded) > 2 * LONGEST_NUMBER or len(folded.split()) > 2:
        return ""
    code = words.compact(folded)
    return code if len(code) >= SHORTEST_NUMBER and any(one.isdigit() for one in code) else ""


def find(folded: str, limit: int, changed: Changed) -> list[Found]:
    """Everything that ``folded`` is the number or address of, or the beginning or end of one. Up to six queries."""
    found: list[Found] = []
    if "@" in folded:
        found += _by_mail(folded, limit)
    digits = digits_typed(folded)
    if len(digits) >= SHORTEST_NUMBER:
        found += _by_phone(digits, folded, limit)
    if code := code_typed(folded):
        found += _by_code(code, folded, limit, changed)
    return found


def find_parts(folded: str, limit: int) -> list[Found]:
    """The same of telephones and mail alone, with a larger ``limit``: for whoever sees none of the first."""
    found: list[Found] = []
    if "@" in folded:
        found += _by_mail(folded, limit)
    digits = digits_typed(folded)
    if len(digits) >= SHORTEST_NUMBER:
        found += _by_phone(digits, folded, limit)
    return found


def _by_mail(folded: str, limit: int) -> Iterator[Found]:
    mail = folded.replace(" ", "")
    rows = _points(begins("normalised", mail), limit) if not mail.startswith("@") else []
    for party, normalised in rows:
        yield Found(party, Quality.NUMBER if normalised == mail else Quality.NUMBER_PART, normalised)


def _by_phone(digits: str, folded: str, limit: int) -> Iterator[Found]:
    whole = phone.normalise(folded, region=settings.COUNTRY)
    first = international(digits, folded)
    for condition in (Q(normalised=whole), begins("reversed_digits", digits[::-1]), begins("normalised", first)):
        for party, normalised in _points(condition, limit):
            exact = normalised == whole or phone.digits(normalised.partition(";")[0]) == digits
            yield Found(party, Quality.NUMBER if exact else Quality.NUMBER_PART, phone.display(normalised))


def _points(condition: Q, limit: int) -> list[tuple[int, str]]:
    rows = ContactPoint.objects.filter(condition, ended_at=None).values_list("party", "normalised")
    return list(rows[:limit])


def international(digits: str, folded: str) -> str:
    """The beginning of a number as it stands in E.164: a trunk 0 gives way to the country's code."""
    from phonenumbers import country_code_for_region  # noqa: PLC0415 -- as in kit.phone: only paid by those who need it

    if folded.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{country_code_for_region(settings.COUNTRY)}{digits.removeprefix('0')}"


def _by_code(code: str, folded: str, limit: int, changed: Changed) -> Iterator[Found]:
    figures = code.lstrip("0") if code.isdigit() else ""
    whole = Some([Word(f"#{one}") for one in dict.fromkeys((code, figures)) if one])
    for party in corrected(matching(whole, limit), whole, changed):
        yield Found(party, Quality.NUMBER, folded.upper())
    spelled = _spellings(folded)
    condition = Q()
    for one in spelled:
        condition |= begins("external_id", one)
    for party, external in Identifier.objects.filter(condition).values_list("party", "external_id")[:limit]:
        exact = words.compact(external) == code
        yield Found(party, Quality.NUMBER if exact else Quality.NUMBER_PART, external)
    for find_numbers in _finders:
        for party, number in find_numbers(spelled, True, limit):
            exact = words.compact(number) == code
            yield Found(party, Quality.NUMBER if exact else Quality.NUMBER_PART, number)


def _spellings(folded: str) -> list[str]:
    """As systems write their numbers: as typed, in capitals."""
    bare = folded.strip().removeprefix("#").strip()
    return list(dict.fromkeys((bare.upper(), bare)))


def find_near(folded: str, limit: int) -> list[Found]:
    """Numbers that differ in one digit, or in two neighbours exchanged: of telephones, of other systems, of orders."""
    found: list[Found] = []
    digits = digits_typed(folded)
    if SHORTEST_TYPO <= len(digits) <= 15:
        near = [international(one, "+" if folded.startswith("+") else "") for one in words.near_numbers(digits)]
        found += [
            Found(party, Quality.NEAR, phone.display(number))
            for party, number in _points(Q(normalised__in=near), limit)
        ]
    code = code_typed(folded)
    if sum(one.isdigit() for one in code) >= SHORTEST_CODE_TYPO and len(code) <= 24:
        near = list(_near_codes(folded))
        if tokens := known([f"#{words.compact(one)}" for one in near]):
            alike = matching(Some([Word(token) for token in tokens]), limit)
            found += [Found(party, Quality.NEAR, "") for party in alike]
        for find_numbers in _finders:
            found += [Found(party, Quality.NEAR, number) for party, number in find_numbers(near, False, limit)]
    return found


def _near_codes(folded: str) -> Iterator[str]:
    """The number as it was typed with one digit changed or two neighbours exchanged, in capitals."""
    bare = _spellings(folded)[0]
    for i, one in enumerate(bare):
        if one.isdigit():
            yield from (bare[:i] + other + bare[i + 1 :] for other in "0123456789" if other != one)
            if i + 1 < len(bare) and bare[i + 1].isdigit() and bare[i + 1] != one:
                yield bare[:i] + bare[i + 1] + one + bare[i + 2 :]
