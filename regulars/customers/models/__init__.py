"""Tables of the customer record, one file per noun."""

from regulars.customers.models.asset import Asset, Contract
from regulars.customers.models.batch import Batch, BatchKind, Revision
from regulars.customers.models.consent import Consent, ConsentState
from regulars.customers.models.event import Event, EventBody
from regulars.customers.models.party import Kind, Party, PartyQuerySet
from regulars.customers.models.reach import Channel, ContactPoint, ContactPointKind, Identifier
from regulars.customers.models.relation import PartyRelation, PartyRole, RelationKind, RoleKind
from regulars.customers.models.summary import CustomerSummary, Stage, ValueClass
from regulars.customers.models.task import Snooze, Task, TaskKind

__all__ = [
    "Asset", "Batch", "BatchKind", "Channel", "Consent", "ConsentState", "ContactPoint", "ContactPointKind", "Contract",
    "CustomerSummary", "Event", "EventBody", "Identifier", "Kind", "Party", "PartyQuerySet", "PartyRelation",
    "PartyRole", "RelationKind", "Revision", "RoleKind", "Snooze", "Stage", "Task", "TaskKind", "ValueClass",
]  # fmt: skip
