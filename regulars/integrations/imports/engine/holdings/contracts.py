"""Contracts: known by their number (a later term of the same number renews), else by title and beginning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _

from regulars.customers import actions
from regulars.customers.models import Asset, Batch, Contract, ContractKind
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.holdings.importer import Entry, HoldingsImporter, word
from regulars.integrations.imports.engine.tally import to_minor
from regulars.integrations.imports.values.own import read_own
from regulars.kit import text
from regulars.kit.errors import UserError
from regulars.staff.models import User

_AT_HAND: Final = ("party", "asset", "follows")
_COLUMNS: Final = {
    "number": "number", "title": "title", "starts": "starts_on", "ends": "ends_on", "coverage": "coverage", "terms": "terms",
    "response_hours": "response_hours", "visits": "visits_included", "notice_days": "notice_days", "renews": "renews",
    "ended": "ended_on", "ended_reason": "ended_reason",
}  # fmt: skip
_NEVER_EMPTY: Final = frozenset({"title", "starts_on", "notice_days", "renews"})
_END: Final = frozenset({"ended_on", "ended_reason"})
_ENDED: Final = frozenset(
    {"cancelled", "canceled", "terminated", "ended", "ended early", "void", "voided", "終止", "已終止", "提前終止", "解約", "已解約", "取消", "已取消", "作廢", "已作廢"}
)  # fmt: skip
_RUNS: Final = frozenset(
    {"active", "valid", "running", "in force", "activated", "draft", "not yet", "expired", "renewed", "生效", "生效中", "有效", "執行中", "進行中", "履約中", "未生效", "到期", "已到期", "過期", "已過期", "續約", "已續約"}
)  # fmt: skip
_KINDS: Final = {
    ContractKind.SERVICE: ("service", "service contract", "maintenance", "maintenance contract", "support", "服務", "服務合約", "維護", "維護合約", "維修", "維修合約", "保養", "保養合約"),
    ContractKind.WARRANTY: ("warranty", "extended warranty", "保固", "保固合約", "延長保固"),
    ContractKind.SUPPLY: ("supply", "supply agreement", "供貨", "供貨合約", "供應", "採購合約"),
    ContractKind.LEASE: ("lease", "rental", "租賃", "租賃合約", "租約"),
    ContractKind.MEMBERSHIP: ("membership", "subscription", "會員", "會籍", "訂閱"),
    ContractKind.OTHER: ("other", "其他"),
}  # fmt: skip
_KIND_CALLED: Final = {called: kind.value for kind, names in _KINDS.items() for called in names}


class ContractsImporter(HoldingsImporter[Contract]):
    """Carries out the kind ``contracts``."""

    sort: ClassVar[str] = "contract"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._assets: dict[int, dict[str, Asset]] = {}
        self._numbered: dict[int, Asset] = {}

    def key_of(self, at: dict[str, Any]) -> tuple[Any, ...]:
        """Number and beginning; without a number title and beginning, of which there may well be several."""
        whose = tuple(at[key] for key in ("holder", "customer", "customer_name", "tax_id", "email", "phone"))
        return (at["number"] and "number", at["number"] or text.fold(at["title"]), at["starts"], whose)

    def load(self, parties: list[int], own: list[int]) -> Iterable[Contract]:
        """The contracts of these customers, and those of these numbers of ours."""
        found: dict[int, Contract] = {}
        for some in bulk.batches(parties):
            found |= {one.pk: one for one in Contract.objects.filter(party__in=some).order_by("pk")}
        for some in bulk.batches(own):
            found |= {one.pk: one for one in Contract.objects.filter(pk__in=some)}
        return found.values()

    def look_up(self, entries: list[Entry]) -> None:
        """The assets that the contracts are about."""
        self._assets, self._numbered = {}, {}
        if not any(one.at["serial"] or one.at["asset"] for one in entries):
            return
        for some in bulk.batches(sorted({one.party for one in entries})):
            for asset in Asset.objects.filter(party__in=some).order_by("retired_on", "pk"):
                self._numbered[asset.pk] = asset
                if asset.serial:
                    self._assets.setdefault(asset.party_id, {}).setdefault(asset.serial, asset)

    def find(self, entry: Entry, held: list[Contract]) -> Contract | None:
        """The term that begins on that day; of a number also the latest term, unless the row begins after its end."""
        at, starts = entry.at, entry.at["starts"]
        if number := at["number"]:
            same = [one for one in held if one.number == number]
            exact = [one for one in same if one.starts_on == starts]
            if exact or not same:
                return exact[0] if exact else None
            latest = max(same, key=lambda one: one.starts_on)
            return None if starts is not None and self._is_another_term(at, latest, same) else latest
        title = text.fold(at["title"])
        same = [one for one in held if not one.number and text.fold(one.title) == title and one.starts_on == starts]
        return same[entry.nth] if len(same) > entry.nth else None

    def _is_another_term(self, at: dict[str, Any], latest: Contract, same: list[Contract]) -> bool:
        """Whether the row's term lies after or before all that are known of this number."""
        over = latest.ended_on or latest.ends_on
        first = min(one.starts_on for one in same)
        return (over is not None and at["starts"] > over) or (at["ends"] is not None and at["ends"] < first)

    def told(self, entry: Entry, thing: Contract | None) -> dict[str, Any]:
        """What the row says."""
        at = entry.at
        told = self.filled(at, _COLUMNS)
        told = {name: value for name, value in told.items() if value not in ("", None) or name not in _NEVER_EMPTY}
        if at["amount"] is not None:
            told["currency"] = self._currency(at["currency"])
            told["amount"] = to_minor(at["amount"], told["currency"])
        if at["type"]:
            told["kind"] = _kind_of(at["type"])
        if (asset := self._asset(entry)) is not None:
            told["asset_id"] = asset.pk
        self._end(at, told, thing)
        return told

    def _currency(self, said: str) -> str:
        code = said.upper()
        return code if len(code) == 3 and code.isascii() and code.isalpha() else self.context.currency

    def _asset(self, entry: Entry) -> Asset | None:
        at = entry.at
        asset = self._numbered.get(read_own(at["asset"], sort="asset"))
        asset = asset or self._assets.get(entry.party, {}).get(at["serial"])
        if asset is None and at["serial"]:
            self.context.tally.warn("no_asset", at["serial"])
        return asset

    def _end(self, at: dict[str, Any], told: dict[str, Any], thing: Contract | None) -> None:
        """An end before its time; a status without a date means today, or the day that is known already."""
        status = word(at["status"])
        ends = told.get("ends_on") or (thing.ends_on if thing else None)
        renews = told.get("renews", thing.renews if thing else False)
        if at["ended"] is not None and ends is not None and at["ended"] > ends and not renews:
            del told["ended_on"]  # by then it had ended by itself
        if status in _ENDED and at["ended"] is None:
            told["ended_on"] = (thing.ended_on if thing else None) or self._day_within(told, thing)
        elif status and status not in _ENDED | _RUNS:
            self.context.tally.warn("status", at["status"])
        if not (told.get("ended_on") or (thing and thing.ended_on)):
            told.pop("ended_reason", None)

    def _day_within(self, told: dict[str, Any], thing: Contract | None) -> date:
        """Today, or the nearest day of the term."""
        starts = told.get("starts_on") or (thing.starts_on if thing else None) or self.today
        ends = told.get("ends_on") or (thing.ends_on if thing else None) or self.today
        return max(starts, min(self.today, ends))

    def draft(self, entry: Entry, told: dict[str, Any], held: list[Contract]) -> Contract:
        """A new contract, linked to the term before it."""
        if told.get("starts_on") is None:
            raise UserError(_("Please say from when it holds."))
        told.setdefault("title", entry.at["number"])
        contract = Contract(party_id=entry.party, **told)
        contract.follows = self._term_before(contract, held)
        if contract.asset_id is not None:
            contract.asset = self._numbered[contract.asset_id]
        self._refuse_too_much(entry)
        self.check(contract)
        self.context.tally.contracts_renewed += contract.follows is not None
        return contract

    def _term_before(self, contract: Contract, held: list[Contract]) -> Contract | None:
        """The latest term of the same number that is over when this one begins, unless another follows it already."""
        if not contract.number:
            return None
        before = [
            one for one in held if one.number == contract.number and one.ends_on and one.ends_on < contract.starts_on
        ]
        latest = max(before, key=lambda one: one.starts_on, default=None)
        if latest is None or latest.ended_on is not None or any(one.follows is latest for one in held):
            return None
        return None if any(one.follows_id == latest.pk for one in held if latest.pk) else latest

    def _refuse_too_much(self, entry: Entry) -> None:
        if entry.at["amount"] is not None and not self.context.tally.turn_over(abs(entry.at["amount"])):
            raise UserError(_("With this row the amounts of the file add up to more than can be kept."))

    def check(self, thing: Contract) -> None:
        """Refuse dates in the wrong order, reminders too early, texts that are too long."""
        if thing.asset_id is not None and thing.asset_id in self._numbered:
            thing.asset = self._numbered[thing.asset_id]
        actions.check_contract(thing, at_hand=_AT_HAND)

    def insert(self, fresh: list[Contract], by: User | None, batch: Batch) -> None:
        """Write new contracts; each stands on the timeline on the day from which it holds."""
        actions.write_contracts(contracts=[(one, self.moment_of(one.starts_on)) for one in fresh], by=by, batch=batch)

    def change(self, thing: Contract, changes: dict[str, Any], by: User | None, batch: Batch) -> None:
        """Change a contract; an end before its time is told on the timeline."""
        told = {name.removesuffix("_id"): value for name, value in changes.items() if name not in _END}
        if told:
            actions.change_contract(contract=thing, changes=told, by=by, batch=batch)
        if _END & changes.keys():
            actions.correct_end(contract=thing, on=thing.ended_on, reason=thing.ended_reason, by=by, batch=batch)


def _kind_of(said: str) -> str:
    """What a word for a kind of contract means: its key, its name in either language, or what people write for it."""
    called = word(said)
    return _KIND_CALLED.get(called) or (called if called in ContractKind.values else ContractKind.OTHER.value)
