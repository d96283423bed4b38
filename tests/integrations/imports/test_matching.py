"""Whom a row means, and what happens when nobody can say."""

import pytest

from regulars.customers.actions import create_party, define_field, undo_batch
from regulars.customers.models import (
    Batch,
    ContactPoint,
    DuplicatePair,
    FieldDefinition,
    Identifier,
    Party,
    PartyRelation,
    Revision,
)
from regulars.integrations.imports.engine.customers import reach
from regulars.kit import phone

from .conftest import Bring

pytestmark = pytest.mark.django_db


def test_email_with_another_name_is_somebody_new_and_a_hint(bring: Bring) -> None:
    bring("name,email\nAnna Bell,anna@example.com\n")
    looked = bring("name,email\nCarl Dorn,anna@example.com\n", dry_run=True)
    found = bring("name,email\nCarl Dorn,anna@example.com\n")
    assert looked["hints"] == found["hints"] == 1
    assert (found["customers_created"], Party.objects.count()) == (1, 2)
    pair = DuplicatePair.objects.get()
    assert (pair.left.name, pair.right.name, pair.evidence[0]["field"]) == ("Anna Bell", "Carl Dorn", "email")
    assert bring("name,email\nCarl Dorn,anna@example.com\n")["accepted"] == 0


def test_address_without_a_name_is_whoever_has_it(bring: Bring) -> None:
    bring("name,email\nAnna Bell,anna@example.com\n")
    found = bring("email,city\nANNA@example.com,Leeds\n", kind="customers")
    assert (found["customers_created"], found["customers_changed"]) == (0, 1)
    assert Party.objects.get().city == "Leeds"


def test_row_that_fits_two_is_set_aside_with_a_hint_and_nothing_is_merged(bring: Bring) -> None:
    for _number in range(2):
        create_party(by=None, name="Anna Bell", contact_points=[("email", "anna@example.com")])
    found = bring("name,email,city\nAnna Bell,anna@example.com,Leeds\n")
    assert (found["ambiguous"], found["rejected"], found["accepted"]) == (1, 1, 0)
    assert "Several customers fit this row" in found["first_rejects"][0]["problem"]
    assert DuplicatePair.objects.count() == 1
    assert set(Party.objects.values_list("city", flat=True)) == {""}


def test_phone_decides_only_with_the_same_name(bring: Bring) -> None:
    bring("name,phone\nAnna Bell,02-2531-7099\n")
    assert bring("name,phone,city\nANNA  BELL,+886 2 2531 7099,Leeds\n")["customers_created"] == 0
    assert bring("name,phone\nCarl Dorn,02-2531-7099\n")["customers_created"] == 1
    assert not DuplicatePair.objects.exists()


def test_invisible_characters_are_looked_through(bring: Bring) -> None:
    bring("name,email\nAnna Bell,anna@example.com\n")
    found = bring("name,email\n\u202eAn\u200bna\u200f Bell\ufeff,anna@example.com\n")
    assert (found["customers_created"], found["known"]) == (0, 1)
    bring("name,email\n王\u200b小\u202e明,ming@example.com\n")
    assert Party.objects.get(contact_points__normalised="ming@example.com").name == "王小明"


def test_company_and_its_buyer_may_share_an_address(bring: Bring) -> None:
    bring("公司名稱,電子信箱\n春田商行有限公司,info@example.tw\n")
    found = bring("姓名,公司名稱,職稱,電子信箱\n王小明,春田商行有限公司,經理,info@example.tw\n")
    assert (found["customers_created"], found["hints"]) == (1, 0)
    assert PartyRelation.objects.get().other.name == "春田商行有限公司"


def test_another_position_at_the_same_company_ends_the_earlier_one(bring: Bring) -> None:
    text = "first name,last name,company,job title,email\nAnna,Bell,Acme Ltd,Buyer,anna@example.com\n"
    bring(text, source="crm")
    found = bring(text.replace("Buyer", "Director"), source="crm")
    assert (found["relations_begun"], found["relations_ended"]) == (1, 1)
    assert list(PartyRelation.objects.current().values_list("title", flat=True)) == ["Director"]
    assert PartyRelation.objects.exclude(valid_to=None).get().title == "Buyer"
    undo_batch(batch=Batch.objects.get(pk=found["batch"]), by=None)
    assert list(PartyRelation.objects.values_list("title", "valid_to")) == [("Buyer", None)]


