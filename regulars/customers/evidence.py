"""The evidence of a match in the reader's language: which field, how far it agrees, and how many bits that weighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import phone
from regulars.web import format as show

Text = str | Promise
FIELDS: Final[Mapping[str, Text]] = {
    "name": _("Name"), "family_name": _("Family name"), "given_name": _("Given name"), "birth_date": _("Birthday"),
    "email": _("E-mail"), "phone": _("Phone"), "home": _("Address"), "tax_id": _("Tax ID"), "number": _("Number there"),
    "online": _("Website and mail domain"), "identifier": _("Number there"), "city": _("City"), "line": _("LINE"),
    "roof": pgettext_lazy("evidence", "Under one roof"),
}  # fmt: skip
LEVELS: Final[Mapping[str, Text]] = {
    "exact": pgettext_lazy("agreement", "the same"),
    "close": pgettext_lazy("agreement", "almost the same"),
    "similar": pgettext_lazy("agreement", "similar"),
    "different": pgettext_lazy("agreement", "different"),
    "turned": pgettext_lazy("agreement", "family and given name changed places"),
    "other_script": pgettext_lazy("agreement", "the same in another script"),
    "part": pgettext_lazy("agreement", "one is the beginning of the other"),
    "begins": pgettext_lazy("agreement", "one is the beginning of the other"),
    "sounds_alike": pgettext_lazy("agreement", "sounds the same"),
    "one_character": pgettext_lazy("agreement", "one character differs"),
    "short_form": pgettext_lazy("agreement", "one is short for the other"),
    "slip": pgettext_lazy("agreement", "a slip of the pen apart"),
    "day_and_month": pgettext_lazy("agreement", "same day and month, another year"),
    "year": pgettext_lazy("agreement", "the same year"),
    "generation": pgettext_lazy("agreement", "a generation apart"),
    "local_part": pgettext_lazy("agreement", "the same before the @"),
    "domain": pgettext_lazy("agreement", "the same domain"),
    "email": pgettext_lazy("agreement", "the same e-mail"),
    "last_digits": pgettext_lazy("agreement", "the same last digits"),
    "street": pgettext_lazy("agreement", "the same street"),
    "postcode": pgettext_lazy("agreement", "the same postcode"),
    "city": pgettext_lazy("agreement", "the same city"),
    "shared": pgettext_lazy("agreement", "what relatives share counts for less"),
    "import": pgettext_lazy("agreement", "an import found both"),
}
FULL: Final = 20.0
"""So many bits fill a bar: the odds of one in a million."""
WIDEST: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the evidence. ``width`` 0–20 is the length of its bar, ``agrees`` its side."""

    field: str
    label: str
    level: str
    left: str
    right: str
    bits: float
    width: int

    @property
    def agrees(self) -> bool:
        """Whether it speaks for the two being one."""
        return self.bits > 0

    @property
    def x(self) -> int:
        """Where its bar begins: agreement stretches to the right of the middle (20), disagreement to the left."""
        return WIDEST if self.agrees else WIDEST - self.width

    @property
    def shown_bits(self) -> str:
        """The weight with its sign."""
        return f"{'+' if self.bits > 0 else '−' if self.bits < 0 else ''}{show.show_number(abs(self.bits), 1)}"


def lines_of(evidence: Iterable[Mapping[str, Any]], *, turned: bool = False) -> list[Line]:
    """The evidence of a pair, the weightiest first; ``turned`` when the right record is shown at the left."""
    lines = [_line(one, turned) for one in evidence]
    return sorted(lines, key=lambda line: -abs(line.bits))


def _line(told: Mapping[str, Any], turned: bool) -> Line:
    field, bits = str(told.get("field", "")), float(told.get("weight") or 0)
    left, right = (_value(field, told.get(side)) for side in ("left", "right"))
    if turned:
        left, right = right, left
    level = str(told.get("level", ""))
    return Line(
        field=field,
        label=field_label(field),
        level=str(LEVELS.get(level, level.replace("_", " "))),
        left=left,
        right=right,
        bits=bits,
        width=min(WIDEST, max(round(abs(bits) / FULL * WIDEST), 1 if bits else 0)),
    )


def field_label(field: str) -> str:
    """The name of a field of the evidence."""
    return str(FIELDS.get(field, field.replace("_", " ")))


def why(evidence: Iterable[Mapping[str, Any]], most: int = 3) -> str:
    """The strongest grounds in a few words: ``Phone the same · Name the same``."""
    told = [line for line in lines_of(evidence) if line.agrees] or lines_of(evidence)
    return " · ".join(f"{line.label}{_gap(line.label)}{line.level}" for line in told[:most])


def _gap(label: str) -> str:
    return "" if label and ord(label[-1]) > 0x2E7F else " "


def _value(field: str, told: Any) -> str:
    if told is None or told == "":
        return ""
    if isinstance(told, list):
        return ", ".join(_value(field, one) for one in told)
    words = str(told)
    return phone.display(words) if field == "phone" and words.startswith("+") else words
