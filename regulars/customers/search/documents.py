"""The words of each party, from the record: its names, those of the parties merged into it, its numbers and addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Q

from regulars.customers.models import ContactPoint, Identifier, Party
from regulars.kit import words

_DEEPEST: Final = 8


def documents_of(ids: Iterable[int]) -> dict[int, str]:
    """The words of the parties ``ids``; those that are merged or gone are left out. Four queries or a few more."""
    wanted = list(ids)
    names = _names(Party.objects.filter(pk__in=wanted))
    _add_merged(names, Party.objects.filter(merged_into__in=wanted))
    return _written(names, Q(party__in=wanted))


def documents_between(first: int, last: int) -> dict[int, str]:
    """The words of all parties with ids from ``first`` to ``last``, both included: the bulk way of the same."""
    names = _names(Party.objects.filter(pk__gte=first, pk__lte=last))
    _add_merged(names, Party.objects.filter(merged_into__isnull=False, merged_into__gte=first, merged_into__lte=last))
    return _written(names, Q(party__gte=first, party__lte=last))


def _names(rows: object) -> dict[int, list[str]]:
    assert hasattr(rows, "filter")
    found = rows.filter(merged_into=None).values_list("pk", "name", "other_name")
    return {pk: [name, other] for pk, name, other in found}


def _add_merged(names: Mapping[int, list[str]], losers: object) -> None:
    """Add what the losers of merges were called to their winners, through merges of merges."""
    assert hasattr(losers, "values_list")
    winner = {pk: pk for pk in names}
    for _depth in range(_DEEPEST):
        found = list(losers.values_list("pk", "merged_into", "name", "other_name"))
        if not found:
            return
        for pk, into, name, other in found:
            if into in winner:
                winner[pk] = winner[into]
                names[winner[pk]].extend((name, other))
        losers = Party.objects.filter(merged_into__in=[pk for pk, *_rest in found])


def _written(names: Mapping[int, list[str]], of_these: Q) -> dict[int, str]:
    numbers, addresses = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for party, external in Identifier.objects.filter(of_these).values_list("party", "external_id"):
        numbers[party].append(external)
    points = ContactPoint.objects.filter(of_these, ended_at=None, reversed_digits="")
    for party, address in points.values_list("party", "normalised"):
        addresses[party].append(address)
    return {
        pk: words.document(names=called, numbers=numbers.get(pk, ()), addresses=addresses.get(pk, ()))
        for pk, called in names.items()
    }
