"""Corporate customers, their people, and the company itself. None of these firms exists."""

from __future__ import annotations

from typing import Final

COMPANY: Final = ("遠山旅禮", "Faraway Hills Travel & Gifts")
_STEMS = """
晴川 Chingchuan|禾碩 Heshuo|翠嶼 Tsuiyu|旭原 Hsuyuan|澄海 Chenghai|拓明 Toming|澤恩 Tseen|凌雲谷 Lingyunku|和泰岡 Hotaikang|永瑭 Yungtang|采豐原 Tsaifeng|景曜 Chingyao|
宏岳 Hungyueh|鼎沐 Tingmu|森田里 Sentienli|岳禾 Yuehho|瑞穗谷 Juisuiku|光嶼 Kuangyu|昇沅 Shengyuan|立暘 Liyang|信荷 Hsinho|嘉穗坊 Chiasui|博漾 Poyang|維岑 Weitsen|
雲杉 Yunshan|青埕 Chingcheng|日楓 Jihfeng|群麓 Chunlu|台灣藍鵲 Blue Magpie|海梨 Haili|山月 Shanyueh|朗廷谷 Langting|木棉 Mumien|赤崁坊 Chihkan|鯨嶼 Chingyu|東陽岬 Tungyang
"""
_TRADES = """
科技 Technology 電子製造|精密工業 Precision 機械|生醫 Biomedical 生技醫療|建設 Construction 營建|物流 Logistics 物流倉儲|食品 Foods 食品製造|資訊 Information 資訊服務|
證券投顧 Securities 金融保險|設計 Design 設計顧問|文教 Education 教育|紡織 Textile 紡織|餐飲 Hospitality 餐飲旅宿|光電 Optoelectronics 電子製造|國際貿易 Trading 貿易
"""


def _rows(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.strip().split(maxsplit=2)) for row in text.replace("\n", "").split("|") if row.strip())


STEMS: Final = tuple((row[0], " ".join(row[1:])) for row in _rows(_STEMS))
TRADES: Final = tuple((row[0], row[1], row[2]) for row in _rows(_TRADES))
FORMS: Final = (("股份有限公司", "Co., Ltd."), ("有限公司", "Ltd."))
TITLES: Final = ("總務主任", "福委會主任委員", "人資經理", "行政助理", "採購專員")
RESELLERS: Final = (
    ("好鄰旅遊用品行", "Good Neighbour Travel Store", "台中市"),
    ("海風票券通路", "Sea Breeze Ticketing", "高雄市"),
)
LEAD_SOURCES: Final = (
    "官網表單",
    "台北國際旅展",
    "朋友推薦",
    "門市",
    "LINE 官方帳號",
    "社群廣告",
    "電話洽詢",
    "抽獎活動",
)
