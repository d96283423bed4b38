"""The kinds ``assets`` and ``contracts``: what customers own of ours, and what was agreed with them, one a row."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.integrations.imports.kinds import words
from regulars.integrations.imports.kinds import words_of_people as people_words
from regulars.integrations.imports.kinds.base import Field, Kind

_SERIAL: Final = (
    "serial number", "serial no", "serial", "s n", "sn", "machine number", "machine no", "imei", "vin", "chassis number", "asset tag", "asset number", "asset id", "asset serial number",
    "序號", "產品序號", "機身序號", "設備序號", "機號", "機身號碼", "出廠編號", "製造號碼", "車身號碼", "設備編號", "財產編號", "资产编号", "序列号", "numero de serie", "seriennummer",
)  # fmt: skip
_INSTALLED: Final = (
    "installed on", "installation date", "install date", "installed", "in use since", "in service date", "commissioned on", "commissioning date", "delivery date", "purchase date", "since",
    "安裝日期", "裝機日期", "裝機日", "安裝日", "啟用日期", "啟用日", "購買日期", "購入日期", "交機日期", "交機日", "data de instalacao", "installationsdatum", "fecha de instalacion",
)  # fmt: skip
_WARRANTY: Final = (
    "warranty until", "warranty end", "warranty end date", "warranty expiry", "warranty expiry date", "warranty expires", "warranty expiration", "warranty expiration date", "warranty date", "warranty", "guarantee until",
    "保固到期", "保固到期日", "保固截止日", "保固迄日", "保固期限", "保固期至", "保固結束日", "保固日期", "保固至", "保修到期", "garantia ate", "garantie bis", "garantia hasta",
)  # fmt: skip
_RETIRED: Final = (
    "out of use since", "retired on", "retired", "retirement date", "disposed on", "disposal date", "end of service", "scrapped on", "報廢日期", "報廢日", "停用日期", "停用日", "除役日期", "汰換日期",
)  # fmt: skip
_STATUS: Final = (
    "status",
    "state",
    "asset status",
    "contract status",
    "狀態",
    "設備狀態",
    "使用狀態",
    "合約狀態",
    "契約狀態",
    "estado",
    "zustand",
    "statut",
)
_REMARKS: Final = (
    "remarks",
    "note",
    "notes",
    "comment",
    "comments",
    "備註",
    "附註",
    "說明",
    "observacoes",
    "bemerkung",
)
_WHAT: Final = (
    "asset", "asset name", "equipment", "equipment name", "device", "machine", "model", "model name", *words.DESCRIPTION, "name", "設備", "設備名稱", "機器", "機型", "型號", "機種", "客戶設備",
)  # fmt: skip
_CONTRACT_NUMBER: Final = (
    "contract number", "contract no", "contract id", "contract", "agreement number", "agreement no", "agreement id", "policy number", "subscription id",
    "合約編號", "合約號碼", "合約號", "合約單號", "契約編號", "契約號碼", "合同编号", "合同号", "保單號碼", "numero do contrato", "vertragsnummer", "numero de contrato", "numero de contrat",
)  # fmt: skip
_TITLE: Final = (
    "title", "contract title", "contract name", "agreement", "agreement name", "subject", "contract subject", "合約名稱", "契約名稱", "合約標題", "合約主旨", "標題", "名稱", "主旨", "titulo", "titel", "bezeichnung",
)  # fmt: skip
_STARTS: Final = (
    "starts on", "start date", "starts", "start", "from", "valid from", "effective date", "effective from", "contract start", "contract start date", "begin date", "term start",
    "合約起日", "合約起始日", "起始日", "起始日期", "起日", "開始日期", "開始日", "生效日", "生效日期", "合約生效日", "合約開始日", "inicio", "data de inicio", "vertragsbeginn", "beginn", "fecha de inicio", "date de debut",
)  # fmt: skip
_ENDS: Final = (
    "ends on", "end date", "ends", "end", "until", "valid until", "valid to", "expiry date", "expiry", "expires on", "expires", "expiration date", "contract end", "contract end date", "term end", "renewal date",
    "合約迄日", "合約到期日", "合約到期", "到期日", "到期日期", "迄日", "結束日期", "結束日", "終止日期", "截止日", "有效期限", "合約結束日", "fim", "data de termino", "vertragsende", "ende", "fecha de fin", "date de fin",
)  # fmt: skip
_VALUE: Final = (
    "contract value",
    "contract amount",
    "annual value",
    "fee",
    "合約金額",
    "契約金額",
    "合約總額",
    "費用",
    *words.AMOUNT,
)
_NOTICE: Final = (
    "remind days before the end",
    "notice days",
    "reminder days",
    "renewal notice",
    "owner expiration notice",
    "提前通知天數",
    "通知天數",
    "到期前提醒天數",
    "到期提醒天數",
    "到期前幾天提醒",
)
_SERVICE: Final = (
    "covers",
    "coverage",
    "entitlement",
    "entitlements",
    "scope",
    "service scope",
    "服務權益",
    "涵蓋範圍",
    "服務範圍",
    "保障範圍",
    "服務內容",
)

_HOLDER: Final = (
    Field("holder", _("Number of the customer in this system"), "id", ("customer s regulars id", "客戶的 regulars 編號"), _("Of a customer exported from here.")),
    Field("customer", _("Customer number"), "id", people_words.CUSTOMER, _("In the file's own system, else in any in which only one customer has it.")),
    Field("customer_name", _("Customer name"), "name", ("customer name", "account name", "account", "customer", "company", "company name", "client", "client name", "客戶名稱", "客戶", "客戶姓名", "公司名稱", "公司", "使用單位", "cliente", "kunde", "client")),
    Field("tax_id", _("Tax ID"), "tax", people_words.TAX),
    Field("email", _("E-mail"), "email", people_words.EMAIL),
    Field("phone", _("Phone"), "phone", people_words.PHONE + people_words.MOBILE),
)  # fmt: skip
_WHOSE: Final = tuple(one.key for one in _HOLDER)

ASSETS: Final = Kind(
    "assets",
    _("Assets"),
    _("One thing in each row that a customer owns of ours: a machine, a device, a licence."),
    (
        Field("self", _("Number in this system"), "id", ("regulars asset id", "regulars 設備編號"), _("Of an asset exported from here.")),
        Field("serial", _("Serial number"), "id", _SERIAL, _("A later file with the same number changes the asset.")),
        Field("name", pgettext_lazy("column", "Asset"), "text", _WHAT, _("Without it the product's name.")),
        Field("product", _("Product code"), "id", words.PRODUCT),
        Field("installed", _("In use since"), "day", _INSTALLED),
        Field("warranty", _("Warranty until"), "day", _WARRANTY),
        Field("retired", _("Out of use since"), "day", _RETIRED),
        Field("status", _("Status"), "word", _STATUS, _("“In use”, “scrapped” …; a date goes before it.")),
        Field("note", _("Remarks"), "text", _REMARKS),
        *_HOLDER,
    ),
    needs=(("self", "serial", "warranty", "installed"), ("self", "serial", "name", "product"), _WHOSE),
    telling=frozenset({"self", "serial", "warranty", "installed", "retired", "name", "customer", "customer_name"}),
)  # fmt: skip
CONTRACTS: Final = Kind(
    "contracts",
    _("Contracts"),
    _("One agreement in each row, with its beginning and its end."),
    (
        Field("self", _("Number in this system"), "id", ("regulars contract id", "regulars 合約編號"), _("Of a contract exported from here.")),
        Field("number", _("Contract number"), "id", _CONTRACT_NUMBER, _("A later file with the same number changes the contract; a term that begins after it has ended renews it.")),
        Field("title", _("Title"), "text", _TITLE),
        Field("type", _("Kind of contract"), "word", ("kind of contract", "contract type", "contract kind", "agreement type", "合約類型", "合約類別", "合約種類", "契約類型")),
        Field("asset", _("Number of the asset in this system"), "id", ("regulars asset id", "regulars 設備編號")),
        Field("serial", _("Serial number of the asset"), "id", _SERIAL),
        Field("starts", _("From"), "day", _STARTS),
        Field("ends", _("Until"), "day", _ENDS),
        Field("amount", _("Amount"), "money", _VALUE, _("For the whole term.")),
        Field("currency", _("Currency"), "word", words.CURRENCY),
        Field("coverage", _("Covers"), "text", _SERVICE),
        Field("terms", _("Terms"), "long", ("terms", "special terms", "conditions", "條款", "合約條款", "特別條款")),
        Field("response_hours", _("Answer within hours"), "whole", ("answer within hours", "response hours", "response time hours", "sla hours", "回應時數", "回應時間 小時", "到場時數")),
        Field("visits", _("Visits included"), "whole", ("visits included", "visits", "included visits", "service visits", "包含次數", "到訪次數", "保養次數", "服務次數")),
        Field("notice_days", _("Remind days before the end"), "whole", _NOTICE),
        Field("renews", _("Renews by itself"), "flag", ("renews by itself", "auto renew", "automatic renewal", "auto renewal", "renews", "自動續約", "自動展延")),
        Field("status", _("Status"), "word", _STATUS, _("“Cancelled”, “terminated” … end it; a date goes before it.")),
        Field("ended", _("Ended on"), "day", ("ended on", "terminated on", "termination date", "cancelled on", "cancellation date", "提前終止日", "解約日期", "解約日", "終止日")),
        Field("ended_reason", _("Reason of the end"), "text", ("reason of the end", "termination reason", "cancellation reason", "終止原因", "解約原因")),
        *_HOLDER,
    ),
    needs=(("self", "number", "title"), ("self", "starts", "ends"), _WHOSE),
    telling=frozenset({"self", "number", "title", "type", "starts", "ends", "ended", "notice_days", "renews", "customer", "customer_name"}),
)  # fmt: skip
