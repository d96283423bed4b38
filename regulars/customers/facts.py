"""Facts of the customer record published to the warehouse."""

from __future__ import annotations

from typing import Final

from regulars.customers.models.relation import BUYING
from regulars.intelligence.warehouse.tables import FactTable

_BUYING: Final = ", ".join(f"'{role}'" for role in BUYING)

PARTIES: Final = FactTable(
    name="parties",
    grain="one party, neither in the trash nor merged into another",
    columns={
        "party_id": "id",
        "kind": "text",
        "city": "text",
        "created_at": "moment",
        "updated_at": "moment",
        "courted": "flag",  # whether it plays a role of somebody who buys or may buy: the others stand in no stage
    },
    sql=f"""
        SELECT p.id, p.kind, p.city, epoch(p.created_at), epoch(p.updated_at),
               CASE WHEN EXISTS (SELECT 1 FROM customers_partyrole r WHERE r.party_id = p.id AND r.valid_to IS NULL
                                 AND r.role IN ({_BUYING})) THEN 1 ELSE 0 END
        FROM customers_party p WHERE p.trashed_at IS NULL AND p.merged_into_id IS NULL
    """,  # noqa: S608 -- the names of our own roles
    watermark="updated_at",
    days={"day": "created_at"},
    owner="id",
)

CONTACTS: Final = FactTable(
    name="contacts",
    grain="one contact with a customer: call, message, visit, note; neither trade nor changes of the record",
    columns={
        "event_id": "id",
        "customer_id": "id",
        "occurred_at": "moment",
        "kind": "text",
        "channel": "text",
        "recorded_at": "moment",
    },
    sql="""
        SELECT id, customer_id, epoch(occurred_at), kind, channel, epoch(recorded_at)
        FROM customers_event
        WHERE retracted_in IS NULL AND customer_id IS NOT NULL AND kind NOT LIKE 'customers.%' AND kind NOT LIKE 'commerce.%'
    """,
    watermark="recorded_at",
    days={"day": "occurred_at"},
)

COMPLAINTS: Final = FactTable(
    name="complaints",
    grain="one complaint; settled_at is empty while it is open",
    columns={"task_id": "id", "customer_id": "id", "opened_at": "moment", "settled_at": "moment"},
    sql="""
        SELECT id, party_id, epoch(created_at), epoch(done_at) FROM customers_task WHERE kind = 'complaint'
    """,
    watermark="opened_at",
    days={"day": "opened_at", "settled_day": "settled_at"},
    owner="party_id",
)

CONTRACTS: Final = FactTable(
    name="contracts",
    grain="one term of an agreement; ended_day is an end before its time, follows_id the term before this one",
    columns={
        "contract_id": "id",
        "customer_id": "id",
        "kind": "text",
        "starts_day": "day",
        "ends_day": "day",
        "ended_day": "day",
        "amount": "money",
        "currency": "text",
        "renews": "flag",
        "follows_id": "id",
    },
    sql="""
        SELECT c.id, c.party_id, c.kind, daynumber(c.starts_on), daynumber(c.ends_on), daynumber(c.ended_on), c.amount, c.currency,
               CASE WHEN c.renews THEN 1 ELSE 0 END, c.follows_id
        FROM customers_contract c
    """,
    watermark="contract_id",
)

TABLES: Final = (PARTIES, CONTACTS, COMPLAINTS, CONTRACTS)
