"""Customers: found, made, changed; blank overwrites nothing."""

import pytest

from regulars.customers.actions import undo_batch
from regulars.customers.models import Batch, Consent, ContactPoint, Identifier, Party, PartyRelation, Revision

from .conftest import Bring

pytestmark = pytest.mark.django_db
PEOPLE = """會員編號,姓名,生日,手機,電子信箱,縣市,地址,同意電子郵件行銷,標籤
M1,王小明,79/05/06,0912-345-678,Ming@Example.tw,台北市,中山路1號,是,常客
M2,陳美麗,112/01/31,02-2531-7099 分機 12,,高雄市,五福路2號,否,
"""


def test_person_comes_in_with_everything_the_row_says(bring: Bring) -> None:
    found = bring(PEOPLE, source="shop")
    assert (found["kind"], found["accepted"], found["customers_created"]) == ("customers", 2, 2)
    party = Identifier.objects.get(system="shop", external_id="M1").party
    assert (party.name, party.kind, str(party.birth_date), party.city, party.address) == (
        "王小明",
        "person",
        "1990-05-06",
        "台北市",
        "中山路1號",
    )
    assert party.custom == {"標籤": "常客"}
    points = dict(ContactPoint.objects.filter(party=party).values_list("kind", "normalised"))
    assert points == {"mobile": "+886912345678", "email": "ming@example.tw"}
    assert dict(Consent.objects.values_list("party__name", "state")) == {"王小明": "granted", "陳美麗": "withdrawn"}
    extension = ContactPoint.objects.get(party__name="陳美麗")
    assert extension.normalised == "+886225317099;ext=12"
    assert extension.reversed_digits == "990713522688"


def test_same_file_twice_changes_nothing(bring: Bring) -> None:
    bring(PEOPLE)
    before = list(Party.objects.values())
    again = bring(PEOPLE)
    assert (again["accepted"], again["known"], again["customers_created"]) == (0, 2, 0)
    assert list(Party.objects.values()) == before
    assert not Revision.objects.exists()
    assert Consent.objects.count() == 2


def test_filled_cells_change_and_blank_cells_do_not(bring: Bring) -> None:
    bring(PEOPLE)
    changed = bring("會員編號,姓名,縣市,地址,電子信箱\nM1,王小明,,復興路9號,new@example.tw\n")
    assert (changed["customers_changed"], changed["customers_created"]) == (1, 0)
    party = Party.objects.get(name="王小明")
    assert (party.city, party.address) == ("台北市", "復興路9號")
    assert set(ContactPoint.objects.filter(party=party, kind="email").values_list("normalised", flat=True)) == {
        "ming@example.tw",
        "new@example.tw",
    }
    revision = Revision.objects.get()
    assert (revision.before, revision.after) == ({"address": "中山路1號"}, {"address": "復興路9號"})


def test_undo_gives_back_what_was_changed_unless_somebody_changed_it_since(bring: Bring) -> None:
    bring(PEOPLE)
    found = bring("會員編號,姓名,縣市,地址,電子信箱\nM1,王小明,台中市,復興路9號,new@example.tw\n")
    Party.objects.filter(name="王小明").update(city="台南市")
    undo_batch(batch=Batch.objects.get(pk=found["batch"]), by=None)
    party = Party.objects.get(name="王小明")
    assert (party.city, party.address) == ("台南市", "中山路1號")
    assert not ContactPoint.objects.filter(normalised="new@example.tw").exists()


def test_customer_known_only_by_number_gets_a_name(bring: Bring) -> None:
    bring("order,date,customer id,amount\n1,2024-01-05,M1,5\n", source="shop")
    found = bring(PEOPLE, source="shop")
    assert found["customers_created"] == 1
    assert found["warnings"] == []
    assert Identifier.objects.get(external_id="M1").party.name == "王小明"


def test_company_with_tax_id_is_found_again_under_another_number(bring: Bring) -> None:
    bring("客戶編號,公司名稱,統一編號\n1,聯誠股份有限公司,04595252\n", source="erp")
    found = bring("客戶編號,公司名稱,統一編號\nX9,聯誠股份有限公司,04595252\n", source="crm")
    assert found["customers_created"] == 0
    party = Party.objects.get()
    assert party.kind == "organisation"
    assert set(party.identifiers.values_list("system", "external_id")) == {
        ("erp", "1"),
        ("crm", "X9"),
        ("tax_id", "04595252"),
    }


