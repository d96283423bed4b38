"""Before a merge, and before it is undone: what it would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from regulars.customers import fields as own_fields
from regulars.customers.choices import channel_name, language_name
from regulars.customers.merging import moves
from regulars.customers.merging.choices import differ, fills, keys_of, values_of
from regulars.customers.merging.registry import How, holdings
from regulars.customers.models import (
    Consent,
    ConsentState,
    Event,
    FieldDefinition,
    Identifier,
    Merge,
    MergeMove,
    Party,
)  # fmt: skip
from regulars.web import format as show

MOST_TOGETHER = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """What one party says; ``party`` is its id."""

    party: int
    shown: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field to choose. ``chosen`` is the party whose value it shall be; ``both`` the two texts joined, where that makes sense."""

    key: str
    label: str
    cells: list[Cell]
    differs: bool
    chosen: int
    both: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What was said about one channel and purpose, by party, and what counts afterwards: the newest word."""

    label: str
    cells: list[Cell]
    after: str
    refused: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """How many rows of one sort move."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several records side by side, as they would become one."""

    winner: Party
    parties: list[Party]
    rows: list[FieldRow]
    same: list[FieldRow]
    consents: list[ConsentRow]
    moving: list[Moving]
    entries: dict[int, int]
    orders: int
    revenue: int
    currency: str
    two_currencies: bool

    @property
    def entry_counts(self) -> list[int]:
        """How many entries the timeline of each holds."""
        return [self.entries.get(one.pk, 0) for one in self.parties]

    @property
    def width(self) -> int:
        """The columns of the table."""
        return len(self.parties) + 1

    @property
    def losers(self) -> list[Party]:
        """Those that become part of the winner."""
        return [one for one in self.parties if one.pk != self.winner.pk]


def suggested_winner(parties: Sequence[Party]) -> Party:
    """The one to keep: most orders, then most said, then the oldest."""
    return max(parties, key=lambda one: (one.summary.orders, _said(one), -one.pk))


def _said(party: Party) -> int:
    return sum(any(value not in (None, "") for value in values_of(party, key)) for key in keys_of(party))


def compare(parties: Sequence[Party], winner: Party) -> Comparison:
    """What merging ``parties`` (with their summaries) into ``winner`` means. About fifteen queries."""
    ordered = [winner, *(one for one in parties if one.pk != winner.pk)]
    losers = ordered[1:]
    defined = _definitions(ordered)
    rows = [_row(key, label, ordered, defined) for key, label in _labels(ordered, defined).items()]
    told = [row for row in rows if any(cell.shown for cell in row.cells)]
    counts = (
        Event.objects.live().filter(customer__in=ordered).order_by().values_list("customer").annotate(n=Count("pk"))
    )
    currencies = {one.summary.currency for one in ordered if one.summary.orders}
    return Comparison(
        winner=winner,
        parties=ordered,
        rows=[row for row in told if row.differs or row.chosen != winner.pk],
        same=[row for row in told if not row.differs and row.chosen == winner.pk],
        consents=_consents(ordered),
        moving=what_moves([one.pk for one in losers]),
        entries=dict(counts),
        orders=sum(one.summary.orders for one in ordered),
        revenue=sum(one.summary.revenue for one in ordered),
        currency=winner.summary.currency,
        two_currencies=len(currencies) > 1,
    )


def _definitions(parties: Sequence[Party]) -> dict[str, FieldDefinition]:
    keys = {key for one in parties for key in one.custom}
    return {f"custom.{one.key}": one for one in FieldDefinition.objects.filter(key__in=keys)} if keys else {}


def _labels(parties: Sequence[Party], defined: Mapping[str, FieldDefinition]) -> dict[str, str]:
    keys = keys_of(*parties)
    labels = {"name": _("Name"), "address": _("Address")}
    for key in keys:
        if key.startswith("custom."):
            labels[key] = own_fields.label(defined[key]) if key in defined else key.removeprefix("custom.")
        elif key not in labels:
            said = str(Party._meta.get_field(key).verbose_name)  # type: ignore[union-attr]
            labels[key] = said[:1].upper() + said[1:]
    return {key: labels[key] for key in keys}


def _row(key: str, label: str, parties: Sequence[Party], defined: Mapping[str, FieldDefinition]) -> FieldRow:
    winner = parties[0]
    chosen = next((one.pk for one in parties[1:] if fills(winner, one, key)), winner.pk)
    cells = [Cell(one.pk, _shown(one, key, defined.get(key))) for one in parties]
    texts = list(dict.fromkeys(one.about for one in parties if one.about)) if key == "about" else []
    return FieldRow(key, label, cells, differ(parties, key), chosen, "\n".join(texts) if len(texts) > 1 else "")


