"""What the company sells. A group lists what its products are called and between which prices (NT$) they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Group:
    """A product group.

    ``heads`` × ``tails`` name the products; prices run evenly on the logarithm from ``low`` to ``high`` in that order.
    ``margin`` is the share of the price that is not cost; ``perishable`` goods are worth nothing when they come back.
    ``sort`` is how one talks about it (``words.phrases``); ``pieces`` the mean of pieces bought beyond the first.
    """

    code: str
    name: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    low: int
    high: int
    sort: str
    margin: float
    pieces: float
    shipped: bool = True
    perishable: bool = False


GROUPS: Final = (
    Group("TA", "國外旅遊",
          ("沖繩", "九州", "東京", "關西", "北海道", "首爾", "釜山", "曼谷", "峴港", "新加坡", "峇里島", "關島"),
          ("自由行 4 日", "精選 5 日", "親子 5 日", "美食散策 6 日", "深度 7 日"), 11_900, 58_000, "journey", 0.15, 1.1, shipped=False),
    Group("TL", "長程旅遊",
          ("土耳其", "瑞士", "捷克奧地利", "紐西蘭", "西班牙", "義大利", "加拿大東岸"),
          ("精選 9 日", "深度 10 日", "豪華 12 日"), 69_000, 178_000, "journey", 0.14, 0.8, shipped=False),
    Group("TD", "國內旅遊",
          ("花蓮縱谷", "台東池上", "阿里山", "日月潭", "墾丁", "澎湖", "金門", "宜蘭礁溪", "太平山", "馬祖"),
          ("兩天一夜", "輕旅行 2 日", "慢遊 3 日", "生態 3 日", "深度 4 日"), 2_980, 16_800, "journey", 0.18, 1.2, shipped=False),
    Group("DT", "一日遊",
          ("九份平溪", "野柳北海岸", "陽明山花季", "三峽鶯歌", "內灣老街", "大溪慈湖", "苗栗採草莓", "清境農場", "鹿港小鎮", "古坑咖啡", "台南府城", "美濃客庄",
           "旗津壽山", "東港小琉球", "蘭陽平原"),
          ("一日遊", "包車一日遊"), 790, 4_980, "journey", 0.24, 1.6, shipped=False),
    Group("GM", "中秋禮盒",
          ("蛋黃酥", "綠豆椪", "廣式月餅", "流心奶黃", "鳳梨月餅", "文旦柚", "海鮮燒烤"),
          ("小資組", "六入禮盒", "九入禮盒", "雙層禮盒", "典藏禮盒"), 420, 2_880, "food", 0.40, 1.4, perishable=True),
    Group("GN", "春節禮盒",
          ("烏魚子", "臘味", "花雕雞", "堅果", "年菜佛跳牆", "糖果", "干貝香菇"),
          ("迎春組", "福氣禮盒", "團圓禮盒", "富貴禮盒", "典藏禮盒"), 480, 3_980, "food", 0.38, 1.2, perishable=True),
    Group("GA", "四季禮盒",
          ("高山烏龍茶", "東方美人茶", "阿里山咖啡", "龍眼蜂蜜", "牛軋糖", "蛋捲", "養生滴雞精", "香氛蠟燭", "彌月油飯", "喜餅"),
          ("隨手禮", "雙入禮盒", "經典禮盒", "豪華禮盒"), 350, 3_280, "food", 0.42, 0.8),
    Group("SO", "伴手禮",
          ("鳳梨酥", "太陽餅", "牛舌餅", "方塊酥", "麻糬", "芋頭酥", "花生酥", "金門貢糖", "澎湖黑糖糕", "芒果乾", "東港櫻花蝦", "日曬麵", "手工豆腐乳", "紅烏龍茶包",
           "黑豆醬油"),
          ("單包", "分享盒", "家庭號"), 90, 880, "food", 0.45, 1.8, perishable=True),
    Group("VO", "票券與住宿券",
          ("溫泉泡湯券", "飯店下午茶券", "雙人住宿券", "主題樂園門票", "海生館門票", "高空纜車票", "郵輪體驗券", "星級自助餐券"),
          ("平日", "假日", "假日升等", "四張組"), 360, 9_800, "ticket", 0.12, 1.3, shipped=False),
    Group("LU", "行李箱",
          ("前開式行李箱", "輕量拉鍊箱", "鋁框行李箱", "胖胖箱", "商務旅行箱"),
          ("18 吋", "20 吋", "24 吋", "26 吋", "29 吋"), 1_980, 12_800, "gear", 0.36, 0.1),
    Group("TG", "旅行用品",
          ("壓縮收納袋", "頸枕", "轉接插頭", "防水盥洗包", "護照夾", "行李秤", "眼罩耳塞組", "折疊水壺", "登山背包", "輕便雨衣", "TSA 海關鎖", "保溫瓶"),
          ("基本款", "進階款", "限量色"), 150, 2_680, "gear", 0.48, 0.6),
    Group("SV", "旅行加購",
          ("日本 eSIM", "韓國 eSIM", "東南亞 eSIM", "全球 Wi-Fi 分享器", "旅遊平安險", "機場接送", "機場貴賓室", "代辦簽證", "鐵路周遊券"),
          ("標準", "加值", "尊榮"), 199, 3_900, "ticket", 0.22, 0.7, shipped=False),
    Group("WS", "體驗課程",
          ("手作鳳梨酥", "茶席品茗", "藍染", "陶藝拉坏", "金工戒指", "客家擂茶", "獨木舟", "咖啡烘焙"),
          ("單人", "雙人", "親子"), 580, 3_200, "ticket", 0.30, 0.6, shipped=False),
    Group("PA", "旅遊年票", ("東北角", "中部山林", "南國海岸", "全台樂園"), ("個人年票", "雙人年票", "家庭年票"), 1_280, 7_800, "ticket", 0.28, 0.05, shipped=False),
    Group("CG", "企業客製禮",
          ("燙金提袋茶禮", "客製保溫杯", "員工生日禮", "股東會紀念品", "刻字鋼筆", "環保餐具組", "開工紅包禮"),
          ("A 款", "B 款", "C 款"), 160, 1_480, "gear", 0.30, 60.0),
    Group("CT", "企業旅遊",
          ("員工旅遊 北部", "員工旅遊 中部", "員工旅遊 東部", "獎勵旅遊 日本", "獎勵旅遊 東南亞", "家庭日"),
          ("輕鬆團", "精緻團", "尊榮團"), 1_600, 32_000, "journey", 0.14, 24.0, shipped=False),
)  # fmt: skip
