"""The columns of our own export: every one comes back in, in whichever language it was written."""

from __future__ import annotations

from typing import Final, NamedTuple

from regulars.integrations.imports.kinds import plain
from regulars.integrations.imports.layouts.base import Layout


class OwnColumn(NamedTuple):
    """A column of the full export: the field it is read back as ("" for what is only told), its name in both languages."""

    field: str
    english: str
    chinese: str


OWN_COLUMNS: Final = (
    OwnColumn("self", "Regulars ID", "Regulars 編號"),
    OwnColumn("type", "Kind", "類型"),
    OwnColumn("name", "Name", "名稱"),
    OwnColumn("family_name", "Family name", "姓"),
    OwnColumn("given_name", "Given name", "名"),
    OwnColumn("other_name", "Name in another script", "另一種文字的名稱"),
    OwnColumn("salutation", "Salutation", "稱謂"),
    OwnColumn("tax_id", "Tax ID", "統一編號"),
    OwnColumn("company", "Works at", "任職公司"),
    OwnColumn("job", "Position", "職稱"),
    OwnColumn("email", "E-mail", "電子郵件"),
    OwnColumn("mobile", "Mobile", "手機"),
    OwnColumn("phone", "Phone", "電話"),
    OwnColumn("fax", "Fax", "傳真"),
    OwnColumn("line_id", "LINE", "LINE"),
    OwnColumn("web", "Website", "網站"),
    OwnColumn("address", "Address", "地址"),
    OwnColumn("city", "City", "縣市"),
    OwnColumn("region", "Region", "區域"),
    OwnColumn("postcode", "Postcode", "郵遞區號"),
    OwnColumn("country", "Country", "國家"),
    OwnColumn("birth_date", "Birthday", "生日"),
    OwnColumn("language", "Language", "語言"),
    OwnColumn("industry", "Industry", "產業"),
    OwnColumn("about", "About", "關於"),
    OwnColumn("owner", "Owner (sign-in name)", "負責人（登入名稱）"),
    OwnColumn("email_consent", "Permits e-mail", "同意電子郵件"),
    OwnColumn("phone_consent", "Permits calls", "同意來電"),
    OwnColumn("identifiers", "Numbers in other systems", "其他系統的編號"),
    OwnColumn("", "Roles", "身分"),
    OwnColumn("", "Relations", "關係"),
    OwnColumn("", "Further values", "其他資料"),
)
OWN: Final = Layout(
    "regulars",
    "Regulars",
    (
        frozenset({plain("Regulars ID"), plain("Numbers in other systems")}),
        frozenset({plain("Regulars 編號"), plain("其他系統的編號")}),
        frozenset({plain("Regulars ID"), plain("Kind"), plain("Name")}),
        frozenset({plain("Regulars 編號"), plain("類型"), plain("名稱")}),
    ),
    {plain(name): one.field for one in OWN_COLUMNS for name in (one.english, one.chinese)},
    options={"source": "regulars"},
)
