"""The columns of our own export: every one comes back in, in whichever language it was written."""

from __future__ import annotations

from typing import Final, NamedTuple

from regulars.integrations.imports.kinds import plain
from regulars.integrations.imports.layouts.base import Layout


class OwnColumn(NamedTuple):
    """A column of a full export: the field it is read back as ("" for what is only told), its name in both languages."""

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
_HOLDER: Final = (
    OwnColumn("holder", "Customer's Regulars ID", "客戶的 Regulars 編號"),
    OwnColumn("customer_name", "Customer name", "客戶名稱"),
)
OWN_ASSET_COLUMNS: Final = (
    OwnColumn("self", "Regulars asset ID", "Regulars 設備編號"),
    *_HOLDER,
    OwnColumn("serial", "Serial number", "序號"),
    OwnColumn("name", "Asset", "設備"),
    OwnColumn("product", "Product code", "產品代號"),
    OwnColumn("installed", "In use since", "啟用日期"),
    OwnColumn("warranty", "Warranty until", "保固到期"),
    OwnColumn("retired", "Out of use since", "停用日期"),
    OwnColumn("note", "Remarks", "備註"),
)
OWN_CONTRACT_COLUMNS: Final = (
    OwnColumn("self", "Regulars contract ID", "Regulars 合約編號"),
    *_HOLDER,
    OwnColumn("number", "Contract number", "合約編號"),
    OwnColumn("title", "Title", "合約名稱"),
    OwnColumn("type", "Kind of contract", "合約類型"),
    OwnColumn("asset", "Regulars asset ID", "Regulars 設備編號"),
    OwnColumn("serial", "Serial number", "序號"),
    OwnColumn("starts", "From", "合約起日"),
    OwnColumn("ends", "Until", "合約迄日"),
    OwnColumn("amount", "Amount", "合約金額"),
    OwnColumn("currency", "Currency", "幣別"),
    OwnColumn("coverage", "Covers", "服務範圍"),
    OwnColumn("terms", "Terms", "條款"),
    OwnColumn("response_hours", "Answer within hours", "回應時數"),
    OwnColumn("visits", "Visits included", "包含次數"),
    OwnColumn("notice_days", "Remind days before the end", "到期前提醒天數"),
    OwnColumn("renews", "Renews by itself", "自動續約"),
    OwnColumn("ended", "Ended on", "提前終止日"),
    OwnColumn("ended_reason", "Reason of the end", "終止原因"),
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


def _of_things(key: str, kind: str, told: tuple[OwnColumn, ...]) -> Layout:
    """The layout of our own table of assets or contracts: its first two columns give it away."""
    signs = tuple(frozenset(plain(getattr(one, language)) for one in told[:2]) for language in ("english", "chinese"))
    columns = {plain(name): one.field for one in told for name in (one.english, one.chinese)}
    return Layout(key, "Regulars", signs, columns, options={"source": "regulars"}, kind=kind)


OWN_ASSETS: Final = _of_things("regulars_assets", "assets", OWN_ASSET_COLUMNS)
OWN_CONTRACTS: Final = _of_things("regulars_contracts", "contracts", OWN_CONTRACT_COLUMNS)
