"""Whatever refers to a customer says how it is merged; a newcomer that forgets is caught here."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from regulars.customers.merging.registry import Holding, How, declare, forget, holding, holdings
from regulars.customers.models import Asset, Party

NAMES_OF_PARTIES = {"party_id", "customer_id", "party", "customer"}
LOOSE = {
    "customers.revision.party_id": "history: it says whose record was changed at the time",
    "customers.searchmark.party_id": "a note to the indexer, which looks up merges itself",
    "customers.searchdocument.party_id": "the words it is found by, written anew for both",
    "customers.erasing.party_id": "lives for the length of one transaction",
    "effect.mark.party_id": "a note to the keeper of effects, who looks up merges itself",
    "segments.mark.party_id": "a note to the keeper of segments, who leaves out whoever is merged",
    "reporting.factchange.party": "a note to the refresh, written by triggers when a merge re-points a fact",
}
"""Columns that hold the id of a party without a foreign key, and why a merge leaves them alone."""


def references() -> list[str]:
    """Every foreign key to a party."""
    return sorted(
        f"{model._meta.label_lower} {field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Party
    )


@pytest.mark.parametrize("reference", references())
def test_reference_to_a_customer_says_how_it_is_merged(reference):
    table, column = reference.split(" ")
    told = holding(table, column)
    assert told is not None, (
        f"declare {reference} in the holdings.py of its room (customers/merging/registry.py tells how)"
    )
    assert told.how is not How.STAYS or told.because, f"say why {reference} stays"


def test_there_is_nothing_declared_that_does_not_exist():
    assert {f"{one.table} {one.column}" for one in holdings()} == set(references())


def test_columns_with_ids_of_parties_are_thought_of():
    loose = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name in NAMES_OF_PARTIES and not field.is_relation
    }
    assert loose == set(LOOSE)


def test_a_column_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        declare(Holding(Asset, "party", How.MOVE))


def test_a_newcomer_is_caught():
    kept = holding("customers.asset", "party")
    forget("customers.asset", "party")
    try:
        with pytest.raises(AssertionError, match=r"declare customers\.asset party"):
            test_reference_to_a_customer_says_how_it_is_merged("customers.asset party")
    finally:
        declare(kept)
