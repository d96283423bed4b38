"""The list of customers: reading dense views in the order of an index, and the different values of a column a step each."""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Party
from regulars.web.listing import keyset, walking
from regulars.web.listing.keyset import Order


def listed(**conditions: object):
    return Party.objects.filter(summary__isnull=False, **conditions)


def test_a_dense_view_holds_the_same_rows_in_the_same_order(make_user):
    owner = make_user()
    for n in range(12):
        party = actions.create_party(
            by=owner, name=f"P{n:02}", city="台北市" if n % 2 else "", source="LINE" if n % 3 else ""
        )
        CustomerSummary.objects.filter(party=party).update(
            revenue_12m=n * 7 % 5,
            last_order_at=party.created_at if n % 4 else None,
            stage="welcome" if n % 2 else "recruit",
        )
    views = [
        {"city__in": ["台北市"]}, {"summary__stage__in": ["welcome", "recruit"]}, {"owner": owner}, {"team": None},
        {"source": "LINE", "summary__revenue_12m__gte": 2}, {"pk__in": Party.objects.filter(city="").values("pk")},
    ]  # fmt: skip
    for conditions in views:
        for path in ("fold", "summary__revenue_12m", "summary__last_order_at"):
            for descending in (True, False):
                order = Order(path, descending)
                plain = [one.pk for part in keyset.after(listed(**conditions), order) for one in part]
                dense = [one.pk for part in keyset.after(listed(**conditions), order, dense=True) for one in part]
                assert dense == plain
                assert plain == [one.pk for one in keyset.ordered(listed(**conditions), order)]


def test_a_dense_view_is_read_by_the_index_of_its_order(db):
    if connection.vendor != "sqlite":
        return
    order = Order("summary__revenue_12m", descending=True)
    for conditions in (
        {"city": "x"},
        {"summary__stage__in": ["welcome", "recruit"]},
        {"summary__risk__gte": 0.5},
        {"kind": "person"},
    ):
        (rows,) = keyset.after(listed(**conditions), order, dense=True)
        plan = rows[:40].explain()
        assert "summary_by_revenue_12m" in plan
        assert "TEMP B-TREE" not in plan
    (rows,) = keyset.after(listed(summary__stage="welcome"), order, dense=True)
    assert "summary_by_stage_revenue (stage=?)" in rows[:40].explain()


def test_an_order_that_is_computed_is_left_alone(db):
    rows = Party.objects.annotate(worth=F("pk") + 1).filter(city="x")
    assert str(walking.in_order_of(rows, "worth").query) == str(rows.query)


def test_values_come_once_each_in_order_and_only_those_seen(make_user):
    owner = make_user()
    for n, city in enumerate(["b", "a", "", "b", "c", "a"]):
        actions.create_party(by=owner, name=f"P{n}", city=city)
    Party.objects.filter(city="c").update(trashed_at="2026-01-01T00:00Z")
    assert walking.values_of(Party.objects.live(), "city", 10) == ["a", "b"]
    assert walking.values_of(Party.objects.all(), "city", 2) == ["a", "b"]
    assert walking.values_of(Party.objects.filter(pk=0), "city", 2) == []
