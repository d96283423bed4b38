"""Headers by which columns are recognised: English, Chinese, Portuguese, Spanish, German, French, and what systems write."""

from __future__ import annotations

from typing import Final

NUMBER: Final = (
    "order number", "order no", "order id", "orderid", "invoice", "invoice no", "invoice number", "invoice id", "order", "basket id", "receipt no",
    "receipt number", "receipt", "transaction id", "transaction no", "document no", "sales order", "so number", "bill no", "reference order",
    "訂單編號", "訂單號碼", "訂單單號", "單號", "訂單", "銷貨單號", "發票號碼", "交易編號", "交易序號", "收據號碼", "订单号", "订单编号",
    "pedido", "numero do pedido", "id do pedido", "bestellnummer", "auftragsnummer", "rechnungsnummer", "numero de pedido", "numero de commande",
)  # fmt: skip
ORDERED: Final = (
    "order date", "invoice date", "ordered at", "order purchase timestamp", "purchase timestamp", "purchase date", "transaction timestamp",
    "transaction date", "sale date", "sales date", "order time", "order datetime", "created at", "date", "datetime", "timestamp",
    "訂單日期", "下單日期", "下單時間", "訂購日期", "銷貨日期", "交易日期", "交易時間", "購買日期", "發票日期", "日期", "時間", "订单日期", "下单时间",
    "data do pedido", "data da compra", "data", "bestelldatum", "rechnungsdatum", "datum", "fecha de pedido", "fecha", "date de commande",
)  # fmt: skip
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
    "發言人",
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
PRODUCT: Final = (
    "product id", "product code", "stock code", "stockcode", "sku", "item code", "item id", "item number", "item no", "article number", "product no", "barcode", "ean", "upc", "internal reference",
    "商品編號", "商品代號", "產品編號", "產品代號", "品號", "料號", "貨號", "條碼", "商品編碼", "商品号", "id do produto", "codigo do produto", "artikelnummer", "code article", "product", "item", "商品", "產品",
)  # fmt: skip
DESCRIPTION: Final = (
    "description", "product name", "product", "item", "item name", "item description", "product description", "article", "title", "goods",
    "品名", "商品名稱", "產品名稱", "商品", "產品", "品名規格", "項目", "商品名", "produto", "descricao", "bezeichnung", "artikel", "descripcion", "producto", "designation",
)  # fmt: skip
GROUP: Final = (
    "category", "product category", "product category name", "product group", "department", "product type", "type of product", "family",
    "類別", "商品類別", "產品類別", "分類", "部門", "大類", "categoria", "kategorie", "warengruppe", "categorie",
)  # fmt: skip
QUANTITY: Final = (
    "quantity", "qty", "units", "pieces", "order quantity", "quantity ordered", "count", "cds", "數量", "訂購數量", "件數", "數目", "数量", "quantidade", "qtde", "menge", "anzahl", "cantidad", "quantite",
)  # fmt: skip
PRICE: Final = (
    "unit price", "price", "unitprice", "price each", "list price", "selling price", "sale price", "rate", "單價", "售價", "價格", "定價", "单价", "preco", "preco unitario", "preis", "einzelpreis", "stueckpreis", "precio", "prix",
)  # fmt: skip
AMOUNT: Final = (
    "amount", "line total", "total", "sales", "sales value", "net amount", "line amount", "extended price", "revenue", "subtotal", "total amount", "order total", "grand total", "total price", "total sales",
    "turnover", "dollars", "spend", "payment value", "value", "金額", "小計", "總額", "總金額", "銷售額", "銷售金額", "合計", "實付金額", "应付金额", "付款金額", "交易金額", "valor", "valor total", "betrag", "umsatz", "summe", "importe", "montant",
)  # fmt: skip
DISCOUNT: Final = ("discount", "discount rate", "discount percent", "折扣率", "折扣", "desconto", "rabatt", "descuento")
COST: Final = (
    "cost",
    "unit cost",
    "purchase price",
    "cost price",
    "line cost",
    "成本",
    "單位成本",
    "進價",
    "custo",
    "kosten",
    "costo",
    "cout",
)
PROFIT: Final = ("profit", "margin", "gross profit", "毛利", "利潤", "lucro", "gewinn")
SHIPPING: Final = (
    "freight",
    "freight value",
    "shipping",
    "shipping cost",
    "shipping fee",
    "postage",
    "delivery fee",
    "運費",
    "運送費",
    "frete",
    "versandkosten",
    "envio",
)
LINE: Final = (
    "line number",
    "line no",
    "line",
    "order item id",
    "row id",
    "line id",
    "position",
    "item sequence",
    "項次",
    "明細編號",
    "行號",
    "序號",
    "pos",
    "zeile",
)
STATE: Final = (
    "order status",
    "status",
    "order state",
    "訂單狀態",
    "狀態",
    "交易狀態",
    "status do pedido",
    "estado del pedido",
)
CHANNEL: Final = (
    "channel",
    "sales channel",
    "order channel",
    "通路",
    "管道",
    "銷售通路",
    "來源管道",
    "canal",
    "vertriebsweg",
)
CURRENCY: Final = ("currency", "currency code", "幣別", "貨幣", "moeda", "wahrung", "moneda", "devise")
SHIPPED: Final = (
    "ship date",
    "shipped date",
    "shipped at",
    "shipping date",
    "order delivered carrier date",
    "出貨日期",
    "出貨時間",
    "寄出日期",
)
DELIVERED: Final = (
    "delivered at",
    "delivery date",
    "delivered date",
    "order delivered customer date",
    "到貨日期",
    "送達日期",
    "簽收日期",
)
PROMISED: Final = (
    "promised date",
    "required date",
    "due date",
    "order estimated delivery date",
    "estimated delivery date",
    "預計到貨日",
    "預計送達",
    "交期",
)
METHOD: Final = (
    "payment method",
    "payment type",
    "method",
    "paid by",
    "付款方式",
    "支付方式",
    "forma de pagamento",
    "zahlungsart",
)
INSTALMENTS: Final = ("installments", "instalments", "payment installments", "期數", "分期", "分期數", "parcelas")
SEQUENCE: Final = ("payment sequential", "sequence", "payment number", "payment id", "付款序號", "付款編號")
PAID: Final = ("paid at", "payment date", "payment time", "付款日期", "付款時間", "入帳日期")
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
OCCURRED: Final = (
    "date", "occurred at", "event date", "event time", "timestamp", "time", "created", "created at", "activity date", "review creation date", "created date", "contact date", "hs timestamp",
    "日期", "時間", "發生時間", "發生日期", "聯絡日期", "建立時間", "互動日期", "data",
)  # fmt: skip
EVENT_KIND: Final = (
    "kind",
    "event",
    "event type",
    "event kind",
    "activity type",
    "type",
    "activity",
    "事件",
    "類型",
    "互動類型",
    "事件類型",
)
SUBJECT: Final = (
    "subject",
    "title",
    "summary",
    "topic",
    "review comment title",
    "email subject",
    "主旨",
    "標題",
    "主題",
    "assunto",
)
BODY: Final = (
    "text",
    "body",
    "message",
    "content",
    "note",
    "notes",
    "comment",
    "review comment message",
    "comments",
    "details",
    "note body",
    "email text",
    "內容",
    "備註",
    "說明",
    "紀錄",
    "mensagem",
)
EVENT_KEY: Final = ("event id", "id", "key", "review id", "activity id", "engagement id", "編號", "事件編號")
SCORE: Final = ("score", "rating", "review score", "stars", "csat", "nps", "評分", "分數", "滿意度", "nota")
