"""A database as an earlier release left it: ``python -m tests.support.releases 0.1.0`` makes one, with a few rows in it.

Each release adds a line here when it is made, so that the way up from it stays tested.
"""

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import regulars

LAST_STEPS: Final = {
    "0.1.0": {
        "catalogue": "0001_initial", "commerce": "0001_initial", "customers": "0003_party_merged_partial_index",
        "imports": "0001_initial", "reporting": "0001_initial", "staff": "0001_initial", "web": "0001_saved_view",
        "contenttypes": "0002_remove_content_type_name", "auth": "0012_alter_user_first_name_max_length", "sessions": "0001_initial",
    },
    "0.2.0": {
        "api": "0001_tokens", "catalogue": "0001_initial", "commerce": "0002_order_by_number", "customers": "0020_room_for_scores",
        "imports": "0001_initial", "reporting": "0008_offers_by_number", "staff": "0007_cost_to_serve", "web": "0001_saved_view",
        "webhooks": "0002_outbox_trigger", "contenttypes": "0002_remove_content_type_name", "auth": "0012_alter_user_first_name_max_length",
        "sessions": "0001_initial", "django_tasks_database": "0021_conditional_partial_index_ordering",
    },
}  # fmt: skip
PACKAGE: Final = Path(regulars.__file__).parent
AT: Final = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
REVENUE: Final = 48_200_00
CUSTOMERS: Final = 300


def is_behind(release: str) -> bool:
    """Whether migrations have come since ``release``."""
    newest = {path.parent.parent.name: path.stem for path in sorted(PACKAGE.rglob("migrations/0*.py"))}
    return any(LAST_STEPS[release].get(app) != name for app, name in newest.items())


def lay_out(release: str) -> None:
    """Make the tables of ``release`` in the empty database of this process, and fill in what a user would have."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    state = executor.migrate(sorted(LAST_STEPS[release].items()))
    _fill(state.apps)


def _fill(apps: Any) -> None:
    user = apps.get_model("staff", "User").objects.create(username="anna", name="Anna", role="owner", password="!")
    party, event = apps.get_model("customers", "Party"), apps.get_model("customers", "Event")
    people = party.objects.bulk_create(
        party(kind="person", name=f"王小明{n}", fold=f"王小明{n}", owner=user, custom={"會員等級": "金"})
        for n in range(CUSTOMERS)
    )
    company = party.objects.create(kind="organisation", name="台灣企業股份有限公司", fold="台灣企業股份有限公司")
    apps.get_model("customers", "CustomerSummary").objects.bulk_create(
        apps.get_model("customers", "CustomerSummary")(party=one, currency="TWD", orders=1, revenue=REVENUE)
        for one in [*people, company]
    )
    apps.get_model("customers", "ContactPoint").objects.create(
        party=people[0], kind="mobile", raw="0912-345-678", normalised="+886912345678", reversed_digits="876543219688"
    )
    apps.get_model("customers", "Identifier").objects.create(party=people[0], system="erp", external_id="C-1")
    apps.get_model("customers", "PartyRelation").objects.create(
        party=people[0], other=company, kind="employed_by", title="採購"
    )
    apps.get_model("customers", "Consent").objects.create(
        party=people[0], channel="email", state="granted", given_at=AT, evidence="form"
    )
    apps.get_model("customers", "Contract").objects.create(
        party=company, title="保養", starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1)
    )
    event.objects.bulk_create(
        event(
            occurred_at=AT,
            kind="commerce.order_placed",
            customer=one,
            amount=REVENUE,
            currency="TWD",
            source="erp",
            source_key=f"order:{one.pk}",
        )
        for one in people
    )
    apps.get_model("commerce", "Order").objects.bulk_create(
        apps.get_model("commerce", "Order")(
            customer=one, number=f"A{one.pk}", ordered_at=AT, amount=REVENUE, currency="TWD", source="erp"
        )
        for one in people
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    lay_out(sys.argv[1])
