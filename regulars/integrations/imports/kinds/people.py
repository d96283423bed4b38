"""The kind ``customers``: persons and companies, one a row, with the people who hold posts there."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.integrations.imports.kinds import words_of_people as words
from regulars.integrations.imports.kinds.base import Field, Kind

_WHO: Final = (
    Field("self", _("Number in this system"), "id", ("regulars id", "regulars 編號"), _("Of a customer exported from here.")),
    Field("customer", _("Customer number"), "id", (*words.CUSTOMER, "id", "編號")),
    Field("alias", _("Another number of the same customer"), "id", words.ALIAS, many=True),
    Field("uid", _("Number of the card"), "id", ("uid",), _("Finds the customer again, but two may be one.")),
    Field("name", _("Name"), "name", tuple(word for word in words.NAME if word not in words.CONTACT)),
    Field("family_name", _("Family name"), "name", words.FAMILY),
    Field("given_name", _("Given name"), "name", words.GIVEN),
    Field("middle_name", _("Middle name"), "name", ("middle name", "additional name", "中間名")),
    Field("other_name", _("Name in another script"), "name", words.OTHER_NAME, many=True),
    Field("type", _("Person or company"), "word", words.TYPE),
    Field("tax_id", _("Tax ID"), "tax", words.TAX),
)  # fmt: skip
_WORK: Final = (
    Field(
        "company",
        _("Company"),
        "name",
        words.COMPANY,
        _("With a person's name: the company the person works at; alone: the customer itself."),
    ),
    Field("company_id", _("Number of the company"), "id", words.COMPANY_ID, _("Of the company the person works at.")),
    Field("job", _("Position"), "text", words.TITLE),
    Field("contact", _("Contact person"), "name", words.CONTACT, _("A person who works at the customer.")),
    Field("contact_job", _("Position of the contact person"), "text", words.CONTACT_JOB),
    Field("contact_email", _("E-mail of the contact person"), "email", words.CONTACT_EMAIL, lenient=True),
    Field("contact_phone", _("Phone of the contact person"), "phone", words.CONTACT_PHONE, lenient=True),
    Field(
        "post",
        _("Post at the company"),
        "text",
        words.POST,
        _(
            "The person who holds it; the column's name is the post. Another holder in a later file ends the earlier one."
        ),
        many=True,
    ),
    Field("post_job", _("Position of whoever holds a post"), "text", ("發言人職稱", "spokesperson title"), many=True),
    Field("related", _("Related persons"), "text", ("related", "relation 1 value", "spouse", "配偶"), many=True),
)
_REACH: Final = (
    Field("email", _("E-mail"), "email", words.EMAIL, lenient=True, many=True),
    Field("email_type", _("Sort of the e-mail"), "word", ("e mail types", "email types"), many=True),
    Field("mobile", _("Mobile"), "phone", words.MOBILE, lenient=True, many=True),
    Field("phone", _("Phone"), "phone", words.PHONE, lenient=True, many=True),
    Field("phone_type", _("Sort of the phone"), "word", ("phone types",), many=True),
    Field("fax", _("Fax"), "phone", words.FAX, lenient=True, many=True),
    Field("line_id", "LINE", "id", ("line", "line id")),
    Field("web", _("Website"), "text", words.WEBSITE, many=True),
    Field("address", _("Address"), "text", words.ADDRESS, many=True),
    Field("city", _("City"), "text", words.CITY, many=True),
    Field("region", _("Region"), "text", words.REGION, many=True),
    Field("postcode", _("Postcode"), "id", words.POSTCODE, many=True),
    Field("country", _("Country"), "text", words.COUNTRY, many=True),
)
_FACTS: Final = (
    Field("birth_date", _("Birthday"), "birthday", words.BIRTH),
    Field("since", _("Customer since"), "day", words.SINCE),
    Field("reported_on", _("Date of the report"), "day", words.REPORTED, _("From when on changes hold.")),
    Field("salutation", _("Salutation"), "text", words.SALUTATION),
    Field("language", _("Language"), "word", words.LANGUAGE),
    Field("industry", _("Industry"), "text", words.INDUSTRY),
    Field("owner", _("Owner (sign-in name)"), "word", words.OWNER),
    Field("about", _("About"), "long", words.NOTES),
    Field("email_consent", _("Permits e-mail"), "flag", words.CONSENT_MAIL),
    Field("email_refusal", _("Refuses e-mail"), "flag", words.NO_MAIL),
    Field("phone_consent", _("Permits calls"), "flag", words.CONSENT_PHONE),
    Field("phone_refusal", _("Refuses calls"), "flag", words.NO_PHONE),
    Field(
        "identifiers", _("Numbers in other systems"), "text", (), _("As SYSTEM:NUMBER, several apart by a semicolon.")
    ),
    Field("tags", _("Tags"), "text", words.TAGS, many=True),
    Field("custom", _("Keep as a custom field"), "text", many=True),
    Field("new_field", _("Make a new field of it"), "text", many=True),
)
CUSTOMERS: Final = Kind(
    "customers",
    _("Customers"),
    _("One person or company in each row."),
    (*_WHO, *_WORK, *_REACH, *_FACTS),
    needs=(
        ("self", "customer", "alias", "name", "family_name", "given_name", "company", "contact", "email", "phone", "mobile", "tax_id"),
    ),
    telling=frozenset(
        {"name", "family_name", "given_name", "company", "email", "phone", "mobile", "tax_id", "birth_date", "address", "city", "country", "customer"}
    ),
)  # fmt: skip
