"""Cities, districts with postcodes, roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class City:
    """A city or county: its share of the customers, telephone area, and districts with postcodes."""

    name: str
    region: str
    share: int
    area: str
    districts: tuple[tuple[str, str], ...]


def _city(name: str, region: str, share: int, area: str, districts: str) -> City:
    return City(name, region, share, area, tuple((word[:-3], word[-3:]) for word in districts.split()))


REGIONS: Final = ("北部", "中部", "南部", "東部")
CITIES: Final = (
    _city(
        "台北市",
        "北部",
        190,
        "02",
        "中正區100 大同區103 中山區104 松山區105 大安區106 萬華區108 信義區110 士林區111 北投區112 內湖區114 南港區115 文山區116",
    ),
    _city(
        "新北市",
        "北部",
        170,
        "02",
        "板橋區220 汐止區221 新店區231 永和區234 中和區235 土城區236 樹林區238 三重區241 新莊區242 林口區244 蘆洲區247 淡水區251",
    ),
    _city("基隆市", "北部", 16, "02", "仁愛區200 信義區201 中正區202 安樂區204"),
    _city("桃園市", "北部", 92, "03", "中壢區320 平鎮區324 桃園區330 龜山區333 八德區334 蘆竹區338"),
    _city("新竹市", "北部", 26, "03", "東區300 北區300 香山區300"),
    _city("新竹縣", "北部", 26, "03", "竹北市302 湖口鄉303 竹東鎮310"),
    _city("苗栗縣", "中部", 18, "037", "頭份市351 苗栗市360 三義鄉367"),
    _city(
        "台中市",
        "中部",
        122,
        "04",
        "西區403 北區404 北屯區406 西屯區407 南屯區408 太平區411 大里區412 豐原區420 沙鹿區433",
    ),
    _city("彰化縣", "中部", 42, "04", "彰化市500 鹿港鎮505 員林市510"),
    _city("南投縣", "中部", 16, "049", "南投市540 草屯鎮542 埔里鎮545"),
    _city("雲林縣", "中部", 20, "05", "斗南鎮630 虎尾鎮632 斗六市640"),
    _city("嘉義市", "南部", 14, "05", "東區600 西區600"),
    _city("嘉義縣", "南部", 14, "05", "民雄鄉621 太保市612 朴子市613"),
    _city("台南市", "南部", 82, "06", "中西區700 東區701 南區702 北區704 安平區708 安南區709 永康區710 新營區730"),
    _city(
        "高雄市",
        "南部",
        110,
        "07",
        "新興區800 苓雅區802 鼓山區804 前鎮區806 三民區807 楠梓區811 左營區813 岡山區820 鳳山區830",
    ),
    _city("屏東縣", "南部", 24, "08", "屏東市900 潮州鎮920 恆春鎮946"),
    _city("宜蘭縣", "東部", 22, "03", "宜蘭市260 羅東鎮265 礁溪鄉262"),
    _city("花蓮縣", "東部", 18, "03", "花蓮市970 吉安鄉973 玉里鎮981"),
    _city("台東縣", "東部", 9, "089", "台東市950 池上鄉958"),
    _city("澎湖縣", "南部", 5, "06", "馬公市880 湖西鄉885"),
)
_ROADS = """
中山路 中正路 民生路 民權路 民族路 和平路 信義路 仁愛路 忠孝路 復興路 光復路
建國路 文化路 成功路 自由路 博愛路 大同路 三民路 中華路 新生路 延平路 公園路
學府路 青年路 永安街 福德街 長春街 文昌街 景美街 水源路 健康路 南京路 北新路
華夏路 美術館路 五權路 公益路 崇德路 林森路 裕農路 府前路 海安路 明誠路 九如路
"""
ROADS: Final = tuple(_ROADS.split())
SECTIONS: Final = ("", "", "", "一段", "二段", "三段", "四段")
FOREIGN_CITIES: Final = {
    "美國": "Seattle", "英國": "London", "德國": "München", "法國": "Lyon", "日本": "東京都", "越南": "Hà Nội", "菲律賓": "Manila", "印尼": "Jakarta", "新加坡": "Singapore",
    "印度": "Mumbai", "義大利": "Milano", "愛爾蘭": "Dublin", "丹麥": "København", "加拿大": "Vancouver",
}  # fmt: skip
HOME: Final = "台灣"
