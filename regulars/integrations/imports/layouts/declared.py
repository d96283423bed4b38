"""The systems whose exports are known, each with the headers it writes (looked up in its documentation or in a real export)."""

from __future__ import annotations

from typing import Final

from regulars.integrations.imports.layouts.address_books import GOOGLE, OUTLOOK, OUTLOOK_ZH, VCARD
from regulars.integrations.imports.layouts.base import Layout, columns, sign
from regulars.integrations.imports.layouts.own import OWN, OWN_ASSETS, OWN_CONTRACTS

HUBSPOT_CONTACTS: Final = Layout(
    "hubspot",
    "HubSpot",
    (
        sign("Record ID", "First Name", "Last Name", "Email"),
        sign("Record ID - Contact", "First Name", "Last Name", "Email"),
        sign("property_email", "id", "property_firstname", "property_lastname"),
        sign("First Name", "Last Name", "Email", "Phone Number", "Company Name"),
    ),
    columns(
        customer=("Record ID", "Record ID - Contact", "id"),
        given_name=("First Name", "firstname"),
        family_name=("Last Name", "lastname"),
        salutation=("Salutation",),
        email=("Email", "Work email", "Additional email addresses", "property_email_1"),
        phone=("Phone Number", "phone"),
        mobile=("Mobile Phone Number", "mobilephone"),
        fax=("Fax Number",),
        company=("Company Name", "Associated Company", "property_company"),
        job=("Job Title", "jobtitle"),
        web=("Website URL", "website"),
        address=("Street Address",),
        city=("City",),
        region=("State/Region",),
        postcode=("Postal Code",),
        country=("Country/Region",),
        birth_date=("Date of birth",),
        email_refusal=("Unsubscribed from all email",),
        language=("Preferred language",),
        industry=("Industry",),
    ),
    options={"source": "hubspot"},
)
HUBSPOT_COMPANIES: Final = Layout(
    "hubspot_companies",
    "HubSpot",
    (
        sign("Record ID", "Company name", "Company Domain Name"),
        sign("Record ID - Company", "Company name"),
        sign("id", "property_name", "property_industry", "property_createdate"),
    ),
    columns(
        customer=("Record ID", "Record ID - Company", "id"),
        company=("Company name", "property_name"),
        web=("Company Domain Name", "Website URL"),
        phone=("Phone Number",),
        address=("Street Address", "Street Address 2", "property_address", "property_address_2"),
        city=("City",),
        region=("State/Region", "property_state"),
        postcode=("Postal Code",),
        country=("Country/Region", "property_country"),
        industry=("Industry",),
        about=("Description", "property_description"),
    )
    | {"is deleted": ""},
    options={"source": "hubspot-companies"},
)
SALESFORCE_CONTACTS: Final = Layout(
    "salesforce",
    "Salesforce",
    (
        sign("Id", "LastName", "AccountId"),
        sign("Contact ID", "First Name", "Last Name", "Account Name"),
        sign("First Name", "Last Name", "Account Name", "Mailing Street"),
    ),
    columns(
        customer=("Id", "Contact ID"),
        company_id=("AccountId", "Account ID"),
        salutation=("Salutation",),
        given_name=("First Name",),
        middle_name=("Middle Name",),
        family_name=("Last Name",),
        name=("Name", "Full Name"),
        company=("Account Name",),
        job=("Title",),
        email=("Email",),
        phone=("Phone", "Business Phone", "Home Phone", "Other Phone", "Assistant Phone"),
        mobile=("Mobile", "Mobile Phone"),
        fax=("Fax", "Business Fax"),
        address=("Mailing Street", "Mailing Address Line 1", "Mailing Address Line 2", "Other Street"),
        city=("Mailing City", "Other City"),
        region=("Mailing State", "Mailing State/Province", "Other State", "Other State/Province"),
        postcode=("Mailing Postal Code", "Mailing Zip/Postal Code", "Other Postal Code", "Other Zip/Postal Code"),
        country=("Mailing Country", "Other Country"),
        birth_date=("Birthdate",),
        about=("Description", "Contact Description"),
        email_refusal=("HasOptedOutOfEmail", "Email Opt Out"),
        phone_refusal=("DoNotCall", "Do Not Call"),
    )
    | {"is deleted": ""},
    options={"source": "salesforce"},
)
SALESFORCE_ACCOUNTS: Final = Layout(
    "salesforce_accounts",
    "Salesforce",
    (
        sign("Id", "Name", "BillingStreet"),
        sign("Account ID", "Account Name", "Billing Street"),
        sign("Account Name", "Billing Street", "Billing City"),
    ),
    columns(
        customer=("Id", "Account ID"),
        company=("Name", "Account Name"),
        phone=("Phone",),
        fax=("Fax",),
        web=("Website",),
        industry=("Industry",),
        about=("Description", "Account Description"),
        address=("Billing Street", "Billing Address Line 1", "Billing Address Line 2", "Shipping Street"),
        city=("Billing City", "Shipping City"),
        region=("Billing State", "Billing State/Province", "Shipping State", "Shipping State/Province"),
        postcode=("Billing Postal Code", "Billing Zip/Postal Code", "Shipping Postal Code", "Shipping Zip/Postal Code"),
        country=("Billing Country", "Shipping Country"),
    )
    | {"is deleted": ""},
    options={"source": "salesforce"},
)
SALESFORCE_LEADS: Final = Layout(
    "salesforce_leads",
    "Salesforce",
    (
        sign("Id", "LastName", "Company", "IsConverted"),
        sign("Lead ID", "First Name", "Last Name"),
        sign("First Name", "Last Name", "Company / Account", "Lead Status"),
        sign("First Name", "Last Name", "Company", "Lead Status"),
    ),
    columns(
        customer=("Id", "Lead ID"),
        salutation=("Salutation",),
        given_name=("First Name",),
        family_name=("Last Name",),
        name=("Name", "Full Name"),
        company=("Company", "Company / Account"),
        job=("Title",),
        email=("Email",),
        phone=("Phone",),
        mobile=("Mobile", "Mobile Phone"),
        fax=("Fax",),
        web=("Website",),
        address=("Street", "Address Line 1", "Address Line 2"),
        city=("City",),
        region=("State", "State/Province"),
        postcode=("Postal Code", "Zip/Postal Code"),
        country=("Country",),
        industry=("Industry",),
        about=("Description",),
        email_refusal=("HasOptedOutOfEmail", "Email Opt Out"),
        phone_refusal=("DoNotCall", "Do Not Call"),
    )
    | {"is deleted": ""},
    options={"source": "salesforce", "role": "prospect"},
)
ODOO: Final = Layout(
    "odoo",
    "Odoo",
    (
        sign("Name", "Is a company", "Related company"),
        sign("Name", "Company Type", "Related Company"),
        sign("Name", "Company Type*", "Related Company"),
        sign("External ID", "Name", "Is a Company"),
        sign("id", "name", "is_company"),
        sign("Name", "Contacts/Name"),
        sign("name", "child_ids/name"),
        sign("Name", "Reference", "Tags", "Customer"),
    ),
    columns(
        customer=("External ID", "id"),
        alias=("Reference", "ref"),
        name=("Name", "Name*", "Complete Name"),
        type=("Is a company", "is_company", "Company Type", "Company Type*"),
        company=("Related company", "parent_id", "parent_id/name", "Related Company/Name"),
        company_id=("parent_id/id", "Related Company/External ID"),
        job=("Job Position", "function"),
        salutation=("Title", "title"),
        email=("Email",),
        phone=("Phone",),
        mobile=("Mobile",),
        address=("Street", "Street2"),
        city=("City",),
        region=("State", "state_id", "State/State Name"),
        postcode=("Zip", "ZIP"),
        country=("Country", "country_id", "Country/Country Name"),
        tax_id=("Tax ID", "vat"),
        web=("Website", "Website Link"),
        tags=("Tags", "category_id", "Tags/Tag Name"),
        about=("Notes", "comment"),
        language=("Language", "lang"),
        contact=("Contacts/Name", "child_ids/name"),
        contact_email=("Contacts/Email", "child_ids/email"),
        contact_phone=("Contacts/Phone", "child_ids/phone"),
        contact_job=("Contacts/Job Position", "child_ids/function"),
    ),
    options={"source": "odoo"},
)
MAUTIC: Final = Layout(
    "mautic",
    "Mautic",
    (sign("firstname", "lastname", "points", "company"), sign("companyname", "companycity", "companycountry")),
    columns(
        salutation=("title",),
        given_name=("firstname",),
        family_name=("lastname",),
        company=("company", "companyname"),
        job=("position",),
        email=("email", "companyemail"),
        phone=("phone", "companyphone"),
        mobile=("mobile",),
        fax=("fax",),
        web=("website", "companywebsite"),
        address=("address1", "address2", "companyaddress1", "companyaddress2"),
        city=("city", "companycity"),
        region=("state", "companystate"),
        postcode=("zipcode", "companyzipcode"),
        country=("country", "companycountry"),
        industry=("companyindustry",),
        tags=("tags",),
    ),
    options={"source": "mautic", "role": "prospect"},
)
ZENDESK: Final = Layout(
    "zendesk",
    "Zendesk",
    (sign("id", "name", "email", "organization_id", "role"),),
    columns(
        customer=("id",),
        name=("name",),
        other_name=("alias",),
        email=("email",),
        phone=("phone",),
        company_id=("organization_id",),
        language=("locale",),
        about=("notes",),
        tags=("tags",),
    )
    | dict.fromkeys(
        (
            "authenticity token", "url", "remote photo url", "restricted agent", "shared", "shared agent", "shared tickets", "shared comments", "moderator",
            "two factor auth enabled", "only private comments", "ticket restriction", "chat only", "locale id", "updated at", "active", "suspended",
        ),
        "",
    ),
    options={"source": "zendesk"},
)  # fmt: skip
ZENDESK_ORGANIZATIONS: Final = Layout(
    "zendesk_organizations",
    "Zendesk",
    (sign("id", "name", "shared_tickets", "shared_comments"),),
    columns(customer=("id",), company=("name",), about=("notes",), tags=("tags",))
    | {"shared tickets": "", "shared comments": "", "url": "", "updated at": ""},
    options={"source": "zendesk"},
)
TWSE: Final = Layout(
    "twse",
    "臺灣證券交易所 上市公司基本資料",
    (sign("公司代號", "公司名稱", "營利事業統一編號", "董事長", "總經理"),),
    columns(
        reported_on=("出表日期",),
        customer=("公司代號",),
        company=("公司名稱",),
        other_name=("公司簡稱", "英文簡稱"),
        country=("外國企業註冊地國",),
        address=("住址",),
        tax_id=("營利事業統一編號",),
        post=("董事長", "總經理", "發言人", "代理發言人"),
        post_job=("發言人職稱",),
        phone=("總機電話",),
        fax=("傳真機號碼",),
        email=("電子郵件信箱",),
        web=("網址",),
    ),
    options={"source": "twse", "role": "prospect"},
)
LAYOUTS: Final = (
    OWN, OWN_CONTRACTS, OWN_ASSETS, VCARD, GOOGLE, OUTLOOK, OUTLOOK_ZH, HUBSPOT_CONTACTS, HUBSPOT_COMPANIES, SALESFORCE_CONTACTS, SALESFORCE_ACCOUNTS, SALESFORCE_LEADS, ODOO, MAUTIC,
    ZENDESK, ZENDESK_ORGANIZATIONS, TWSE,
)  # fmt: skip


def layout_called(key: str) -> Layout | None:
    """The layout of that key."""
    return next((one for one in LAYOUTS if one.key == key), None)
