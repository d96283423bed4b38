"""Headers by which columns about people and companies are recognised, in the same languages as those of trade."""

from __future__ import annotations

from typing import Final

CUSTOMER: Final = (
    "customer unique id", "customer id", "customer no", "customer number", "customer code", "cust id", "custid", "cust no", "client id", "client no", "client number", "client code", "client", "debtor no", "debitor", "patron id", "account number", "account id",
    "member id", "member no", "member number", "card number", "household id", "household key", "buyer id", "user id", "contact id", "customer", "company id",
    "客戶編號", "客戶代號", "客戶代碼", "顧客編號", "會員編號", "會員卡號", "會員代號", "公司代號", "會員id", "客户编号", "客戶id",
    "id do cliente", "codigo do cliente", "kundennummer", "kunden nr", "numero de cliente", "id cliente", "numero client",
)  # fmt: skip
NAME: Final = (
    "name", "customer name", "full name", "client name", "contact name", "display name", "buyer name", "account name", "ship name", "billing name", "bill to name",
    "姓名", "客戶姓名", "客戶名稱", "顧客姓名", "會員姓名", "聯絡人", "收件人", "訂購人", "買家姓名", "名稱", "客户名称",
    "nome", "nome do cliente", "cliente", "nombre", "kundenname", "nom", "nom complet",
)  # fmt: skip
CONTACT: Final = (
    "contact name",
    "contact person",
    "contact",
    "聯絡人",
    "聯絡人姓名",
    "窗口",
    "ansprechpartner",
    "contato",
)
COMPANY: Final = (
    "company name", "company", "organisation name", "organization name", "organisation", "organization", "account", "companyname", "business name", "related company",
    "公司名稱", "公司", "公司全名", "企業名稱", "廠商名稱", "抬頭", "發票抬頭", "razao social", "empresa", "firma", "societe", "compania",
)  # fmt: skip
EMAIL: Final = (
    "email", "e mail", "email address", "mail", "email 1", "e mail 1 value", "e mail 2 value", "contact email", "customer email", "buyer email", "primary email",
    "電子郵件", "電子信箱", "電子郵件信箱", "信箱", "郵件", "email信箱", "邮箱", "correo", "correo electronico", "courriel",
)  # fmt: skip
PHONE: Final = (
    "phone", "telephone", "phone number", "tel", "phone 1 value", "phone 2 value", "phone 3 value", "contact phone", "customer phone", "work phone", "home phone", "business phone",
    "電話", "聯絡電話", "總機電話", "市話", "公司電話", "電話號碼", "联系电话", "telefone", "telefono", "telefon",
)  # fmt: skip
MOBILE: Final = (
    "mobile",
    "mobile phone",
    "cell",
    "cell phone",
    "cellphone",
    "手機",
    "行動電話",
    "手機號碼",
    "手机",
    "celular",
    "handy",
    "mobil",
)
FAX: Final = ("fax", "fax number", "傳真", "傳真號碼", "傳真機號碼")
WEBSITE: Final = ("website", "web site", "url", "homepage", "web", "網址", "網站", "公司網址")
ADDRESS: Final = (
    "address", "street", "street address", "address line 1", "address1", "address 1 street", "address 1 formatted", "ship address", "mailing address", "street 2", "street2",
    "地址", "住址", "通訊地址", "聯絡地址", "公司地址", "收件地址", "戶籍地址", "endereco", "direccion", "strasse", "adresse",
)  # fmt: skip
CITY: Final = (
    "city",
    "town",
    "companycity",
    "customer city",
    "ship city",
    "address 1 city",
    "縣市",
    "城市",
    "市",
    "cidade",
    "ciudad",
    "ort",
    "stadt",
    "ville",
)
REGION: Final = (
    "state", "region", "province", "companystate", "county", "customer state", "ship region", "address 1 region", "district", "行政區", "區", "鄉鎮市區", "區域", "estado", "provincia", "bundesland",
)  # fmt: skip
POSTCODE: Final = (
    "postcode", "postal code", "zip", "zip code", "zipcode", "customer zip code prefix", "zip code prefix", "ship postal code", "address 1 postal code",
    "郵遞區號", "郵編", "cep", "codigo postal", "plz", "code postal",
)  # fmt: skip
COUNTRY: Final = (
    "country",
    "companycountry",
    "ship country",
    "country name",
    "nation",
    "address 1 country",
    "國家",
    "國別",
    "國籍",
    "外國企業註冊地國",
    "pais",
    "land",
    "pays",
)
FAMILY: Final = (
    "family name",
    "last name",
    "lastname",
    "surname",
    "姓",
    "姓氏",
    "sobrenome",
    "nachname",
    "apellido",
    "nom de famille",
)
GIVEN: Final = ("given name", "first name", "firstname", "forename", "名", "名字", "primeiro nome", "vorname", "prenom")
OTHER_NAME: Final = (
    "english name",
    "other name",
    "short name",
    "nickname",
    "name in english",
    "英文姓名",
    "英文名稱",
    "英文簡稱",
    "公司簡稱",
    "簡稱",
    "英文名",
)
TAX: Final = (
    "tax id",
    "ubn",
    "vat number",
    "vat id",
    "vat",
    "unified business number",
    "統一編號",
    "統編",
    "營利事業統一編號",
    "公司統編",
    "cnpj",
    "nif",
)
BIRTH: Final = (
    "birthday",
    "birth date",
    "date of birth",
    "dob",
    "生日",
    "出生日期",
    "出生年月日",
    "data de nascimento",
    "geburtsdatum",
    "geburtstag",
)
SINCE: Final = (
    "customer since", "member since", "since", "joined", "join date", "signup date", "registered at", "registration date", "dt customer", "加入日期", "入會日期", "入會日", "註冊日期", "註冊時間", "建檔日期",
)  # fmt: skip
INDUSTRY: Final = (
    "industry",
    "sector",
    "branch",
    "行業",
    "產業別",
    "產業",
    "行業別",
    "companyindustry",
    "setor",
    "branche",
)
OWNER: Final = (
    "owner",
    "account owner",
    "sales rep",
    "salesperson",
    "assigned to",
    "負責人",
    "業務",
    "業務員",
    "業務代表",
    "承辦人",
)
LANGUAGE: Final = ("language", "locale", "preferred language", "語言", "語系")
TYPE: Final = ("company type", "customer type", "type", "is a company", "客戶類型", "類型", "客戶類別")
NOTES: Final = (
    "notes",
    "note",
    "remarks",
    "comment",
    "comments",
    "about",
    "備註",
    "說明",
    "附註",
    "observacoes",
    "bemerkung",
    "notas",
)
TITLE: Final = ("job title", "position", "job position", "contact title", "職稱", "職位", "cargo")
SALUTATION: Final = ("salutation", "title", "name prefix", "prefix", "稱謂", "尊稱")
ALIAS: Final = (
    "other customer id",
    "customer id",
    "external id",
    "reference",
    "ref",
    "old customer id",
    "舊客戶編號",
    "外部編號",
)
CONSENT_MAIL: Final = (
    "email consent",
    "accepts marketing",
    "newsletter",
    "email opt in",
    "accepts email marketing",
    "同意電子郵件行銷",
    "訂閱電子報",
    "同意行銷",
    "電子報",
)
NO_MAIL: Final = ("do not email", "email opt out", "unsubscribed", "拒收電子郵件", "拒收電子報")
CONSENT_PHONE: Final = ("phone consent", "sms consent", "accepts sms marketing", "同意電話行銷", "同意簡訊")
NO_PHONE: Final = ("do not call", "phone opt out", "拒絕電話行銷", "拒絕來電")
COMPANY_ID: Final = (
    "account id of the contact",
    "organization id",
    "organisation id",
    "associated company id",
    "associated company ids",
    "parent id",
)
CONTACT_JOB: Final = ("contact title", "contacts job position", "child ids function")
CONTACT_EMAIL: Final = ("contacts email", "child ids email")
CONTACT_PHONE: Final = ("contacts phone", "child ids phone")
POST: Final = (
    "董事長", "總經理", "發言人", "代理發言人", "執行長", "財務長", "代表人", "chairman", "chairperson", "general manager", "spokesperson", "spokesman",
    "deputy spokesperson", "deputy spokesman", "managing director", "chief executive officer", "ceo", "cfo",
)  # fmt: skip
REPORTED: Final = ("出表日期", "report date", "date of report", "as of", "資料日期", "snapshot date")
TAGS: Final = ("tags", "tag", "標籤", "categories", "labels", "group membership", "類別標籤")
