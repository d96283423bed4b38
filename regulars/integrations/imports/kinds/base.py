"""The form in which a kind of file is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
FieldType = Literal[
    "id", "text", "long", "name", "money", "quantity", "rate", "whole", "moment", "day", "flag", "email", "phone", "tax", "word"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can mean. ``words`` are the headers by which it is recognised, in any language, most telling first.

    ``past`` moments have happened: one more than a year ahead is a typing error.
    """

    key: str
    label: Text
    type: FieldType = "text"
    words: tuple[str, ...] = ()
    help: Text = ""
    required: bool = False
    many: bool = False
    past: bool = False


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
