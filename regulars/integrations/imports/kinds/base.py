"""The form in which a kind of file is declared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
FieldType = Literal[
    "id", "text", "long", "name", "money", "quantity", "rate", "whole", "moment", "day", "birthday", "flag", "email", "phone", "tax", "word"
]  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\W_]+")
_PREFIXES = re.compile(r"^(?:property|hs|olist|col|fld)\s+(?=\S)")


def plain(name: str) -> str:
    """A header as it is compared: ``InvoiceDate``, ``invoice_date`` and ``Invoice Date`` are one."""
    split = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    folded = "".join(c for c in unicodedata.normalize("NFD", split.casefold()) if not unicodedata.combining(c))
    return _PREFIXES.sub("", _SEPARATORS.sub(" ", folded).strip())


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can mean. ``words`` are the headers by which it is recognised, in any language, most telling first.

    ``past`` moments have happened: one more than a year ahead is a typing error. A ``lenient`` value that cannot be read does
    not cost its row: the reader of the kind gets the problem and keeps the text.
    """

    key: str
    label: Text
    type: FieldType = "text"
    words: tuple[str, ...] = ()
    help: Text = ""
    required: bool = False
    many: bool = False
    past: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. Of each group in ``needs`` at least one field must be mapped."""

    key: str
    label: Text
    help: Text
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]
    telling: frozenset[str] = frozenset()

    def field(self, key: str) -> Field | None:
        """The field called ``key``."""
        return next((one for one in self.fields if one.key == key), None)


def field_labels(kind: Kind, keys: Sequence[str]) -> str:
    """The names of some fields, for a sentence."""
    return " / ".join(str(one.label) for key in keys if (one := kind.field(key)))
