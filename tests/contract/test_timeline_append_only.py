"""The timeline is append-only: the model refuses, the queryset refuses, and so does the database itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from regulars.customers.models import Event
from regulars.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Event:
    return Event.objects.create(occurred_at=clock.now(), kind="customers.noted", amount=48_200, currency="TWD")


def test_saving_a_recorded_entry_again_is_refused(entry: Event) -> None:
    entry.amount = 1
    with pytest.raises(TypeError, match="append-only"):
        entry.save()


def test_deleting_an_entry_is_refused(entry: Event) -> None:
    with pytest.raises(TypeError, match="append-only"):
        entry.delete()
    with pytest.raises(TypeError, match="append-only"):
        Event.objects.all().delete()


def test_updating_facts_by_queryset_is_refused(entry: Event) -> None:
    with pytest.raises(TypeError, match="append-only"):
        Event.objects.update(amount=1)
    with pytest.raises(TypeError, match="append-only"):
        Event.objects.update(occurred_at=clock.now() - timedelta(days=1), retracted_in=3)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM customers_event WHERE id = %s",
        "UPDATE customers_event SET amount = 1 WHERE id = %s",
        "UPDATE customers_event SET kind = 'sales.won' WHERE id = %s",
        "UPDATE customers_event SET occurred_at = NULL WHERE id = %s",
        "UPDATE customers_event SET payload = '{\"a\": 1}' WHERE id = %s",
    ],
)
def test_database_refuses_to_change_a_fact(entry: Event, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [entry.pk])
    entry.refresh_from_db()
    assert entry.amount == 48_200
    assert entry.kind == "customers.noted"


def test_undo_of_a_batch_may_retract_an_entry_once_only(entry: Event) -> None:
    assert Event.objects.filter(pk=entry.pk).update(retracted_in=7) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=entry.pk).update(retracted_in=8)
    assert not Event.objects.live().exists()


@pytest.mark.parametrize(
    "field",
    [one for one in Event._meta.concrete_fields if one.name not in {"customer", "retracted_in"}],
    ids=lambda field: field.name,
)
def test_database_guards_every_column_but_the_one_that_a_merge_moves(entry: Event, field: Any) -> None:
    other = {"DateTimeField": "2001-01-01 00:00:00+00", "JSONField": '{"a": 1}'}.get(field.get_internal_type(), 7)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE customers_event SET {field.column} = %s WHERE id = %s", [other, entry.pk])
