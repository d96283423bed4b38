"""Assets: known by serial number, else by what they are and since when; changed by a later file, never doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _

from regulars.catalogue.models import Product
from regulars.customers import actions
from regulars.customers.models import Asset, Batch, Party
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.holdings.importer import Entry, HoldingsImporter, word
from regulars.kit import text
from regulars.kit.errors import UserError
from regulars.staff.models import User

_AT_HAND: Final = ("party", "product")
_COLUMNS: Final = {
    "serial": "serial", "name": "name", "installed": "installed_on", "warranty": "warranty_until", "retired": "retired_on", "note": "note",
}  # fmt: skip
_IN_USE_AT: Final = """SELECT a.serial, a.party_id FROM customers_asset a JOIN customers_party p ON p.id = a.party_id
                       WHERE a.retired_on IS NULL AND p.trashed_at IS NULL AND a.serial IN ({marks})"""
_OUT: Final = frozenset(
    {"out of use", "retired", "scrapped", "disposed", "inactive", "decommissioned", "out of service", "obsolete", "returned", "報廢", "已報廢", "停用", "已停用", "除役", "汰換", "已汰換", "退回", "閒置"}
)  # fmt: skip
_IN_USE: Final = frozenset(
    {"in use", "active", "installed", "in service", "in production", "under warranty", "warranty expired", "ok", "使用中", "啟用", "啟用中", "正常", "保固中", "保固內", "保固外", "過保", "已過保"}
)  # fmt: skip


class AssetsImporter(HoldingsImporter[Asset]):
    """Carries out the kind ``assets``."""

    sort: ClassVar[str] = "asset"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._products: dict[str, Product] = {}
        self._in_use_at: dict[str, set[int]] = defaultdict(set)

    def key_of(self, at: dict[str, Any]) -> tuple[Any, ...]:
        """The serial number; without one an empty key's first place says that rows may well be several things."""
        if at["serial"]:
            return ("serial", at["serial"], at["product"])
        whose = tuple(at[key] for key in ("holder", "customer", "customer_name", "tax_id", "email", "phone"))
        return ("", text.fold(at["name"]), at["product"], at["installed"], whose)

    def load(self, parties: list[int], own: list[int]) -> Iterable[Asset]:
        """The assets of these customers, and those of these numbers of ours."""
        found: dict[int, Asset] = {}
        for some in bulk.batches(parties):
            found |= {one.pk: one for one in Asset.objects.filter(party__in=some).order_by("pk")}
        for some in bulk.batches(own):
            found |= {one.pk: one for one in Asset.objects.filter(pk__in=some)}
        return found.values()

    def look_up(self, entries: list[Entry]) -> None:
        """Products by their code, and serial numbers in use at others."""
        codes = sorted({one.at["product"][:80] for one in entries if one.at["product"]})
        self._products = {}
        for some in bulk.batches(codes):
            self._products |= {one.code: one for one in Product.objects.filter(code__in=some)}
        serials = sorted({one.at["serial"][:80] for one in entries if one.at["serial"]})
        for serial, party in bulk.select(_IN_USE_AT, serials):
            self._in_use_at[serial].add(party)

    def find(self, entry: Entry, held: list[Asset]) -> Asset | None:
        """By serial number; without one the n-th of that name is the n-th row's."""
        at = entry.at
        if serial := at["serial"]:
            same = [one for one in held if one.serial == serial]
            product = self._products.get(at["product"])
            of_product = [one for one in same if product is not None and one.product_id in {None, product.pk}]
            return next(iter(of_product or same), None)
        name = text.fold(self._name(at))
        same = [
            one
            for one in held
            if not one.serial and text.fold(one.name) == name and at["installed"] in {None, one.installed_on}
        ]
        return same[entry.nth] if len(same) > entry.nth else None

    def _name(self, at: dict[str, Any]) -> str:
        product = self._products.get(at["product"])
        return at["name"] or (product.name if product else "") or at["product"] or at["serial"]

    def told(self, entry: Entry, thing: Asset | None) -> dict[str, Any]:
        """What the row says; a status without a date means today, or the day that is known already."""
        at = entry.at
        told = self.filled(at, _COLUMNS)
        if product := self._products.get(at["product"]):
            told["product_id"] = product.pk
        if thing is None:
            told.setdefault("name", self._name(at))
        status = word(at["status"])
        if status in _OUT and at["retired"] is None:
            told["retired_on"] = (thing.retired_on if thing else None) or self.today
        elif status in _IN_USE and at["retired"] is None:
            told["retired_on"] = None
        elif status and status not in _OUT | _IN_USE:
            self.context.tally.warn("status", at["status"])
        return told

    def draft(self, entry: Entry, told: dict[str, Any], held: list[Asset]) -> Asset:
        """A new asset; one whose serial number is in use at somebody else's is refused."""
        serial = entry.at["serial"]
        if elsewhere := self._in_use_at[serial] - {entry.party} if serial else None:
            name = Party.objects.only("name").get(pk=min(elsewhere)).name
            sentence = _(
                "Serial number %(serial)s is in use at %(name)s. If it changed hands, take it out of use there first."
            )
            raise UserError(sentence % {"serial": serial, "name": name})
        asset = Asset(party_id=entry.party, **told)
        self.check(asset)
        if serial and asset.retired_on is None:
            self._in_use_at[serial].add(entry.party)
        return asset

    def check(self, thing: Asset) -> None:
        """Refuse dates in the wrong order and texts that are too long."""
        actions.check_asset(thing, at_hand=_AT_HAND)

    def insert(self, fresh: list[Asset], by: User | None, batch: Batch) -> None:
        """Write new assets; each stands on the timeline on the day since when it is in use."""
        actions.write_assets(assets=[(one, self.moment_of(one.installed_on)) for one in fresh], by=by, batch=batch)

    def change(self, thing: Asset, changes: dict[str, Any], by: User | None, batch: Batch) -> None:
        """Change an asset; going out of use is told on the timeline."""
        told = {name.removesuffix("_id"): value for name, value in changes.items()}
        day = told.pop("retired_on", None) if changes.get("retired_on") else None
        if told:
            actions.change_asset(asset=thing, changes=told, by=by, batch=batch)
        if day is not None:
            actions.retire_asset(asset=thing, on=day, by=by, batch=batch)
