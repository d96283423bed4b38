"""Assets and contracts as tables that come back in: what stands in which column, read in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import get_language

from regulars.customers.models import Asset, Contract
from regulars.integrations.imports.layouts.own import OWN_ASSET_COLUMNS, OWN_CONTRACT_COLUMNS, OwnColumn
from regulars.integrations.imports.values.own import write_own
from regulars.kit.money import to_decimal
from regulars.web.listing import export as tables

PORTION: Final = 2_000
Cell = Callable[[Any], Any]


def _fact(name: str) -> Cell:
    return lambda one: getattr(one, name)


_HOLDER: Final[dict[str, Cell]] = {
    "holder": lambda one: write_own(one.party_id),
    "customer_name": lambda one: one.party.name,
}
_ASSET: Final[dict[str, Cell]] = _HOLDER | {
    "self": lambda one: write_own(one.pk, sort="asset"),
    "serial": _fact("serial"),
    "name": _fact("name"),
    "product": lambda one: one.product.code if one.product else "",
    "installed": _fact("installed_on"),
    "warranty": _fact("warranty_until"),
    "retired": _fact("retired_on"),
    "note": _fact("note"),
}
_CONTRACT: Final[dict[str, Cell]] = _HOLDER | {
    "self": lambda one: write_own(one.pk, sort="contract"),
    "number": _fact("number"),
    "title": _fact("title"),
    "type": lambda one: str(one.get_kind_display()),
    "asset": lambda one: write_own(one.asset_id, sort="asset") if one.asset_id else "",
    "serial": lambda one: one.asset.serial if one.asset else "",
    "starts": _fact("starts_on"),
    "ends": _fact("ends_on"),
    "amount": lambda one: None if one.amount is None else to_decimal(one.amount, one.currency),
    "currency": lambda one: one.currency if one.amount is not None else "",
    "coverage": _fact("coverage"),
    "terms": _fact("terms"),
    "response_hours": _fact("response_hours"),
    "visits": _fact("visits_included"),
    "notice_days": _fact("notice_days"),
    "renews": lambda one: "yes" if one.renews else "no",
    "ended": _fact("ended_on"),
    "ended_reason": _fact("ended_reason"),
}


def asset_lines(assets: QuerySet[Asset]) -> Iterator[list[Any]]:
    """Header and rows of assets."""
    return _lines(assets.select_related("party", "product"), OWN_ASSET_COLUMNS, _ASSET)


def contract_lines(contracts: QuerySet[Contract]) -> Iterator[list[Any]]:
    """Header and rows of contracts."""
    return _lines(contracts.select_related("party", "asset"), OWN_CONTRACT_COLUMNS, _CONTRACT)


def _lines(rows: QuerySet[Any], columns: Sequence[OwnColumn], cells: Mapping[str, Cell]) -> Iterator[list[Any]]:
    chinese = (get_language() or "").startswith("zh")
    yield [one.chinese if chinese else one.english for one in columns]
    written = [cells[one.field] for one in columns]
    for row in rows.order_by("pk").iterator(chunk_size=PORTION):
        yield [cell(row) for cell in written]


def csv_of(lines: Callable[[QuerySet[Any]], Iterator[list[Any]]]) -> Callable[[QuerySet[Any]], Iterator[bytes]]:
    """A way to make the bytes of a CSV of a queryset, no cell of which a spreadsheet runs."""

    def chunks(rows: QuerySet[Any]) -> Iterator[bytes]:
        disarmed = ([tables.disarm(cell) if isinstance(cell, str) else cell for cell in line] for line in lines(rows))
        return tables.csv_of(disarmed, disarmed=True)

    return chunks


def xlsx_of(lines: Callable[[QuerySet[Any]], Iterator[list[Any]]]) -> Callable[[QuerySet[Any]], Iterator[bytes]]:
    """A way to make the bytes of a workbook of a queryset."""
    return lambda rows: tables.xlsx_of(lines(rows))
