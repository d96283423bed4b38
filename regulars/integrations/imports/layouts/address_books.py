"""Address books whose exports are known, each with the headers it writes."""

from __future__ import annotations

import re
from typing import Final

from regulars.integrations.imports.layouts.base import Layout, columns, pattern, sign

GOOGLE: Final = Layout(
    "google",
    "Google Contacts",
    (
        sign("Given Name", "Family Name", "Group Membership"),
        sign("First Name", "Last Name", "Organization Name", "Labels"),
        sign("First Name", "Last Name", "Phonetic First Name", "File As"),
    ),
    columns(
        name=("Name",),
        given_name=("Given Name", "First Name"),
        middle_name=("Additional Name", "Middle Name"),
        family_name=("Family Name", "Last Name"),
        other_name=("Nickname",),
        salutation=("Name Prefix",),
        birth_date=("Birthday",),
        about=("Notes",),
        tags=("Group Membership", "Labels"),
        company=("Organization Name", "Organization 1 - Name"),
        job=("Organization Title", "Organization 1 - Title"),
        language=("Language",),
    )
    | {"file as": "", "photo": ""},
    (
        pattern(r"e mail \d+ value", "email"),
        pattern(r"e mail \d+ (type|label)", "email_type"),
        pattern(r"phone \d+ value", "phone"),
        pattern(r"phone \d+ (type|label)", "phone_type"),
        pattern(r"address \d+ (street|extended address|po box|formatted)", "address"),
        pattern(r"address \d+ city", "city"),
        pattern(r"address \d+ region", "region"),
        pattern(r"address \d+ postal code", "postcode"),
        pattern(r"address \d+ country", "country"),
        pattern(r"address \d+ (type|label)", ""),
        pattern(r"website \d+ value", "web"),
        pattern(r"website \d+ (type|label)", ""),
        pattern(r"relation \d+ value", "related"),
    ),
    {"source": "google"},
)


def _places(groups: str, **parts: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The columns of several addresses: "Business City", "Home City" … for each part of one."""
    return tuple(pattern(rf"({groups}) ({part})", field) for field, part in parts.items())


_OUTLOOK_OPTIONS: Final = {"source": "outlook"}
OUTLOOK: Final = Layout(
    "outlook",
    "Outlook",
    (sign("First Name", "Last Name", "E-mail Address", "Business Phone"), sign("First Name", "Last Name", "E-mail Address", "Mobile Phone")),
    columns(
        salutation=("Title",),
        given_name=("First Name",),
        middle_name=("Middle Name",),
        family_name=("Last Name",),
        other_name=("Nickname",),
        company=("Company",),
        job=("Job Title",),
        email=("E-mail Address", "E-mail 2 Address", "E-mail 3 Address"),
        mobile=("Mobile Phone", "Car Phone"),
        phone=("Business Phone", "Business Phone 2", "Company Main Phone", "Primary Phone", "Home Phone", "Home Phone 2", "Other Phone", "Assistant's Phone"),
        fax=("Business Fax", "Home Fax", "Other Fax"),
        web=("Web Page", "Personal Web Page", "Business Web Page"),
        birth_date=("Birthday",),
        about=("Notes",),
        tags=("Categories",),
        language=("Language",),
        related=("Spouse",),
    )
    | {"e mail type": "", "e mail 2 type": "", "e mail 3 type": "", "e mail display name": "", "e mail 2 display name": "", "e mail 3 display name": ""},
    _places(
        "business|home|other", address=r"street( \d)?|address( po box)?", city="city", region="state", postcode="postal code", country="country region",
    ),
    _OUTLOOK_OPTIONS,
)  # fmt: skip
OUTLOOK_ZH: Final = Layout(
    "outlook_zh",
    "Outlook 中文版",
    (sign("名字", "姓氏", "電子郵件地址"), sign("名字", "姓氏", "商務電話")),
    columns(
        salutation=("稱謂",),
        given_name=("名字",),
        middle_name=("中間名",),
        family_name=("姓氏",),
        other_name=("暱稱",),
        company=("公司",),
        job=("職稱",),
        email=("電子郵件地址", "電子郵件 2 地址", "電子郵件 3 地址"),
        mobile=("行動電話", "汽車電話"),
        phone=("商務電話", "商務電話 2", "公司代表線", "代表電話", "住家電話", "住家電話 2", "其他電話", "助理電話"),
        fax=("商務傳真", "住家傳真", "其他傳真"),
        web=("網頁", "個人網頁"),
        birth_date=("生日",),
        about=("附註",),
        tags=("類別",),
        related=("配偶",),
    )
    | {"電子郵件類型": "", "電子郵件 2 類型": "", "電子郵件 3 類型": "", "電子郵件顯示名稱": "", "電子郵件 2 顯示名稱": "", "電子郵件 3 顯示名稱": ""},
    _places(
        "商務|住家|其他", address=r"街( \d)?|地址( 郵政信箱)?", city="市 鎮|市|縣 市 鎮", region="縣 市|省 市", postcode="郵遞區號", country="國家 地區|國家",
    ),
    _OUTLOOK_OPTIONS,
)  # fmt: skip
VCARD: Final = Layout(
    "vcard",
    "vCard",
    (sign("UID", "Family name", "Given name", "E-mail types", "Phone types"),),
    columns(
        self=("Regulars ID",),
        uid=("UID",),
        type=("Sort",),
        name=("Name",),
        family_name=("Family name",),
        given_name=("Given name",),
        middle_name=("Middle name",),
        other_name=("Nickname",),
        salutation=("Prefix",),
        company=("Company",),
        job=("Position",),
        email=("E-mail",),
        email_type=("E-mail types",),
        mobile=("Mobile",),
        phone=("Phone",),
        phone_type=("Phone types",),
        fax=("Fax",),
        line_id=("LINE",),
        web=("Website",),
        address=("Street",),
        city=("City",),
        region=("Region",),
        postcode=("Postcode",),
        country=("Country",),
        birth_date=("Birthday",),
        language=("Language",),
        about=("Note",),
        tags=("Categories",),
        related=("Related",),
        identifiers=("Identifiers",),
    ),
    options={"source": "vcard"},
)