def test_placeholder_tax_id_joins_nobody_and_a_wrong_one_is_kept_with_a_warning(bring: Bring) -> None:
    text = "客戶編號,公司名稱,統一編號\n1,甲公司,00000000\n2,乙公司,00000000\n3,丙公司,04595253\n"
    found = bring(text)
    assert (found["customers_created"], found["rejected"]) == (3, 0)
    assert "丙公司: 04595253" in found["warnings"][0]
    assert list(Identifier.objects.filter(system="tax_id").values_list("external_id", flat=True)) == ["04595253"]
    assert bring(text)["accepted"] == 0


def test_wrong_tax_id_is_no_key_for_a_company_of_another_name(bring: Bring) -> None:
    bring("公司名稱,統一編號\n丙公司,04595253\n")
    assert bring("公司名稱,統一編號\n丁公司,04595253\n")["customers_created"] == 1
    assert bring("公司名稱,統一編號\n丙公司,04595253\n")["accepted"] == 0


def test_same_address_and_name_is_the_same_person_and_another_name_is_not(bring: Bring) -> None:
    text = "name,email,city\nAnna Bell,anna@example.com,Leeds\n"
    bring(text)
    assert bring(text.replace("Leeds", "York"))["customers_created"] == 0
    assert bring(text.replace("Anna", "Carl"))["customers_created"] == 1


def test_two_numbers_of_one_system_stay_two_customers(bring: Bring) -> None:
    found = bring("customer id,name,email\n1,Anna Bell,shared@example.com\n2,Anna Bell,shared@example.com\n")
    assert found["customers_created"] == 2


def test_row_without_number_is_found_again_by_name_and_place(bring: Bring) -> None:
    text = "name,city,address\nAnna Bell,Leeds,1 High Street\nAnna Bell,York,2 Low Street\n"
    assert bring(text)["customers_created"] == 2
    assert bring(text)["known"] == 2


def test_person_works_at_the_company_and_contact_person_at_the_customer(bring: Bring) -> None:
    bring("first name,last name,company,job title,email\nAnna,Bell,Acme Ltd,Buyer,anna@example.com\n")
    relation = PartyRelation.objects.get()
    assert (relation.party.name, relation.other.name, relation.other.kind, relation.title) == (
        "Anna Bell",
        "Acme Ltd",
        "organisation",
        "Buyer",
    )
    bring("customer id,company name,contact name,contact title\nALFKI,Alfreds Futterkiste,Maria Anders,Sales\n")
    party = Identifier.objects.get(external_id="ALFKI").party
    assert party.name == "Alfreds Futterkiste"
    assert party.relations_from.get().party.name == "Maria Anders"


def test_several_addresses_in_one_cell_are_several(bring: Bring) -> None:
    bring("name,email\nAnna Bell,a@example.com; b@example.com\n")
    assert ContactPoint.objects.count() == 2
    assert ContactPoint.objects.filter(preferred=True).count() == 1


def test_nobody_is_rejected(bring: Bring) -> None:
    found = bring("name,email,city\n,,Leeds\nAnna,,York\n")
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert "nobody would know" in found["first_rejects"][0]["problem"]


def test_unknown_owner_is_rejected_and_known_owner_owns(bring: Bring, make_user: object) -> None:
    user = make_user(username="mei")  # type: ignore[operator]
    found = bring("customer id,name,owner\n1,Anna Bell,MEI\n2,Carl Dorn,nobody\n")
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert Party.objects.get(name="Anna Bell").owner == user


def test_several_rows_on_one_customer_let_the_first_decide(bring: Bring) -> None:
    text = "customer id,name,city,country\n1,Anna Bell,Leeds,\n1,Anna Bell,York,UK\n"
    found = bring(text)
    assert found["customers_created"] == 1
    assert (Party.objects.get().city, Party.objects.get().country) == ("Leeds", "UK")
    assert bring(text)["known"] == 2
