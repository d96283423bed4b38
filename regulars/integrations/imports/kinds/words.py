"""Headers by which columns of trade are recognised: English, Chinese, Portuguese, Spanish, German, French, and what systems write."""

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
