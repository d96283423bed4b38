"""What of a party is compared with others: facts for the search for duplicates, read in bulk and never kept."""

from __future__ import annotations

from typing import Final

from regulars.intelligence.warehouse.tables import FactTable

PARTIES: Final = FactTable(
    name="linkage_parties",
    grain="one party, neither in the trash, merged nor erased",
    columns={
        "party_id": "id", "kind": "text", "name": "text", "family": "text", "given": "text", "other": "text", "birth": "text", "address": "text",
        "city": "text", "region": "text", "postcode": "text",
    },
    sql="""
        SELECT p.id, p.kind, p.name, p.family_name, p.given_name, p.other_name, coalesce(CAST(p.birth_date AS varchar(10)), ''),
               p.address, p.city, p.region, p.postcode
        FROM customers_party p
        WHERE p.trashed_at IS NULL AND p.merged_into_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM customers_erasure e WHERE e.party_id = p.id)
    """,
    watermark="party_id",
)  # fmt: skip

POINTS: Final = FactTable(
    name="linkage_points",
    grain="one contact point in use",
    columns={"point_id": "id", "party_id": "id", "kind": "text", "value": "text", "preferred": "flag"},
    sql="""
        SELECT id, party_id, kind, normalised, CASE WHEN preferred THEN 1 ELSE 0 END
        FROM customers_contactpoint WHERE ended_at IS NULL
    """,
    watermark="point_id",
)

NUMBERS: Final = FactTable(
    name="linkage_numbers",
    grain="one tax id",
    columns={"identifier_id": "id", "party_id": "id", "value": "text"},
    sql="SELECT id, party_id, external_id FROM customers_identifier WHERE system = 'tax_id'",
    watermark="identifier_id",
)

TABLES: Final = (PARTIES, POINTS, NUMBERS)
