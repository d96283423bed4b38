"""vCards as rows: one card is one row with the columns ``COLUMNS``, so that look, mapping, preview, rejects and undo are the same."""

from __future__ import annotations

import io
import quopri
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, cast

from django.utils.translation import gettext as _

from regulars.integrations.imports.files.broken import Broken, Row
from regulars.integrations.imports.files.encoding import open_bytes
from regulars.integrations.imports.files.vcard_lines import logical_lines

COLUMNS: Final = (
    "UID", "Sort", "Name", "Family name", "Given name", "Middle name", "Nickname", "Prefix", "Company", "Department", "Position", "Role", "E-mail",
    "E-mail types", "Mobile", "Phone", "Phone types", "Fax", "LINE", "Website", "Street", "City", "Region", "Postcode", "Country", "Other addresses",
    "Birthday", "Anniversary", "Language", "Note", "Categories", "Related", "Identifiers", "Regulars ID",
)  # fmt: skip
BETWEEN: Final = " ::: "
"""Between several values in one cell, as Google Contacts does it."""
_MOST_LINES: Final = 2_000
_MOST_NESTED: Final = 64
_SPLIT: Final = re.compile(r"(?<!\\)[;]")
_COMMA: Final = re.compile(r"(?<!\\),")
_ESCAPED: Final = re.compile(r"\\([\\,;:nN\"])")
_LABEL: Final = re.compile(r"^_\$!<(.*)>!\$_$")
_SORTS: Final = {"individual": "person", "org": "company", "organization": "company"}


@dataclass(slots=True)
class Property:
    """One line of a card: name, parameters (upper-case names, values as written), decoded value."""

    name: str
    value: str
    group: str = ""
    types: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)


class _Cells(defaultdict[str, list[str]]):
    def __init__(self) -> None:
        super().__init__(list)

    def put(self, column: str, *values: str) -> None:
        self[column] += [value for value in values if value]

    def row(self) -> list[str]:
        return [BETWEEN.join(self.get(column, ())) for column in COLUMNS]


def cards(path: Path, *, packed: bool, fallback: str = "cp950") -> Iterator[Row]:
    """Each card as a row; its number is that of the card (the first is 1). A card that is not finished is broken."""
    yield 0, list(COLUMNS)
    number = 0
    with _opened(path, packed=packed) as file:
        for number, (lines, finished) in enumerate(_cards(file), start=1):
            yield number, _row(lines, fallback, finished=finished)


def _opened(path: Path, *, packed: bool) -> IO[bytes]:
    file = open_bytes(path, packed=packed)
    head = file.read(2)
    file.seek(0)
    if head not in {b"\xff\xfe", b"\xfe\xff"}:
        return file
    return cast("IO[bytes]", _Utf8(io.TextIOWrapper(file, encoding="utf-16", errors="replace", newline="")))


