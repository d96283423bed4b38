"""Customers of an import by their number in the other system: found, restored, or made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from regulars.customers import search
from regulars.customers.models import Batch, ContactPoint, CustomerSummary, Identifier, Party
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.tally import Tally
from regulars.kit import clock, phone, text

_COMPANY = re.compile(
    r"公司|企業|商行|商店|工作室|工廠|有限|股份|診所|學校|協會|基金會|事務所|\b(?:ltd|limited|inc|llc|corp|corporation|gmbh|co|company|s\.?a|ag|plc|bv|lda|oy|ab|srl|group|holdings?)\b\.?",
    re.IGNORECASE,
)
_HASH = re.compile(r"[0-9a-f]{20,}", re.IGNORECASE)
_KEPT: Final = 300_000


@dataclass(slots=True)
class Buyer:
    """A customer as an order names them; ``party`` is 0 until known."""

    external: str
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    since: datetime | None = None


@dataclass(slots=True)
class Known:
    """A party that is here; ``name`` and ``fold`` (as compared) are "" while it is only a number."""

    party: int
    name: str = ""
    fold: str = ""
    trashed: bool = False


def name_of_number(external: str) -> str:
    """What a customer without a name is called: its number, a long technical key shortened."""
    return f"#{external[:8]}" if _HASH.fullmatch(external) else f"#{external[:60]}"


def kind_of_name(name: str) -> str:
    """Person or organisation, as the name suggests."""
    return "organisation" if _COMPANY.search(name) else "person"


@dataclass(slots=True)
class Directory:
    """The customers of one source system, looked up in batches and remembered."""

    source: str
    tally: Tally
    known: dict[str, Known] = field(default_factory=dict)
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def look_up(self, externals: Iterable[str]) -> list[str]:
        """Learn which of these numbers are here; returns those that are not."""
        wanted = [one for one in dict.fromkeys(externals) if one and one not in self.known]
        if len(self.known) > _KEPT:
            self.known.clear()
            wanted = [one for one in dict.fromkeys(externals) if one]
        rows = bulk.select(
            """SELECT i.external_id, coalesce(m.id, p.id), coalesce(m.name, p.name), coalesce(m.fold, p.fold), coalesce(m.trashed_at, p.trashed_at)
               FROM customers_identifier i JOIN customers_party p ON p.id = i.party_id
               LEFT JOIN customers_party m ON m.id = p.merged_into_id
               WHERE i.system = %s AND i.external_id IN ({marks})""",
            wanted,
            self.source,
        )
        for external, party, name, fold, trashed in rows:
            placeholder = fold == text.fold(name_of_number(external))
            self.known[external] = Known(
                party, "" if placeholder else name, "" if placeholder else fold, trashed is not None
            )
        return [one for one in wanted if one not in self.known]

    def compare_name(self, buyer: Buyer) -> None:
        """Warn when a number belongs to two names; the first is kept."""
        if not buyer.name:
            return
        fold = text.fold(buyer.name)
        known = self.known.get(buyer.external)
        name, kept = self.seen.get(buyer.external) or ((known.name, known.fold) if known else ("", ""))
        if not kept:
            self.seen[buyer.external] = (buyer.name, fold)
        elif kept != fold:
            key = f"{buyer.external}: {kept} / {fold}"
            if key not in self.seen:
                self.seen[key] = (buyer.name, fold)
                self.tally.warn("two_names", f"{buyer.external}: {name} / {buyer.name}")

    def make(self, buyers: Sequence[Buyer], *, batch: int, by: int | None) -> list[int]:
        """Create parties for these buyers, with number, contact points and an empty summary."""
        ids = bulk.allocate(Party, len(buyers))
        now = clock.now()
        parties, identifiers, points = [], [], []
        for party, buyer in zip(ids, buyers, strict=True):
            name = buyer.name or name_of_number(buyer.external)
            fold = text.fold(name)[:200]
            parties.append(
                (party, kind_of_name(buyer.name), name[:200], fold, buyer.address[:255], buyer.city[:80], buyer.region[:80], buyer.postcode[:16],
                 buyer.country[:60], self.source, batch, now, now, by)
            )  # fmt: skip
            identifiers.append((party, self.source, buyer.external, batch, now))
            if buyer.email:
                points.append(_point(party, "email", buyer.email, buyer.email, batch, now))
            if buyer.phone:
                number = phone.normalise(buyer.phone, region=settings.COUNTRY)
                points.append(_point(party, "phone", buyer.phone, number, batch, now))
            self.known[buyer.external] = Known(party, buyer.name, fold if buyer.name else "")
        insert_parties(parties)
        bulk.insert(Identifier, ("party_id", "system", "external_id", "batch_id", "created_at"), identifiers)
        bulk.insert(ContactPoint, POINT_COLUMNS, points)
        reindex(ids)
        return ids


POINT_COLUMNS: Final = (
    "party_id",
    "kind",
    "raw",
    "normalised",
    "reversed_digits",
    "label",
    "preferred",
    "batch_id",
    "created_at",
)
_PARTY_COLUMNS: Final = (
    "id", "kind", "name", "fold", "address", "city", "region", "postcode", "country", "source", "batch_id", "created_at", "updated_at", "created_by_id",
    "family_name", "given_name", "other_name", "salutation", "birth_date", "language", "preferred_channel", "preferred_time", "industry", "about", "custom", "version",
)  # fmt: skip
_PARTY_REST: Final = ("", "", "", "", None, "", "", "", "", "", "{}", 1)
_SUMMARY_COLUMNS: Final = (
    "party_id", "currency", "orders", "returns", "revenue", "last_contact_channel", "open_tasks", "open_promises", "open_complaints", "orders_12m",
    "revenue_12m", "revenue_prior_12m", "value_class", "value_reasons", "stage", "stage_reasons", "previous_stage", "risk_reasons", "at_stake",
    "next_action", "next_action_reasons",
)  # fmt: skip


def insert_parties(parties: Sequence[tuple[Any, ...]]) -> None:
    """Insert parties (columns up to ``created_by_id``, the rest empty) with their summaries."""
    bulk.insert(Party, _PARTY_COLUMNS, [(*row, *_PARTY_REST) for row in parties])
    make_summaries([row[0] for row in parties])


def make_summaries(ids: Iterable[int]) -> None:
    """Give new parties an empty summary."""
    rest = (str(settings.CURRENCY), 0, 0, 0, "", 0, 0, 0, 0, 0, 0, "", "[]", "recruit", "[]", "", "[]", 0, "", "[]")
    bulk.insert(CustomerSummary, _SUMMARY_COLUMNS, [(party, *rest) for party in ids])


def reindex(ids: Iterable[int]) -> None:
    """Let the search know of parties written past the actions."""
    found = sorted({one for one in ids if one})
    if found:
        search.reindex(found)


def _point(party: int, kind: str, raw: str, normalised: str, batch: int, now: datetime) -> tuple[Any, ...]:
    digits = "" if kind == "email" else phone.digits(normalised.partition(";")[0])[::-1][:40]
    return (party, kind, raw[:254], normalised[:254], digits, "", True, batch, now)


def restore_trashed(ids: Iterable[int], *, batch: int, by: int | None) -> int:
    """Take those parties out of the trash that an undone import had put there; they now belong to ``batch``."""
    restored = 0
    for chunk in bulk.batches(sorted(set(ids))):
        rows = list(
            Party.objects.filter(pk__in=chunk, trashed_at__isnull=False, batch_id__isnull=False).values_list(
                "pk", "batch_id", "trashed_at"
            )
        )
        undone = dict(
            Batch.objects.filter(pk__in={row[1] for row in rows}, undone_at__isnull=False).values_list("pk", "pk")
        )
        back = [pk for pk, origin, _when in rows if origin in undone]
        restored += Party.objects.filter(pk__in=back).update(
            trashed_at=None, trashed_by=None, batch_id=batch, updated_at=clock.now()
        )
    return restored


def as_json(value: Any) -> str:
    """JSON text for a raw insert."""
    return json.dumps(value, ensure_ascii=False)
