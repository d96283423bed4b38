"""Who may already be on record: candidates by index, judged with the weights that were learned. No engine is loaded.

``resembling`` answers while somebody types; ``pairs_touching`` does the same for many parties after an import.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from regulars.customers.models import ContactPoint, ContactPointKind, Identifier, Kind, LinkageWeights, Party
from regulars.customers.search.engine import begins
from regulars.intelligence.models.linkage import names, weights
from regulars.intelligence.models.linkage.evidence import evidence
from regulars.intelligence.models.linkage.kinds import MODELS
from regulars.intelligence.models.linkage.records import Features, Record, prepare
from regulars.intelligence.models.linkage.weights import Weights
from regulars.kit import phone
from regulars.kit.parts import in_parts
from regulars.kit.text import fold, person_name

if TYPE_CHECKING:
    from regulars.staff.models import User

TAX_SYSTEM: Final = "tax_id"
_CHUNK: Final = 200
_SAME_NAME_MOST: Final = 40
"""Of one name at most so many are looked at, unless they also share birth date or place."""
_ROWS_MOST: Final = 4_000
_TAIL: Final = 8
_PHONES: Final = (ContactPointKind.MOBILE, ContactPointKind.PHONE)
_HAN_FORMS: Final = ("", "股份有限公司", "有限公司", "公司", "企業社", "商行")
_kept: dict[str, tuple[datetime, Weights]] = {}


@dataclass(frozen=True)
class Likely:
    """Two parties (``left`` the older id) that may be one."""

    left: int
    right: int
    probability: float
    weight: float
    evidence: list[dict[str, Any]]


@dataclass
class _Asked:
    """A record that is asked about, with what identifies it and the parties that share some of that."""

    record: Record
    features: Features
    found: set[int] = field(default_factory=set)


def resembling(
    user: User | Any, draft: Mapping[str, Any], *, limit: int = 5, least: float | None = None
) -> list[tuple[Party, float, list[dict[str, Any]]]]:
    """The customers whom ``user`` sees that ``draft`` may be, the likeliest first, with the reasons.

    Args:
        draft: what has been typed so far: ``kind`` (person by default), ``name`` or ``family_name`` and ``given_name``,
            ``other_name``, ``email``, ``phone``, ``mobile``, ``birth_date``, ``address``, ``city``, ``postcode``, ``tax_id``; ``id`` of the party itself when it exists.

    Returns:
        (party, probability, evidence), those of at least ``least`` (by default the threshold).
    """
    kind = str(draft.get("kind") or Kind.PERSON)
    if kind not in MODELS:
        return []
    record = _drafted(draft)
    one = _Asked(record, prepare(record, kind))
    model, known = MODELS[kind], weights_of(kind)
    _find([one], kind)
    seen = Party.objects.live().visible_to(user).filter(pk__in=one.found - {record.id}, kind=kind).in_bulk()
    others = records_of(seen)
    told = []
    for pk, other in others.items():
        found = weights.score(model, known, one.features, prepare(other, kind))
        if found.probability >= (known.threshold if least is None else least):
            told.append((seen[pk], found.probability, evidence(model, found, record, other)))
    return sorted(told, key=lambda row: (-row[1], row[0].pk))[:limit]


def pairs_touching(party_ids: Collection[int]) -> Iterator[Likely]:
    """Every pair that may be one party and has one of these ids, each pair once."""
    told: set[tuple[int, int]] = set()
    for some in in_parts(sorted(party_ids), _CHUNK):
        for kind in MODELS:
            yield from _pairs_of_chunk(some, kind, told)


def _pairs_of_chunk(ids: Sequence[int], kind: str, told: set[tuple[int, int]]) -> Iterator[Likely]:
    mine = records_of(Party.objects.live().filter(pk__in=ids, kind=kind).values_list("pk", flat=True))
    asked = [_Asked(record, prepare(record, kind)) for record in mine.values()]
    if not asked:
        return
    model, known = MODELS[kind], weights_of(kind)
    _find(asked, kind)
    wanted = set().union(*(one.found for one in asked)) - mine.keys()
    live = Party.objects.live().filter(pk__in=wanted, kind=kind).values_list("pk", flat=True)
    others = mine | records_of(live)
    ready = {one.record.id: one.features for one in asked}
    for one in asked:
        for pk in sorted(one.found & others.keys()):
            pair = (min(pk, one.record.id), max(pk, one.record.id))
            if pk == one.record.id or pair in told:
                continue
            told.add(pair)
            features = ready.setdefault(pk, prepare(others[pk], kind))
            found = weights.score(model, known, one.features, features)
            if found.probability >= known.threshold:
                reasons = evidence(model, found, *(others[side] for side in pair))
                yield Likely(*pair, found.probability, found.weight, reasons)


def weights_of(kind: str) -> Weights:
    """The weights in force, read again when they were learned anew; the declared ones before that."""
    newest = LinkageWeights.objects.filter(kind=kind).values_list("learned_at", flat=True).first()
    if newest is None:
        return weights.declared(MODELS[kind])
    if kind not in _kept or _kept[kind][0] != newest:
        row = LinkageWeights.objects.get(kind=kind)
        fits = row.values.get("version") == MODELS[kind].version
        _kept[kind] = (row.learned_at, weights.from_dict(row.values) if fits else weights.declared(MODELS[kind]))
    return _kept[kind][1]


def records_of(party_ids: Iterable[int]) -> dict[int, Record]:
    """What is compared of these parties, by id."""
    found: dict[int, Record] = {}
    for some in in_parts(party_ids, 500):
        rows = Party.objects.filter(pk__in=some).values_list(
            "pk", "name", "family_name", "given_name", "other_name", "birth_date", "address", "city", "region", "postcode"
        )  # fmt: skip
        points, numbers = _points(some), _tax_ids(some)
        for pk, name, family, given, other, born, address, city, region, postcode in rows:
            reach = points[pk]
            found[pk] = Record(
                pk, name, family, given, other, str(born or ""), tuple(reach["email"]), tuple(reach["phone"]), tuple(reach["web"]),
                address, city, region, postcode, numbers.get(pk, ""),
            )  # fmt: skip
    return found


def _points(ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    told: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = ContactPoint.objects.filter(party__in=ids, ended_at=None).order_by("-preferred", "pk")
    for party, kind, value in rows.values_list("party_id", "kind", "normalised"):
        told[party]["phone" if kind in _PHONES else kind].append(value)
    return told


def _tax_ids(ids: Sequence[int]) -> dict[int, str]:
    return dict(Identifier.objects.filter(party__in=ids, system=TAX_SYSTEM).values_list("party_id", "external_id"))


def _drafted(draft: Mapping[str, Any]) -> Record:
    def text(key: str) -> str:
        return str(draft.get(key) or "").strip()

    numbers = [
        number for key in ("mobile", "phone") for raw in _many(draft.get(key)) if (number := phone.normalise(raw))
    ]
    return Record(
        int(draft.get("id") or 0),
        text("name") or person_name(text("family_name"), text("given_name")),
        text("family_name"),
        text("given_name"),
        text("other_name"),
        text("birth_date"),
        tuple(mail.casefold() for mail in _many(draft.get("email"))),
        tuple(numbers),
        tuple(_many(draft.get("website"))),
        text("address"),
        text("city"),
        text("region"),
        text("postcode"),
        text("tax_id"),
    )


def _many(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) or value is None else list(value)
    return [text for one in values if (text := str(one or "").strip())]


def _find(asked: Sequence[_Asked], kind: str) -> None:
    """Note with each the parties that share a number, an address, a tax id or the name with it."""
    _by_reach(asked, kind)
    _by_tail(asked)
    _by_tax_id(asked)
    _by_name(asked, kind)


def _by_reach(asked: Sequence[_Asked], kind: str) -> None:
    wanting: dict[str, list[_Asked]] = defaultdict(list)
    for one in asked:
        for value in (*one.features.phones, *one.features.emails):
            wanting[value].append(one)
    rows = ContactPoint.objects.filter(normalised__in=list(wanting), ended_at=None).values_list(
        "normalised", "party_id"
    )
    held = list(rows[:_ROWS_MOST])
    often = {
        value for value, count in Counter(value for value, _ in held).items() if count > MODELS[kind].shared_by_most
    }
    for value, party in held:
        for one in wanting[value] if value not in often else ():
            one.found.add(party)
    for value in often:
        for one in wanting[value]:
            _forget(one.features, value)


def _forget(features: Features, value: str) -> None:
    """What too many share says nothing about who it is."""
    for values in (features.phones, features.emails):
        if value in values:
            values.remove(value)
    if "@" in value:
        local = value.partition("@")[0]
        features.locals[:] = [one for one in features.locals if one != local]
    else:
        features.tails[:] = [one for one in features.tails if not value.endswith(one)]


def _by_tail(asked: Sequence[_Asked]) -> None:
    """Numbers that end alike but were not understood as the same: one without its country."""
    wanting: dict[str, list[_Asked]] = defaultdict(list)
    for one in asked:
        for tail in one.features.tails:
            wanting[tail].append(one)
    for some in in_parts(wanting, 50):
        wanted = Q()
        for tail in some:
            wanted |= begins("reversed_digits", tail[::-1])
        rows = ContactPoint.objects.filter(wanted, kind__in=_PHONES, ended_at=None).values_list(
            "reversed_digits", "party_id"
        )
        for digits, party in rows[:_ROWS_MOST]:
            for one in wanting.get(digits[:_TAIL][::-1], ()):
                one.found.add(party)


def _by_tax_id(asked: Sequence[_Asked]) -> None:
    wanting = {one.record.number: one for one in asked if one.features.number}
    rows = Identifier.objects.filter(system=TAX_SYSTEM, external_id__in=list(wanting)).values_list(
        "external_id", "party_id"
    )
    for number, party in rows:
        wanting[number].found.add(party)


def _by_name(asked: Sequence[_Asked], kind: str) -> None:
    wanting: dict[str, list[_Asked]] = defaultdict(list)
    for one in asked:
        for form in _spellings(one, kind):
            wanting[form].append(one)
    rows = Party.objects.filter(fold__in=list(wanting)).values_list("fold", "pk", "birth_date", "postcode", "city")
    namesakes: dict[str, list[tuple[int, str, str, str]]] = defaultdict(list)
    for form, pk, born, postcode, city in rows[: _ROWS_MOST * 5]:
        namesakes[form].append((pk, str(born or ""), postcode, city))
    for form, people in namesakes.items():
        for one in wanting[form]:
            one.found.update(_nearest(one.record, people))


def _nearest(record: Record, people: list[tuple[int, str, str, str]]) -> list[int]:
    if len(people) <= _SAME_NAME_MOST:
        return [person[0] for person in people]
    here = {value for value in (record.birth, record.postcode, record.city) if value}
    return [person[0] for person in people if here & {person[1], person[2], person[3]}][:_SAME_NAME_MOST]


def _spellings(one: _Asked, kind: str) -> set[str]:
    """The folded names under which the same party may stand."""
    record, features = one.record, one.features
    forms = {fold(record.name), fold(record.other)}
    if kind == Kind.PERSON and features.family and features.given:
        orders = ((features.family, features.given), (features.given, features.family))
        joint = ("",) if features.han else (" ", ", ")
        forms |= {f"{first}{between}{last}" for first, last in orders for between in joint}
        shown = (fold(record.family), fold(record.given))
        forms |= {f"{shown[0]}{between}{shown[1]}" for between in joint} | {
            f"{shown[1]}{between}{shown[0]}" for between in joint
        }
    elif kind == Kind.ORGANISATION:
        for stem in features.stems:
            forms |= {f"{stem}{ending}" for ending in _HAN_FORMS} if names.is_han(stem) else {stem}
    return {form for form in forms if form.strip(" ,")}
