"""A selection of rows in an address: short enough for every server between the browser and us."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable

from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

MOST = 2_000
_PLAIN = re.compile(r"\d{1,18}(?:,\d{1,18})*")


def packed(ids: Iterable[int]) -> str:
    """Row numbers as text: as they are while they are few, else as the compressed steps between them.

    Raises:
        UserError: there are too many for an address.
    """
    numbers = sorted(set(ids))
    if len(numbers) > MOST:
        raise UserError(_("More than %(n)s rows: narrow the list instead and export it whole.") % {"n": MOST})
    plain = ",".join(map(str, numbers))
    if len(plain) < 200:
        return plain
    steps = ",".join(str(after - before) for before, after in zip([0, *numbers], numbers, strict=False))
    return "z" + base64.urlsafe_b64encode(zlib.compress(steps.encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> list[int]:
    """The row numbers again; none when the text is no selection."""
    if not text.startswith("z"):
        return [int(one) for one in text.split(",")] if _PLAIN.fullmatch(text) else []
    try:
        data = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        steps = zlib.decompressobj().decompress(data, MOST * 20).decode("ascii")
    except (binascii.Error, zlib.error, ValueError):
        return []
    numbers, last = [], 0
    for step in steps.split(",") if _PLAIN.fullmatch(steps) else ():
        last += int(step)
        numbers.append(last)
    return numbers[:MOST]
