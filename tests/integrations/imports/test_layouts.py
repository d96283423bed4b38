"""Exports of other systems: recognised, mapped without a click, with their companies and people."""

import csv
import io
from pathlib import Path

import pytest

from regulars.customers.models import ContactPoint, Identifier, Party, PartyRelation, PartyRole
from regulars.integrations.imports.kinds import KINDS
from regulars.integrations.imports.layouts import LAYOUTS, recognise

from .conftest import Bring

pytestmark = pytest.mark.django_db


def table(*rows: dict[str, str]) -> str:
    """CSV of rows by header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list({name: None for row in rows for name in row}))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_every_layout_maps_to_fields_there_are() -> None:
    for one in LAYOUTS:
        targets = {*one.columns.values(), *(target for _pattern, target in one.patterns)}
        assert targets - {""} <= {field.key for field in KINDS[one.kind].fields}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.key)
def test_every_layout_is_recognised_by_each_of_its_signs(layout: object) -> None:
    for sign in layout.signs:  # type: ignore[attr-defined]
        found = recognise(sorted(sign), LAYOUTS, [True] * len(sign))
        assert found is not None
        assert found.layout.options["source"] == layout.options["source"]  # type: ignore[attr-defined]


def test_google_of_old_with_types_lists_and_groups(bring: Bring) -> None:
    row = {
        "Name": "小明 王", "Given Name": "小明", "Additional Name": "", "Family Name": "王", "Birthday": "--05-06", "Notes": "VIP",
        "Group Membership": "* myContacts ::: Friends ::: * starred", "E-mail 1 - Type": "* Work", "E-mail 1 - Value": "a@example.tw ::: b@example.tw",
        "Phone 1 - Type": "Mobile", "Phone 1 - Value": "0912-345-678 ::: 0922-345-678", "Phone 2 - Type": "Work Fax", "Phone 2 - Value": "02-2531-6529",
        "Address 1 - Type": "Home", "Address 1 - Formatted": "台北市中山北路 1 號", "Address 1 - Street": "中山北路1號", "Address 1 - City": "台北市",
        "Address 1 - Region": "", "Address 1 - Postal Code": "104", "Address 1 - Country": "台灣", "Organization 1 - Name": "春田商行", "Organization 1 - Title": "經理",
    }  # fmt: skip
    found = bring(table(row), name="google.csv")
    assert (found["layout"], found["source"], found["accepted"]) == ("google", "google", 1)
    party = Party.objects.get(kind="person")
    assert (party.name, party.address, party.city, party.postcode, party.about) == (
        "王小明",
        "中山北路1號",
        "台北市",
        "104",
        "VIP",
    )
    assert party.custom == {"Group Membership": "Friends", "Birthday": "--05-06"}
    assert sorted(party.contact_points.values_list("kind", "normalised", "label")) == [
        ("email", "a@example.tw", "work"), ("email", "b@example.tw", "work"), ("fax", "+886225316529", "work"),
        ("mobile", "+886912345678", ""), ("mobile", "+886922345678", ""),
    ]  # fmt: skip
    assert (party.relations.get().other.name, party.relations.get().title) == ("春田商行", "經理")


def test_google_of_today(bring: Bring) -> None:
    row = {
        "First Name": "Anna", "Middle Name": "", "Last Name": "Bell", "Phonetic First Name": "", "File As": "", "Organization Name": "Acme Ltd",
        "Organization Title": "Buyer", "Labels": "Friends ::: * myContacts", "E-mail 1 - Label": "Work", "E-mail 1 - Value": "anna@example.com",
        "Phone 1 - Label": "Mobile", "Phone 1 - Value": "+44 7700 900123", "Relation 1 - Label": "Spouse", "Relation 1 - Value": "Carl",
    }  # fmt: skip
    assert bring(table(row), name="contacts.csv")["layout"] == "google"
    anna = Party.objects.get(name="Anna Bell")
    assert anna.custom == {"Labels": "Friends", "Relation 1 - Label": "Spouse", "Relation 1 - Value": "Carl"}
    assert anna.contact_points.get(kind="mobile").normalised == "+447700900123"
    assert anna.relations.get().title == "Buyer"


def test_outlook_in_english_keeps_business_and_home(bring: Bring) -> None:
    row = {
        "Title": "Ms.", "First Name": "Anna", "Middle Name": "", "Last Name": "Bell", "Company": "Acme Ltd", "Department": "Sales", "Job Title": "Buyer",
        "Business Street": "1 High Street", "Business City": "Leeds", "Business State": "", "Business Postal Code": "LS1 1AA",
        "Business Country/Region": "United Kingdom", "Home Street": "2 Mill Lane", "Home City": "York", "Business Fax": "020 7946 0009",
        "Business Phone": "020 7946 0000", "Mobile Phone": "07700 900123", "E-mail Address": "anna@example.com", "E-mail Type": "SMTP",
        "E-mail 2 Address": "bell@example.com", "Birthday": "5/26/1980", "Categories": "VIP;Press", "Notes": "likes tea",
    }  # fmt: skip
    found = bring(table(row), name="outlook.csv")
    assert (found["layout"], found["accepted"]) == ("outlook", 1)
    anna = Party.objects.get(name="Anna Bell")
    assert (anna.salutation, anna.address, anna.city, str(anna.birth_date)) == (
        "Ms.",
        "1 High Street",
        "Leeds",
        "1980-05-26",
    )
    assert anna.custom == {"Department": "Sales", "Categories": "VIP;Press", "Home Street": "2 Mill Lane, York"}
    assert set(anna.contact_points.values_list("kind", "normalised")) == {
        ("email", "anna@example.com"), ("email", "bell@example.com"), ("phone", "+442079460000"), ("mobile", "+447700900123"), ("fax", "+442079460009"),
    }  # fmt: skip


def test_outlook_in_chinese(bring: Bring) -> None:
    row = {
        "稱謂": "先生", "名字": "小明", "姓氏": "王", "公司": "春田商行", "職稱": "經理", "商務 - 街": "中山北路1號", "商務 - 市/鎮": "台北市", "商務 - 國家/地區": "台灣",
        "商務電話": "(02)2531-7099", "商務傳真": "(02)2531-6529", "行動電話": "0912345678", "電子郵件地址": "ming@example.tw", "電子郵件類型": "SMTP", "生日": "1990/5/6", "附註": "備忘",
    }  # fmt: skip
    found = bring(table(row), name="聯絡人.csv", encoding="cp950")
    assert (found["layout"], found["source"], found["encoding"]) == ("outlook_zh", "outlook", "cp950")
    ming = Party.objects.get(name="王小明")
    assert (ming.address, ming.city, ming.country, ming.about, str(ming.birth_date)) == (
        "中山北路1號",
        "台北市",
        "台灣",
        "備忘",
        "1990-05-06",
    )
    assert ming.contact_points.count() == 4
    assert ming.relations.get().other.name == "春田商行"


def test_hubspot_contacts_and_companies(bring: Bring) -> None:
    company = {
        "Record ID": "9",
        "Company name": "Acme Ltd",
        "Company Domain Name": "acme.example",
        "Phone Number": "+442079460000",
        "City": "Leeds",
        "Industry": "RETAIL",
    }
    assert bring(table(company), name="companies.csv")["layout"] == "hubspot_companies"
    contact = {
        "Record ID": "1", "First Name": "Anna", "Last Name": "Bell", "Email": "anna@example.com", "Phone Number": "+447700900123", "Company Name": "Acme Ltd",
        "Job Title": "Buyer", "Lifecycle Stage": "lead", "Contact owner": "Somebody Unknown", "Create Date": "2024-01-05 10:00",
    }  # fmt: skip
    found = bring(table(contact), name="contacts.csv")
    assert (found["layout"], found["source"], found["accepted"], found["customers_created"]) == (
        "hubspot",
        "hubspot",
        1,
        1,
    )
    anna = Identifier.objects.get(system="hubspot", external_id="1").party
    assert anna.relations.get().other == Identifier.objects.get(system="hubspot-companies", external_id="9").party
    assert anna.custom == {
        "Lifecycle Stage": "lead",
        "Contact owner": "Somebody Unknown",
        "Create Date": "2024-01-05 10:00",
    }


def test_salesforce_contacts_find_their_account_by_its_number_in_either_order(bring: Bring) -> None:
    contact = {
        "Id": "003A",
        "AccountId": "001A",
        "LastName": "Bell",
        "FirstName": "Anna",
        "Title": "Buyer",
        "Email": "anna@example.com",
        "MailingStreet": "1 High Street",
        "MailingCity": "Leeds",
    }
    assert bring(table(contact), name="Contact.csv")["layout"] == "salesforce"
    account = {
        "Id": "001A",
        "Name": "Acme Ltd",
        "BillingStreet": "2 Mill Lane",
        "BillingCity": "York",
        "Phone": "+442079460000",
    }
    found = bring(table(account), name="Account.csv")
    assert (found["layout"], found["customers_created"], found["customers_changed"]) == ("salesforce_accounts", 0, 1)
    relation = PartyRelation.objects.get()
    assert (relation.party.name, relation.other.name, relation.other.kind, relation.title) == (
        "Anna Bell",
        "Acme Ltd",
        "organisation",
        "Buyer",
    )
    assert bring(table(contact), name="Contact.csv")["accepted"] == 0
    assert bring(table(account), name="Account.csv")["accepted"] == 0


def test_salesforce_leads_are_prospects(bring: Bring) -> None:
    row = {
        "First Name": "Anna",
        "Last Name": "Bell",
        "Company": "Acme Ltd",
        "Title": "Buyer",
        "Email": "anna@example.com",
        "Lead Status": "Open",
        "Lead Source": "Web",
    }
    assert bring(table(row), name="leads.csv")["layout"] == "salesforce_leads"
    assert set(PartyRole.objects.values_list("role", flat=True)) == {"prospect"}


def test_odoo_company_its_person_and_rows_that_go_on(bring: Bring) -> None:
    rows = (
        {
            "Name": "Aurora Shelves",
            "Is a company": "1",
            "Related company": "",
            "City": "San José",
            "Contacts/Name": "Anna",
            "Contacts/Email": "anna@example.com",
        },
        {
            "Name": "",
            "Is a company": "",
            "Related company": "",
            "City": "",
            "Contacts/Name": "Carl",
            "Contacts/Email": "carl@example.com",
        },
        {
            "Name": "Roger Martins",
            "Is a company": "0",
            "Related company": "Aurora Shelves",
            "City": "",
            "Contacts/Name": "",
            "Contacts/Email": "",
        },
    )
    found = bring(table(*rows), name="partners.csv")
    assert (found["layout"], found["accepted"], found["rejected"]) == ("odoo", 3, 0)
    firm = Party.objects.get(kind="organisation")
    assert (firm.name, firm.city) == ("Aurora Shelves", "San José")
    assert set(firm.relations_from.values_list("party__name", flat=True)) == {"Anna", "Carl", "Roger Martins"}
    assert ContactPoint.objects.get(party__name="Carl").normalised == "carl@example.com"
    assert bring(table(*rows), name="partners.csv")["accepted"] == 0


def test_zendesk_users_belong_to_their_organisation(bring: Bring) -> None:
    organisation = {"id": "370", "name": "Acme Ltd", "shared_tickets": "FALSE", "shared_comments": "FALSE", "notes": ""}
    user = {
        "id": "403",
        "name": "Anna Bell",
        "email": "anna@example.com",
        "organization_id": "370",
        "role": "end-user",
        "phone": "",
        "locale": "en-US",
    }
    assert bring(table(organisation), name="organizations.csv")["layout"] == "zendesk_organizations"
    found = bring(table(user), name="users.csv")
    assert (found["layout"], found["customers_created"]) == ("zendesk", 1)
    assert PartyRelation.objects.get().other == Identifier.objects.get(external_id="370").party


@pytest.mark.parametrize(
    ("path", "layout", "rows", "rejected"),
    [
        ("google_outlook/google_contacts.csv", "google", 3, 0),
        ("hubspot/contact_data.csv", "hubspot", 3, 0),
        ("hubspot/company_data.csv", "hubspot_companies", 3, 0),
        ("odoo/o2m_customers_contacts.csv", "odoo", 3, 0),
        ("odoo/m2m_customers_tags.csv", "odoo", 3, 0),
        ("odoo/contacts_import_template.xlsx", "odoo", 4, 0),
        ("mautic/fakecompanydata.csv", "mautic", 3, 0),
        ("mautic/fakeleaddata.csv", "mautic", 54, 4),
        ("zendesk/user_data.csv", "zendesk", 3, 0),
        ("zendesk/organization_data.csv", "zendesk_organizations", 3, 0),
    ],
)
def test_real_exports_come_in_without_a_click_and_again_without_a_change(
    bring: Bring, real_data: Path, path: str, layout: str, rows: int, rejected: int
) -> None:
    found = bring(real_data / "crm_exports" / path)
    assert found["layout"] == layout
    assert found["rows"] >= rows
    assert found["rejected"] == rejected
    assert found["accepted"] == found["rows"] - found["known"] - rejected
    again = bring(real_data / "crm_exports" / path)
    assert again["accepted"] == 0
