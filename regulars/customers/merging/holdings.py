"""What the record itself hangs on a party."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.merging import combine
from regulars.customers.merging.registry import Holding, How, declare
from regulars.customers.models import (
    Asset,
    Confirmation,
    Consent,
    ContactPoint,
    Contract,
    CustomerSummary,
    DuplicatePair,
    Erasure,
    Event,
    Identifier,
    Merge,
    Party,
    PartyRelation,
    PartyRole,
    Pressure,
    Snooze,
    Suppression,
    Task,
)  # fmt: skip

_STANDING = Q(valid_to=None)

declare(
    Holding(Event, "customer", How.MOVE, label=_("entries on the timeline"), source="source", counted=Q(retracted_in=None)),
    Holding(Event, "party", How.STAYS, because="with whom it happened at the time"),
    Holding(Identifier, "party", How.MOVE, label=_("numbers in other systems")),
    Holding(ContactPoint, "party", How.COMBINE, label=_("ways to reach them"), carry=combine.contact_points),
    Holding(Consent, "party", How.MOVE, label=_("words on consent")),
    Holding(Suppression, "party", How.MOVE, label=_("suppressed addresses")),
    Holding(Confirmation, "party", How.MOVE),
    Holding(Pressure, "party", How.COMBINE, carry=combine.pressure),
    Holding(Task, "party", How.MOVE, label=_("tasks")),
    Holding(Snooze, "party", How.MOVE),
    Holding(Contract, "party", How.MOVE, label=_("contracts")),
    Holding(Asset, "party", How.MOVE, label=_("assets")),
    Holding(PartyRole, "party", How.COMBINE, carry=combine.roles),
    Holding(PartyRelation, "party", How.UNLESS_SAME, label=_("relations"), same=("other", "kind", "title"), among=_STANDING),
    Holding(PartyRelation, "other", How.UNLESS_SAME, label=_("relations"), same=("party", "kind", "title"), among=_STANDING),
    Holding(Party, "merged_into", How.MOVE, label=_("records merged into it before")),
    Holding(DuplicatePair, "left", How.COMBINE, carry=combine.pairs, restore=combine.restore_pair),
    Holding(DuplicatePair, "right", How.COMBINE, carry=lambda _mover: None),
    Holding(CustomerSummary, "party", How.COMBINE, carry=combine.summary, restore=combine.restore_summary),
    Holding(Merge, "winner", How.STAYS, because="it says into whom it was merged at the time"),
    Holding(Merge, "loser", How.STAYS, because="it says who was merged"),
    Holding(Erasure, "party", How.STAYS, because="an erased record is never merged"),
)  # fmt: skip
