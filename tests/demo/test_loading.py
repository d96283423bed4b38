"""Loading itself: the same twice, told as it goes, and refused where something is already there."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine, Payment, Return, ReturnLine, Shipment
from regulars.customers.actions import create_party
from regulars.customers.models import (
    Asset,
    Consent,
    ContactPoint,
    Contract,
    CustomerSummary,
    Event,
    EventBody,
    Identifier,
    Party,
    PartyRelation,
    PartyRole,
    Task,
)  # fmt: skip
from regulars.demo.actions import load_demo
from regulars.kit.errors import UserError
from regulars.staff.models import Team, Territory, User
from tests.demo_fixture import load

pytestmark = pytest.mark.django_db
TABLES: tuple[type, ...] = (
    Party, ContactPoint, Identifier, PartyRole, PartyRelation, Consent, Asset, Contract, Task, Event, EventBody, Order, OrderLine,
    Return, ReturnLine, Payment, Shipment, Product, CustomerSummary,
)  # fmt: skip


NUMBERED_BY_THE_DATABASE = {
    Asset,
    ContactPoint,
    Contract,
    Identifier,
    Payment,
    PartyRelation,
    PartyRole,
    ReturnLine,
    Shipment,
}


def without_numbers(rows: Iterable[tuple[Any, ...]], names: list[str]) -> list[tuple[Any, ...]]:
    """Entries; all but those of trade without numbers, which the database may have given."""
    kind, numbers = names.index("kind"), {names.index(name) for name in ("object_id", "source_key", "batch_id")}
    loaded = ("commerce.",)
    return [
        tuple(None if place in numbers and not row[kind].startswith(loaded) else value for place, value in enumerate(row))
        for row in rows
    ]  # fmt: skip


def everything(model: type) -> list[tuple[object, ...]]:
    """All rows; people at work by name, without keys and moments that do not come from the loader."""
    unsaid = {"recorded_at", "created_at"} if model in {PartyRelation, ContactPoint, Identifier, Product} else set()
    unsaid |= {"id"} if model in NUMBERED_BY_THE_DATABASE else set()
    fields = [field for field in model._meta.concrete_fields if field.attname not in unsaid]
    staff = {
        place: {None: None} | {row.pk: str(row) for row in field.related_model.objects.all()}
        for place, field in enumerate(fields)
        if field.related_model in {User, Team, Territory}
    }
    rows = model._default_manager.order_by("pk").values_list(*(field.attname for field in fields))
    if model is Event:
        rows = without_numbers(rows, [field.attname for field in fields])
    return [tuple(staff[i][value] if i in staff else value for i, value in enumerate(row)) for row in rows]


def test_loading_twice_gives_the_same_rows(tmp_path: Path) -> None:
    seen = []
    for number in range(2):
        with transaction.atomic():
            load(tmp_path / str(number), customers=200, seed=3)
            seen.append({model: everything(model) for model in TABLES})
            transaction.set_rollback(True)
    for model in TABLES:
        assert seen[0][model], f"{model.__name__} is empty"
        assert seen[0][model] == seen[1][model], model.__name__


def test_loading_refuses_a_system_that_holds_something(tmp_path: Path) -> None:
    create_party(by=None, name="王小明")
    with pytest.raises(UserError, match="empty system"):
        load(tmp_path)
    assert Party.objects.count() == 1


def test_loading_refuses_taken_sign_in_names(tmp_path: Path) -> None:
    User.objects.create(username="owner", name="Somebody", role="owner")
    with pytest.raises(UserError, match="owner"):
        load(tmp_path)


def test_loading_refuses_a_company_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least"):
        load(tmp_path, customers=3)


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    load_demo(customers=40, home=tmp_path, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(40, 40)]
