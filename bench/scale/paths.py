"""The pages that are measured: by role, with the customers they need looked up in the record."""

from __future__ import annotations

from typing import Any, Final

LIST_MS, TIMELINE_MS = 100.0, 50.0
ROLES: Final = ("owner", "manager", "seller", "technician")
SORTS: Final = (
    "name",
    "-name",
    "-revenue_12m",
    "-revenue",
    "-orders",
    "-last_order",
    "-at_stake",
    "-risk",
    "since",
    "-last_contact",
    "expected",
)
"""Sorts of the customer list that are measured one by one."""
FILTERS: Final = {
    "a stage": "stage=pre_divorce&sort=-at_stake",
    "two stages": "stage=pre_divorce,divorce",
    "a class": "class=most_valuable",
    "my own": "owner=me",
    "a city": "city=台北市",
    "revenue from": "revenue_12m=20000..",
    "risk from": "risk=0.5..0.6",
    "open complaint": "complaint=1",
    "source": "source=LINE",
    "kind": "kind=organisation",
    "ordered this month": "last_order=last30",
    "stage, kind, revenue": "stage=pre_divorce&kind=organisation&revenue_12m=10000..",
}
"""Filters of the customer list, alone and combined."""


def customers() -> dict[str, int]:
    """Whose pages are measured: an ordinary customer, the one with most entries, and one whom each role's user sees."""
    from regulars.customers.models import CustomerSummary, Event, Party
    from regulars.staff.models import User

    ordinary = CustomerSummary.objects.filter(orders__gte=3, orders__lte=8).order_by("party_id")
    heavy = CustomerSummary.objects.order_by("-orders").values_list("party_id", flat=True)[:1]
    seen = {}
    for role in ROLES:
        user = User.objects.filter(role=role, is_active=True).order_by("pk")[0]
        own = Party.objects.visible_to(user).live().filter(summary__isnull=False)
        seen[role] = own.order_by("pk").values_list("pk", flat=True).first() or 0
    return {
        "ordinary": ordinary.values_list("party_id", flat=True)[100:101][0],
        "heavy": heavy[0],
        "heavy_entries": Event.objects.filter(customer=heavy[0]).count(),
        **seen,
    }


def paths(role: str, known: dict[str, Any]) -> dict[str, tuple[str, float]]:
    """Name of the measurement → path and the most milliseconds it may take, for a role."""
    own = known["ordinary"] if role in {"owner", "manager"} else known[role]
    listed = {f"list by {sort}": (f"/customers/?sort={sort}", LIST_MS) for sort in SORTS}
    narrowed = {f"list, {name}": (f"/customers/?{query}", LIST_MS) for name, query in FILTERS.items()}
    found = {
        "Today": ("/", LIST_MS),
        "customers": ("/customers/", LIST_MS),
        **(
            {"customer page": (f"/customers/{own}/", LIST_MS), "slide-over": (f"/customers/?open={own}", LIST_MS)}
            if own
            else {}
        ),
        "tasks": ("/tasks/", LIST_MS),
        "search a name": ("/customers/?q=陳怡君", LIST_MS),
        "search a phone": ("/customers/?q=0912-345-678", LIST_MS),
        "search last digits": ("/customers/?q=45678", LIST_MS),
    }
    if role == "owner":
        heavy = known["heavy"]
        found |= {
            "company at a glance": ("/company/", LIST_MS),
            "customer page, most entries": (f"/customers/{heavy}/", LIST_MS),
            "timeline page, most entries": (f"/customers/{heavy}/timeline/", TIMELINE_MS),
            "timeline page": (f"/customers/{own}/timeline/", TIMELINE_MS),
        }
    return {
        **found,
        **(listed if role in {"owner", "seller"} else {}),
        **(narrowed if role in {"owner", "seller"} else {}),
    }