def _shown(party: Party, key: str, definition: FieldDefinition | None) -> str:
    if key == "address":
        told = (party.postcode, party.city, party.address, party.region, party.country)
        return " ".join(value for value in told if value)
    if key in {"owner", "team", "territory"}:
        return str(getattr(party, key) or "")
    value = values_of(party, key)[0]
    if definition is not None:
        return str(own_fields.shown(definition, value))
    if key == "birth_date":
        return show.show_date(value) if value else ""
    if key == "language":
        return language_name(value)
    if key == "preferred_channel":
        return channel_name(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(str(one) for one in value) if isinstance(value, list) else "" if value is None else str(value)


def _consents(parties: Sequence[Party]) -> list[ConsentRow]:
    newest: dict[tuple[str, str], dict[int, Consent]] = defaultdict(dict)
    last: dict[tuple[str, str], Consent] = {}
    for one in Consent.objects.filter(party__in=parties).order_by("given_at", "pk"):
        newest[one.channel, one.purpose][one.party_id] = one
        last[one.channel, one.purpose] = one
    rows = []
    for (channel, purpose), by_party in sorted(newest.items()):
        cells = [Cell(one.pk, _word(by_party.get(one.pk))) for one in parties]
        after = last[channel, purpose]
        label = channel_name(channel) if purpose == "marketing" else f"{channel_name(channel)} · {purpose}"
        states = {one.state for one in by_party.values()}
        refused = after.state == ConsentState.WITHDRAWN
        rows.append(ConsentRow(label, cells, _word(after), refused, len(states) > 1))
    return rows


def _word(consent: Consent | None) -> str:
    if consent is None:
        return ""
    return f"{ConsentState(consent.state).label} · {show.show_date(consent.given_at)}"


def what_moves(losers: Sequence[int]) -> list[Moving]:
    """How many rows of each sort would move from ``losers``, the most first."""
    counts: dict[str, int] = {}
    for one in holdings():
        if one.label and one.how is not How.STAYS:
            rows = one.model._base_manager.filter(one.counted, **{f"{one.column}__in": losers})
            counts[str(one.label)] = counts.get(str(one.label), 0) + rows.count()
    return [Moving(label, n) for label, n in counts.items() if n]


@dataclass(frozen=True, slots=True)
class Parting:
    """What taking two records apart does: what goes back, what came since and goes back too, what stays."""

    merge: Merge
    going: list[Moving]
    returning: list[Moving]
    staying: int
    blocked_by: Merge | None


def parting_of(merge: Merge) -> Parting:
    """What undoing ``merge`` means now."""
    going: dict[str, int] = defaultdict(int)
    told = MergeMove.objects.filter(merge=merge).exclude(before__has_key=moves.SET_ASIDE)
    rows: dict[str, set[int]] = defaultdict(set)
    for table, single, several in told.values_list("table", "object_id", "object_ids"):
        rows[table].update(several or [single])
    for table, ids in rows.items():
        if label := _label_of(table):
            going[label] += len(ids)
    systems = systems_of_loser_alone(merge)
    returning: dict[str, int] = defaultdict(int)
    staying = 0
    for one in holdings():
        if one.source and one.label:
            back = moves.newcomers(one, merge, systems)
            if n := back.count():
                returning[str(one.label)] += n
            if one.model is Event:
                since = Event.objects.live().filter(customer=merge.winner_id, recorded_at__gt=merge.made_at)
                staying = since.exclude(pk__in=back.values("pk")).exclude(kind__startswith="customers.merged").count()
    outer = Merge.objects.standing().filter(loser=merge.winner_id).select_related("winner").first()
    return Parting(
        merge,
        [Moving(label, n) for label, n in going.items()],
        [Moving(label, n) for label, n in returning.items()],
        staying,
        outer,
    )


def _label_of(table: str) -> str:
    return next((str(one.label) for one in holdings() if one.table == table and one.label), "")


def merges_into(party: Party) -> list[Merge]:
    """The merges that made ``party`` what it is, the newest first; those that were merged into the merged too. One query."""
    rows = Merge.objects.standing().filter(Q(winner=party) | Q(winner__merged_into=party))
    return list(rows.select_related("loser", "winner", "made_by").order_by("-pk"))


def systems_of_loser_alone(merge: Merge) -> set[str]:
    """The systems of the numbers that would go back to the loser and in which the winner has no number of its own."""
    moved = MergeMove.objects.filter(merge=merge, table=Identifier._meta.label_lower)
    here = Identifier.objects.filter(party=merge.winner_id)
    going = set(here.filter(pk__in=moves.told_of(moved)).values_list("system", flat=True))
    staying = set(here.exclude(pk__in=moves.told_of(moved)).values_list("system", flat=True))
    return going - staying