def test_blank_cells_erase_only_when_asked(bring: Bring) -> None:
    bring("customer id,name,city,birthday\n1,Anna Bell,Leeds,1990-05-06\n")
    blank = "customer id,name,city,birthday\n1,Anna Bell,,\n"
    assert bring(blank)["accepted"] == 0
    found = bring(blank, blank="erase")
    assert found["customers_changed"] == 1
    party = Party.objects.get()
    assert (party.city, party.birth_date) == ("", None)
    undo_batch(batch=Batch.objects.get(pk=found["batch"]), by=None)
    assert (Party.objects.get().city, str(Party.objects.get().birth_date)) == ("Leeds", "1990-05-06")


def test_system_a_customer_came_from_may_rename_it_and_another_may_not(bring: Bring) -> None:
    bring("customer id,company name,tax id\n1,Acme Ltd,04595252\n", source="erp")
    other = bring("customer id,company name,tax id\n9,ACME Limited,04595252\n", source="crm")
    assert Party.objects.get().name == "Acme Ltd"
    assert "Acme Ltd / ACME Limited" in other["warnings"][0]
    bring("customer id,company name,tax id\n1,Acme Group Ltd,04595252\n", source="erp")
    assert Party.objects.get().name == "Acme Group Ltd"
    assert Revision.objects.get(after__has_key="name").before == {"name": "Acme Ltd"}


def test_column_of_a_field_of_our_own_is_read_by_its_definition(bring: Bring) -> None:
    define_field(by=None, kind="choice", label="Size", options=[{"label": "Small"}, {"label": "Large"}])
    found = bring("name,email,Size\nAnna Bell,anna@example.com,large\nCarl Dorn,carl@example.com,huge\n")
    assert found["mapping"]["Size"] == "custom.size"
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert Party.objects.get().custom == {"size": "large"}
    assert "Small" in found["first_rejects"][0]["problem"]
    assert found["first_rejects"][0]["column"] == "Size"


def test_new_field_is_made_of_a_column_and_known_the_next_time(bring: Bring) -> None:
    text = "name,email,Seats\nAnna Bell,anna@example.com,12\n"
    assert not FieldDefinition.objects.exists()
    bring(text, mapping={"Seats": "new_field"})
    field = FieldDefinition.objects.get()
    assert (field.key, field.kind, field.label) == ("seats", "number", "Seats")
    assert Party.objects.get().custom == {"seats": 12}
    again = bring(text.replace("12", "13"))
    assert (again["mapping"]["Seats"], again["customers_changed"]) == ("custom.seats", 1)
    assert Party.objects.get().custom == {"seats": 13}


def test_person_who_left_the_whole_list_has_left_the_company(bring: Bring) -> None:
    text = (
        "customer id,first name,last name,company,job title\n1,Anna,Bell,Acme Ltd,Buyer\n2,Carl,Dorn,Acme Ltd,Clerk\n"
    )
    bring(text, source="hr")
    found = bring(text.rsplit("2,Carl", 1)[0], source="hr", snapshot="yes")
    assert (found["missing"], found["relations_ended"]) == (1, 1)
    gone = PartyRelation.objects.get(party__name="Carl Dorn")
    assert gone.valid_to is not None
    assert Identifier.objects.get(external_id="2").party.trashed_at is None
    undo_batch(batch=Batch.objects.get(pk=found["batch"]), by=None)
    assert PartyRelation.objects.get(party__name="Carl Dorn").valid_to is None


def test_address_that_somebody_ended_is_not_brought_back(bring: Bring) -> None:
    text = "customer id,name,email\n1,Anna Bell,old@example.com\n"
    bring(text)
    point = ContactPoint.objects.get()
    ContactPoint.objects.filter(pk=point.pk).update(ended_at=point.created_at, preferred=False)
    assert bring(text)["accepted"] == 0
    assert ContactPoint.objects.get().ended_at is not None


@pytest.mark.parametrize(
    "number",
    ["0912345678", "0912-345-678", "(02)2531-7099", "02-2531-7099", "02 25317099", "037-123456", "0800-012-345", "049-2123456", "04-7570670", "02-1", "0912-345-6789", "00886912345678", "2531-7099"],
)  # fmt: skip
def test_quick_reading_of_numbers_is_that_of_the_library(number: str) -> None:
    assert reach.normalised(number, "TW") == phone.normalise(number, region="TW")
