"""Tables of the customer record, one file per noun."""

from regulars.customers.models.asset import Asset, Contract, ContractKind
from regulars.customers.models.batch import Batch, BatchKind, Revision
from regulars.customers.models.consent import Consent, ConsentState
from regulars.customers.models.event import Event, EventBody
from regulars.customers.models.field import FieldDefinition, FieldKind
from regulars.customers.models.linkage import LinkageWeights
from regulars.customers.models.merge import DuplicatePair, Merge, MergeMove, PairVerdict
from regulars.customers.models.party import Kind, Party, PartyQuerySet
from regulars.customers.models.permission import (
    Confirmation,
    ConsentText,
    ContactRules,
    Pressure,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from regulars.customers.models.privacy import ErasedMark, Erasing, Erasure, RetentionAct, RetentionRule
from regulars.customers.models.reach import Channel, ContactPoint, ContactPointKind, Identifier
from regulars.customers.models.relation import PartyRelation, PartyRole, RelationKind, RoleKind
from regulars.customers.models.search import SearchDocument, SearchMark
from regulars.customers.models.summary import CustomerSummary, Stage, ValueClass
from regulars.customers.models.task import Snooze, Task, TaskKind

__all__ = [
    "Asset", "Batch", "BatchKind", "Channel", "Confirmation", "Consent", "ConsentState", "ConsentText", "ContactPoint",
    "ContactPointKind", "ContactRules",
    "Contract", "ContractKind", "CustomerSummary", "DuplicatePair", "ErasedMark", "Erasing", "Erasure",
    "Event", "EventBody",
    "FieldDefinition", "FieldKind", "Identifier", "Kind", "LinkageWeights", "Merge", "MergeMove", "PairVerdict", "Party",
    "PartyQuerySet", "PartyRelation", "PartyRole", "Pressure", "RelationKind", "RetentionAct", "RetentionRule", "Revision",
    "RoleKind", "SearchDocument", "SearchMark", "Snooze", "Stage", "Suppression", "SuppressionReason",
    "SuppressionScope", "Task", "TaskKind", "ValueClass",
]  # fmt: skip