class _Utf8(io.RawIOBase):
    """A UTF-16 file read as lines of UTF-8."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._text.readline(-1 if size is None else size).encode("utf-8", "replace")

    def close(self) -> None:
        self._text.close()
        super().close()


def _cards(file: IO[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """The properties of each card, and whether it has an end. Cards within a card (AGENT) belong to nobody else and are left out."""
    lines: list[bytes] = []
    depth = 0
    for _number, line in logical_lines(file):
        said = line.strip().upper()
        if said == b"END:VCARDBEGIN:VCARD":  # two files put together, the first without a last line end
            if depth == 1:
                yield lines, True
            lines, depth = [], 1
            continue
        if said == b"BEGIN:VCARD":
            nested = depth and (depth > 1 or (lines and lines[-1].upper().startswith(b"AGENT")))
            if depth and not nested:
                yield lines, False
            depth = min(depth + 1, _MOST_NESTED) if nested else 1
            lines = lines if nested else []
        elif said == b"END:VCARD":
            if depth == 1:
                yield lines, True
                lines = []
            depth = max(depth - 1, 0)
        elif depth == 1 and len(lines) < _MOST_LINES:
            lines.append(line)
    if depth:
        yield lines, False


def _row(lines: list[bytes], fallback: str, *, finished: bool) -> list[str]:
    properties = [one for line in lines if (one := parse(line, fallback)) is not None]
    cells = _Cells()
    for one in properties:
        if read := _READ.get(one.name):
            read(one, cells)
    _read_labelled(properties, cells)
    _read_addresses(properties, cells)
    if not finished:
        return Broken(cells.row(), _("This card is not finished: its last line (END:VCARD) is missing."))
    if cells.get("Sort") == ["group"]:
        return Broken(cells.row(), _("This card is a list of other cards, not a customer."))
    return cells.row()


def parse(line: bytes, fallback: str = "cp950") -> Property | None:
    """One logical line; None when it is no property.

    >>> parse(b'item1.TEL;type=CELL;type=pref:+886 912-345-678').types
    ('cell', 'pref')
    """
    head, value = _halves(line)
    if head is None:
        return None
    name, *rest = (part.decode("latin-1") for part in head)
    group, dot, bare = name.rpartition(".")
    params: dict[str, str] = {}
    types: list[str] = []
    for part in rest:
        key, equals, text = part.partition("=")
        key, text = (key.strip().upper(), text.strip().strip('"')) if equals else ("TYPE", part.strip())
        if key == "TYPE":
            types += [word.strip().lower() for word in text.split(",") if word.strip()]
        else:
            params[key] = text
    if (printable := "quoted-printable" in types) or params.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        value, printable = quopri.decodestring(value), True
    text = _decoded(value, params.get("CHARSET", ""), fallback)
    types = ["pref", *types] if "PREF" in params else types
    return Property(bare.upper(), text if printable else text.strip(), group if dot else "", tuple(types), params)


def _halves(line: bytes) -> tuple[list[bytes] | None, bytes]:
    """Name and parameters, and the value: the first colon outside quotation marks parts them."""
    parts, start, quoted = [], 0, False
    for place, byte in enumerate(line[:4_096]):
        if byte == 0x22:
            quoted = not quoted
        elif not quoted and byte == 0x3B:
            parts.append(line[start:place])
            start = place + 1
        elif not quoted and byte == 0x3A:
            return [*parts, line[start:place]], line[place + 1 :]
    return None, b""


def _decoded(value: bytes, charset: str, fallback: str) -> str:
    for name in (charset, "utf-8", fallback, "cp1252"):
        if name:
            try:
                return value.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return value.decode("utf-8", "replace")


def plain(value: str) -> str:
    """A value without its escapes."""
    return _ESCAPED.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value).strip()


def _parts(value: str, count: int) -> list[str]:
    found = [plain(part) for part in _SPLIT.split(value)]
    return (found + [""] * count)[:count]


def _name(one: Property, cells: _Cells) -> None:
    family, given, middle, prefix, _suffix = _parts(one.value, 5)
    for column, value in (("Family name", family), ("Given name", given), ("Middle name", middle), ("Prefix", prefix)):
        cells[column] = [value] if value else []


def _organisation(one: Property, cells: _Cells) -> None:
    company, *units = [plain(part) for part in _SPLIT.split(one.value)]
    if not cells.get("Company"):
        cells.put("Company", company)
        cells.put("Department", ", ".join(unit for unit in units if unit))


def _phone(one: Property, cells: _Cells) -> None:
    number = plain(one.value).removeprefix("tel:").replace(";ext=", " ext. ")
    types = set(one.types)
    if "fax" in types:
        cells.put("Fax", number)
    elif types & {"cell", "mobile", "iphone"}:
        cells.put("Mobile", number)
    elif number:
        cells.put("Phone", number)
        cells.put(
            "Phone types", next((word for word in ("work", "home", "main", "pager", "car") if word in types), "other")
        )


def _mail(one: Property, cells: _Cells) -> None:
    if address := plain(one.value).removeprefix("mailto:"):
        cells.put("E-mail", address)
        cells.put("E-mail types", next((word for word in ("work", "home") if word in one.types), "other"))


def _message(one: Property, cells: _Cells) -> None:
    scheme, colon, address = plain(one.value).partition(":")
    if colon and scheme.casefold() == "line":
        cells.put("LINE", address)


def _birthday(one: Property, cells: _Cells) -> None:
    cells["Birthday"] = [plain(one.value)[:40]]


def _sort(one: Property, cells: _Cells) -> None:
    word = plain(one.value).casefold()
    cells["Sort"] = ["group"] if word == "group" else [_SORTS[word]] if word in _SORTS else []


def _shown_as(one: Property, cells: _Cells) -> None:
    if plain(one.value).upper() == "COMPANY":
        cells["Sort"] = ["company"]


def _categories(one: Property, cells: _Cells) -> None:
    cells.put("Categories", *(plain(part) for part in _COMMA.split(one.value)))


def _related(one: Property, cells: _Cells) -> None:
    if not plain(one.value).startswith("urn:"):
        kind = (
            next((word for word in one.types if word != "pref"), "")
            or one.name.removeprefix("X-").removeprefix("MS-").lower()
        )
        cells.put(
            "Related", f"{plain(one.value)} ({kind})" if kind not in {"related", "abrelatednames"} else plain(one.value)
        )


def _identifier(one: Property, cells: _Cells) -> None:
    cells.put("Identifiers", f"{one.params.get('SYSTEM', 'vcard')}:{plain(one.value)}")


def _to(column: str, *, one_only: bool = True) -> Callable[[Property, _Cells], None]:
    def read(one: Property, cells: _Cells) -> None:
        if not (one_only and cells.get(column)):
            cells.put(column, plain(one.value))

    return read


_READ: Final[dict[str, Callable[[Property, _Cells], None]]] = {
    "FN": _to("Name"), "N": _name, "NICKNAME": _to("Nickname"), "ORG": _organisation, "TITLE": _to("Position"), "ROLE": _to("Role"), "TEL": _phone,
    "EMAIL": _mail, "IMPP": _message, "X-LINE": _to("LINE"), "URL": _to("Website", one_only=False), "BDAY": _birthday, "ANNIVERSARY": _to("Anniversary"),
    "X-ANNIVERSARY": _to("Anniversary"), "X-MS-ANNIVERSARY": _to("Anniversary"), "LANG": _to("Language"), "NOTE": _to("Note", one_only=False),
    "CATEGORIES": _categories, "RELATED": _related, "X-SPOUSE": _related, "X-MANAGER": _related, "X-MS-MANAGER": _related, "X-ASSISTANT": _related,
    "X-MS-ASSISTANT": _related, "X-MS-SPOUSE": _related, "UID": _to("UID"), "KIND": _sort, "X-ADDRESSBOOKSERVER-KIND": _sort, "X-ABSHOWAS": _shown_as,
    "X-REGULARS-ID": _to("Regulars ID"), "X-REGULARS-IDENTIFIER": _identifier,
}  # fmt: skip


def _read_labelled(properties: list[Property], cells: _Cells) -> None:
    """Apple's properties whose meaning stands in another line of the same group."""
    labels = {
        one.group: _LABEL.sub(r"\1", plain(one.value)) for one in properties if one.name == "X-ABLABEL" and one.group
    }
    for one in properties:
        label = labels.get(one.group, "")
        if one.name == "X-ABRELATEDNAMES":
            cells.put("Related", f"{plain(one.value)} ({label.lower()})" if label else plain(one.value))
        elif one.name == "X-ABDATE" and label.casefold() == "anniversary" and not cells.get("Anniversary"):
            cells.put("Anniversary", plain(one.value))


def _read_addresses(properties: list[Property], cells: _Cells) -> None:
    """The preferred address, else that of work, in parts; the others whole in one cell."""
    found = [one for one in properties if one.name == "ADR" and any(_parts(one.value, 7))]
    found.sort(key=lambda one: ("pref" not in one.types, "work" not in one.types))
    for place, one in enumerate(found):
        box, extended, street, city, region, postcode, country = (
            " ".join(part.split()) for part in _parts(one.value, 7)
        )
        lines = ", ".join(part.strip(" ,") for part in (street, extended, box) if part.strip(" ,"))
        if place == 0:
            for column, value in (
                ("Street", lines),
                ("City", city),
                ("Region", region),
                ("Postcode", postcode),
                ("Country", country),
            ):
                cells.put(column, value)
        else:
            cells.put("Other addresses", ", ".join(part for part in (lines, city, region, postcode, country) if part))
