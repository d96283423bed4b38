"""Names of people. Surnames with their approximate share in Taiwan (per mille) and usual romanisation."""

from __future__ import annotations

from typing import Final

_SURNAMES = """
陳 Chen 111|林 Lin 83|黃 Huang 60|張 Chang 53|李 Lee 51|王 Wang 41|吳 Wu 40|劉 Liu 32|蔡 Tsai 29|楊 Yang 27|許 Hsu 23|鄭 Cheng 19|謝 Hsieh 18|洪 Hung 15|
郭 Kuo 15|邱 Chiu 15|曾 Tseng 14|廖 Liao 13|賴 Lai 13|徐 Hsu 13|周 Chou 12|葉 Yeh 12|蘇 Su 11|莊 Chuang 10|呂 Lu 10|江 Chiang 9|何 Ho 9|蕭 Hsiao 8|
羅 Lo 8|高 Kao 8|潘 Pan 6|簡 Chien 6|朱 Chu 6|鍾 Chung 6|游 Yu 6|彭 Peng 6|詹 Chan 6|胡 Hu 5|施 Shih 5|沈 Shen 5|余 Yu 5|盧 Lu 4|梁 Liang 4|趙 Chao 4|
顏 Yen 4|柯 Ko 4|翁 Weng 4|魏 Wei 4|孫 Sun 4|戴 Tai 4|范 Fan 3|方 Fang 3|宋 Sung 3|鄧 Teng 3|杜 Tu 3|傅 Fu 2|侯 Hou 2|曹 Tsao 2|薛 Hsueh 2|丁 Ting 2|
卓 Cho 2|阮 Juan 2|馬 Ma 2|董 Tung 2|温 Wen 2|唐 Tang 2|藍 Lan 2|石 Shih 2|蔣 Chiang 2|田 Tien 2|康 Kang 2|鄒 Tsou 2|白 Pai 1|涂 Tu 1|尤 Yu 1|巫 Wu 1|
韓 Han 1|龔 Kung 1|嚴 Yen 1|袁 Yuan 1|廬 Lu 1|連 Lien 1|程 Cheng 1|童 Tung 1|倪 Ni 1|夏 Hsia 1|汪 Wang 1|姚 Yao 1|黎 Li 1|駱 Lo 1|金 Chin 1|湯 Tang 1|
錢 Chien 1|管 Kuan 1|古 Ku 1|俞 Yu 1|柳 Liu 1|章 Chang 1|凌 Ling 1|歐陽 Ouyang 1|張簡 Chang-Chien 1|范姜 Fan-Chiang 1
"""
_MEN_OLD = "志Chih 明Ming 建Chien 國Kuo 文Wen 正Cheng 榮Jung 俊Chun 宏Hung 義Yi 雄Hsiung 輝Hui 德Te 山Shan 福Fu 財Tsai 昌Chang 盛Sheng 忠Chung 信Hsin 仁Jen 和Ho 清Ching 松Sung 龍Lung 進Chin 金Chin 水Shui 坤Kun 振Chen 茂Mao 勝Sheng 隆Lung 安An 源Yuan"
_MEN_MID = "家Chia 豪Hao 偉Wei 俊Chun 宏Hung 志Chih 傑Chieh 銘Ming 彥Yen 哲Che 智Chih 仁Jen 凱Kai 霖Lin 翔Hsiang 佑Yu 嘉Chia 維Wei 信Hsin 宗Tsung 賢Hsien 政Cheng 忠Chung 柏Po 冠Kuan 彬Pin 聖Sheng 弘Hung 祥Hsiang 毅Yi"
_MEN_NEW = "承Cheng 恩En 宇Yu 翔Hsiang 冠Kuan 廷Ting 柏Po 睿Jui 品Pin 彥Yen 辰Chen 宥Yu 子Tzu 軒Hsuan 緯Wei 皓Hao 博Po 瑋Wei 丞Cheng 佑Yu 勳Hsun 哲Che 奕Yi 杰Chieh 昱Yu 諺Yen 均Chun 禹Yu 澤Tse 樂Le"
_WOMEN_OLD = "美Mei 秀Hsiu 淑Shu 玉Yu 麗Li 惠Hui 珠Chu 英Ying 鳳Feng 雪Hsueh 月Yueh 蘭Lan 素Su 貞Chen 芬Fen 梅Mei 琴Chin 華Hua 春Chun 桂Kuei 碧Pi 娥O 香Hsiang 霞Hsia 瓊Chiung 敏Min 金Chin 寶Pao 滿Man 錦Chin"
_WOMEN_MID = "雅Ya 婷Ting 怡Yi 君Chun 佳Chia 惠Hui 玲Ling 淑Shu 慧Hui 芳Fang 珊Shan 筱Hsiao 琪Chi 靜Ching 宜Yi 欣Hsin 郁Yu 雯Wen 文Wen 如Ju 心Hsin 穎Ying 蓉Jung 婉Wan 萍Ping 儀Yi 娟Chuan 瑜Yu 真Chen 馨Hsin 秋Chiu 憶Yi"
_WOMEN_NEW = "子Tzu 涵Han 詩Shih 宜Yi 語Yu 彤Tung 芷Chih 妤Yu 庭Ting 瑄Hsuan 思Ssu 妍Yen 品Pin 萱Hsuan 采Tsai 潔Chieh 宥Yu 蓁Chen 若Jo 晴Ching 羽Yu 昕Hsin 安An 恩En 樂Le 可Ko 芯Hsin 云Yun 綺Chi 沛Pei"

