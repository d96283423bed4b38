"""The file for the printer: one row a label, as CSV or Excel, with formulas made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.marketing.fulfilment.queries import Line
from regulars.web.listing import export

LINES: Final = 5
FORMS: Final = {"csv": export.csv_of, "xlsx": export.xlsx_of}


def rows_of(lines: Iterable[Line]) -> Iterator[list[Any]]:
    """A head, then one row for each line that can go."""
    yield [
        _("Number"), pgettext("post", "To whom"), *(_("Line %(n)s") % {"n": n} for n in range(1, LINES + 1)), _("Postcode"), _("City"), _("Region"),
        _("Address"), _("Country"), _("Item"), _("How many"), _("Customer number"),
    ]  # fmt: skip
    for line in lines:
        if line.problem:
            continue
        where, one = line.where, line.request
        label = [*line.label, *[""] * LINES][:LINES]
        yield [
            one.pk, where.recipient, *label, where.postcode, where.city, where.region, where.address, where.country, str(one.item),
            one.quantity, one.party_id,
        ]  # fmt: skip


def chunks(form: str, lines: Iterable[Line]) -> Iterator[bytes]:
    """The file in pieces; ``form`` is a key of ``FORMS``."""
    return FORMS[form](rows_of(lines))
