"""Customers as vCards, 4.0 (RFC 6350) or 3.0 (RFC 2426): lines of at most 75 bytes, never cut within a character."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from regulars.customers.models import Party
from regulars.integrations.exchange.rows import Row
from regulars.integrations.imports.values.own import write_own
from regulars.kit import text

_LINE: Final = 75
_PIECE: Final = 64 * 1024
_SORTS: Final = {"work": "work", "home": "home", "公司": "work", "住家": "home"}
_TYPES: Final = {"mobile": "cell", "phone": "voice", "fax": "fax"}


def chunks(rows: Iterable[Row], *, version: str = "4.0") -> Iterator[bytes]:
    """The file in pieces."""
    piece: list[bytes] = []
    size = 0
    for row in rows:
        written = card(row, version=version).encode()
        piece.append(written)
        size += len(written)
        if size > _PIECE:
            yield b"".join(piece)
            piece, size = [], 0
    yield b"".join(piece)


def card(row: Row, *, version: str = "4.0") -> str:
    """One customer as a card."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}", *_lines(row, version), "END:VCARD", ""]
    return "\r\n".join(folded(line) for line in lines)


def _lines(row: Row, version: str) -> Iterator[str]:
    party, newer = row.party, version == "4.0"
    yield f"FN:{escaped(party.name)}"
    yield f"N:{_name(row)}"
    yield from _work(row, newer=newer)
    yield from _points(row, newer=newer)
    yield from _facts(party, newer=newer)
    yield from _numbers(row)


def _work(row: Row, *, newer: bool) -> Iterator[str]:
    """What sort of card it is, and where the person works as what."""
    if row.party.kind == "organisation":
        yield "KIND:org" if newer else "X-ABShowAs:COMPANY"
        yield f"ORG:{escaped(row.party.name)}"
    elif row.jobs:
        yield f"ORG:{escaped(row.jobs[0].firm)}"
        if row.jobs[0].title:
            yield f"TITLE:{escaped(row.jobs[0].title)}"


def _facts(party: Party, *, newer: bool) -> Iterator[str]:
    if party.other_name:
        yield f"NICKNAME:{escaped(party.other_name)}"
    places = (party.address, party.city, party.region, party.postcode, party.country)
    if any(places):
        yield f"ADR;TYPE=work:;;{';'.join(escaped(place) for place in places)}"
    if party.birth_date:
        yield f"BDAY:{party.birth_date:%Y%m%d}" if newer else f"BDAY:{party.birth_date.isoformat()}"
    if party.language and newer:
        yield f"LANG:{escaped(party.language)}"
    if party.about:
        yield f"NOTE:{escaped(party.about)}"


def _name(row: Row) -> str:
    party = row.party
    if party.kind != "person":
        return ";;;;"
    family, given = party.family_name or ("" if party.given_name else party.name), party.given_name
    return ";".join(escaped(part) for part in (family, given, "", party.salutation, ""))


def _points(row: Row, *, newer: bool) -> Iterator[str]:
    for point in row.points:
        label = _SORTS.get(point.label, "")
        preferred = (";PREF=1" if newer else ";TYPE=pref") if point.preferred else ""
        sort = f";TYPE={label}" if label else ""
        if point.kind == "email":
            yield f"EMAIL{sort}{preferred}:{escaped(point.raw)}"
        elif point.kind in _TYPES:
            types = ",".join(word for word in (_TYPES[point.kind], label) if word)
            quoted = f'"{types}"' if newer and "," in types else types
            yield f"TEL;TYPE={quoted}{preferred}:{escaped(point.raw)}"
        elif point.kind == "web":
            yield f"URL:{escaped(point.raw)}"
        elif point.kind == "line":
            yield f"IMPP:line:{escaped(point.raw)}"


def _numbers(row: Row) -> Iterator[str]:
    """Numbers by which the card is found again, here and in the systems that gave them."""
    own = write_own(row.party.pk)
    yield f"UID:{escaped(row.number('vcard') or f'regulars-{own}')}"
    yield f"X-REGULARS-ID:{own}"
    for system, number in row.identifiers:
        if system != "vcard":
            yield f'X-REGULARS-IDENTIFIER;SYSTEM="{_param(system)}":{escaped(number)}'


def escaped(value: str) -> str:
    """A value as a card writes it."""
    plain = "\n".join(text.clean(line) for line in value.splitlines()) if "\n" in value else value.replace("\r", " ")
    return plain.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def _param(value: str) -> str:
    return "".join(char for char in value if char.isprintable() and char not in '":;,')


def folded(line: str) -> str:
    """A line folded at 75 bytes, each further line beginning with a blank."""
    if len(line) * 4 <= _LINE or len(line.encode()) <= _LINE:
        return line
    parts, current, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > _LINE:
            parts.append(current)
            current, size = " ", 1
        current += char
        size += width
    return "\r\n".join([*parts, current])