_FOREIGN_MEN = "James Michael David Thomas Daniel Kevin Andrew Paul Marco Lukas Pierre Antoine Hiroshi Kenji Takashi Minh Jose Rafael Arjun Peter Oliver Sven"
_FOREIGN_WOMEN = "Mary Anna Emily Sarah Laura Julia Sophie Claire Yuki Keiko Naoko Linh Thuy Maria Grace Priya Elena Hannah Nicole Kate Ingrid Camille"
_FOREIGN_FAMILIES = (
    "Smith:美國 Johnson:美國 Miller:美國 Anderson:美國 Taylor:英國 Wright:英國 Evans:英國 Müller:德國 Schneider:德國 Weber:德國 Dubois:法國 Laurent:法國 Moreau:法國 "
    "Tanaka:日本 Suzuki:日本 Yamamoto:日本 Nakamura:日本 Kobayashi:日本 Nguyen:越南 Tran:越南 Santos:菲律賓 Reyes:菲律賓 Wijaya:印尼 Tan:新加坡 Lim:新加坡 Patel:印度 "
    "Rossi:義大利 O'Brien:愛爾蘭 Jensen:丹麥 MacDonald:加拿大"
)
_NICKNAMES = (
    "Jason Kevin Vincent Eric Andy Leo Ryan Allen Sean Ken|Amy Emily Vivian Grace Peggy Tina Joyce Irene Cindy Nina"
)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((word[0], word[1:]) for word in text.split())


_rows = [row.split() for row in _SURNAMES.replace("\n", "").split("|") if row]
SURNAMES: Final = tuple((han, latin) for han, latin, _ in _rows)
SURNAME_WEIGHTS: Final = tuple(float(weight) for _, _, weight in _rows)
GIVEN: Final = tuple(_pairs(text) for text in (_MEN_OLD, _MEN_MID, _MEN_NEW, _WOMEN_OLD, _WOMEN_MID, _WOMEN_NEW))
"""Given-name characters with romanisation: men, then women, each born before 1965, 1965–1984, since 1985."""
ONE_CHARACTER: Final = 0.06
FOREIGN_GIVEN: Final = (tuple(_FOREIGN_MEN.split()), tuple(_FOREIGN_WOMEN.split()))
FOREIGN_FAMILIES: Final = tuple(tuple(entry.split(":")) for entry in _FOREIGN_FAMILIES.split())
NICKNAMES: Final = tuple(tuple(part.split()) for part in _NICKNAMES.split("|"))
