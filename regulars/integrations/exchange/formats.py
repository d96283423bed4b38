"""The ways in which customers leave: each has a name, a type, and makes its bytes in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Party
from regulars.integrations.exchange import cards, things
from regulars.integrations.exchange.layouts import PRESETS, table_of
from regulars.integrations.exchange.rows import rows_of
from regulars.kit.errors import UserError
from regulars.web.listing import export as tables

Parties = QuerySet[Party]


@dataclass(frozen=True, slots=True)
class Format:
    """One way out; ``chunks`` streams the file of a queryset of parties (of assets, of contracts)."""

    key: str
    label: str | Promise
    suffix: str
    content_type: str
    chunks: Callable[[QuerySet[Any]], Iterator[bytes]]


def _table(layout: str, kind: str) -> Callable[[Parties], Iterator[bytes]]:
    def chunks(parties: Parties) -> Iterator[bytes]:
        table = table_of(layout)

        def lines() -> Iterator[list[Any]]:
            yield list(table.headers)
            for row in rows_of(parties):
                yield [tables.disarm(cell) if isinstance(cell, str) else cell for cell in table.row(row)]

        return tables.csv_of(lines(), disarmed=True) if kind == "csv" else tables.xlsx_of(lines())

    return chunks


def _cards(version: str) -> Callable[[Parties], Iterator[bytes]]:
    return lambda parties: cards.chunks(rows_of(parties), version=version)


_CSV: Final = tables.TYPES["csv"]
_CARD: Final = "text/vcard; charset=utf-8"


def _full(as_csv: Callable[[Any], Iterator[bytes]], as_xlsx: Callable[[Any], Iterator[bytes]]) -> tuple[Format, ...]:
    """The two forms in which everything leaves and comes back in."""
    return (
        Format("full", _("Everything, as CSV that comes back in"), "csv", _CSV, as_csv),
        Format("full-xlsx", _("Everything, as Excel that comes back in"), "xlsx", tables.TYPES["xlsx"], as_xlsx),
    )


FORMATS: Final[dict[str, Format]] = {
    one.key: one
    for one in (
        *_full(_table("regulars", "csv"), _table("regulars", "xlsx")),
        Format("vcard", _("vCard 4.0"), "vcf", _CARD, _cards("4.0")),
        Format("vcard3", _("vCard 3.0, for older programs"), "vcf", _CARD, _cards("3.0")),
        Format("google", _("CSV for Google Contacts"), "csv", _CSV, _table("google", "csv")),
        Format("outlook", _("CSV for Outlook"), "csv", _CSV, _table("outlook", "csv")),
        Format("hubspot", _("CSV for HubSpot"), "csv", _CSV, _table("hubspot", "csv")),
        Format("salesforce", _("CSV for Salesforce"), "csv", _CSV, _table("salesforce", "csv")),
        Format("odoo", _("CSV for Odoo"), "csv", _CSV, _table("odoo", "csv")),
    )
}
OF_THINGS: Final[dict[str, dict[str, Format]]] = {
    what: {one.key: one for one in _full(things.csv_of(lines), things.xlsx_of(lines))}
    for what, lines in (("assets", things.asset_lines), ("contracts", things.contract_lines))
}
_ALSO: Final = {"csv": "full", "xlsx": "full-xlsx", "vcf": "vcard"}


def format_called(key: str, *, of: str = "customers") -> Format:
    """The format called ``key`` (``csv``, ``xlsx`` and ``vcf`` will do) of customers, assets or contracts.

    Raises:
        UserError: there is none, with those there are.
    """
    formats = OF_THINGS.get(of, FORMATS)
    found = formats.get(_ALSO.get(key, key))
    if found is None:
        raise UserError(
            gettext("There is no format “%(key)s”; there are: %(keys)s.")
            % {"key": key, "keys": ", ".join(["csv", "xlsx", *formats])}
        )
    return found


LAYOUTS: Final = ("regulars", *PRESETS)
