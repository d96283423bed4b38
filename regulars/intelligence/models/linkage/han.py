"""Characters written differently that mean the same: simplified and variant forms in names, brought to one."""

from __future__ import annotations

from typing import Final

_PAIRS: Final = """
陈陳 张張 刘劉 杨楊 赵趙 黄黃 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 韩韓 许許 邓鄧 冯馮 萧蕭 蒋蔣 叶葉 苏蘇 卢盧 吕呂 陆陸 贾賈 钟鍾 谭譚 邹鄒 阎閻 钱錢 汤湯 龙龍 万萬 贺賀 赖賴 龚龔 庞龐
颜顏 庄莊 涂塗 严嚴 华華 齐齊 关關 欧歐 阳陽 兰蘭 鲁魯 韦韋 俞兪 温溫 简簡 费費 卫衛 聂聶 顾顧 侯矦 连連 党黨 应應 冼洗 滕縢 鲍鮑 云雲 苹蘋 窦竇 乔喬 丽麗 伟偉 国國 荣榮 杰傑 东東
军軍 义義 礼禮 凤鳳 宝寶 宾賓 刚剛 强強 红紅 艳艷 琼瓊 娇嬌 静靜 颖穎 莹瑩 轩軒 鸿鴻 鹏鵬 飞飛 进進 运運 达達 远遠 选選 适適 邓鄧 银銀 锋鋒 锦錦 铭銘 锐銳 镇鎮 长長 门門 闻聞 阁閣
随隨 难難 雾霧 韵韻 顺順 项項 须須 领領 颂頌 风風 饶饒 驰馳 骏駿 骆駱 鸣鳴 鹤鶴 鲜鮮 麦麥 龄齡 业業 丰豐 为為 乐樂 书書 亚亞 产產 亲親 仪儀 优優 传傳 伦倫 体體 侠俠 俊儁 俭儉 债債
倾傾 儿兒 兴興 养養 冲沖 净淨 凯凱 刘劉 创創 劲勁 励勵 劳勞 势勢 勋勳 区區 医醫 协協 单單 卖賣 厅廳 厂廠 历歷 压壓 参參 双雙 发發 变變 台臺 号號 叶葉 听聽 启啟 员員 响響 园園 围圍 图圖
圣聖 场場 坚堅 坛壇 垒壘 埔埔 墙牆 壮壯 声聲 处處 备備 复復 头頭 奋奮 奖獎 妆妝 妇婦 妈媽 姗姍 娄婁 娱娛 孙孫 学學 宁寧 实實 宪憲 宫宮 对對 寻尋 导導 尔爾 尘塵 尧堯 尽盡 层層 岁歲 岂豈
岗崗 岛島 岭嶺 岳嶽 峡峽 币幣 师師 帐帳 带帶 帮幫 广廣 庆慶 库庫 废廢 开開 弹彈 归歸 当當 录錄 彦彥 彻徹 径徑 忆憶 怀懷 态態 恋戀 恒恆 恳懇 恺愷 悦悅 惠惠 惯慣 愿願 戏戲 战戰 户戶 扬揚
扩擴 护護 报報 担擔 择擇 挥揮 捷捷 损損 据據 摄攝 数數 斋齋 断斷 无無 旧舊 时時 旷曠 昆崑 显顯 晋晉 晓曉 晖暉 暂暫 术術 机機 权權 来來 极極 构構 枫楓 柠檸 栋棟 标標 树樹 样樣 桥橋 梦夢
检檢 楼樓 榄欖 横橫 欢歡 毕畢 气氣 汇匯 汉漢 沟溝 沪滬 沈瀋 泪淚 泽澤 洁潔 济濟 涛濤 润潤 涧澗 渊淵 渔漁 温溫 湾灣 湿濕 满滿 滨濱 灵靈 灯燈 炜煒 点點 炼煉 热熱 烨燁 焕煥 爱愛 爷爺 状狀
独獨 猎獵 献獻 玛瑪 环環 现現 玺璽 珑瓏 琐瑣 电電 画畫 畅暢 疗療 皎皎 监監 盖蓋 盘盤 盐鹽 确確 碍礙 种種 积積 称稱 稳穩 穷窮 竞競 笔筆 节節 范範 筑築 签簽 篮籃 类類 粮糧 紧緊 纤纖 约約
级級 纪紀 纬緯 纯純 纲綱 纳納 纵縱 纹紋 线線 练練 组組 细細 织織 终終 绍紹 经經 结結 给給 络絡 绝絕 统統 绣繡 继繼 绩績 绪緒 续續 维維 绵綿 绿綠 缘緣 缪繆 网網 罗羅 职職 联聯 聪聰 肃肅
胜勝 胡鬍 脉脈 腾騰 舰艦 舆輿 艺藝 节節 芦蘆 苍蒼 荐薦 荡蕩 莲蓮 获獲 营營 蓝藍 蔷薔 虑慮 虽雖 补補 装裝 见見 观觀 规規 视視 览覽 觉覺 订訂 认認 讨討 让讓 训訓 议議 记記 讲講 论論 设設
访訪 证證 评評 识識 诉訴 词詞 译譯 试試 诗詩 诚誠 话話 询詢 语語 误誤 说說 请請 诸諸 诺諾 读讀 课課 谁誰 调調 谊誼 谋謀 谦謙 谷穀 豪豪 贝貝 贞貞 负負 贡貢 财財 责責 贤賢 质質 贯貫 贵貴
贸貿 资資 赋賦 赏賞 赐賜 赞贊 赢贏 车車 转轉 轮輪 软軟 轻輕 载載 较較 辉輝 辑輯 输輸 边邊 迁遷 过過 迈邁 还還 这這 选選 递遞 逻邏 遥遙 邮郵 郁鬱 邻鄰 郏郟 释釋 里裡 鉴鑒 针針 钢鋼 钧鈞
钦欽 铁鐵 铃鈴 铜銅 铝鋁 锡錫 键鍵 镜鏡 闵閔 间間 闽閩 阅閱 队隊 际際 陇隴 陕陝 险險 隐隱 雳靂 霭靄 页頁 顶頂 预預 频頻 题題 额額 飏颺 飘飄 饭飯 饮飲 馆館 驻駐 驾駕 验驗 鱼魚 鸟鳥 鸡雞
鸥鷗 黄黃 龟龜 峯峰 溫温 啓啟 衆眾 羣群 蔴麻 喆哲 陞升 恆恆 淸清 敎教 敍敘 眞真 靑青 縂總 双雙 丰豐 臺台 凃涂 塗涂 沈沈
"""
_KEPT_APART: Final = "兪矦瀋洗縢儁鬍穀鬱裡範崑嶽沖"
"""Forms that are names of their own and stay: 范 is not 範 in a surname, 沈 not 瀋."""


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for pair in _PAIRS.split():
        if pair[1] not in _KEPT_APART and pair[0] != pair[1]:
            table[ord(pair[0])] = pair[1]
    table[ord("溫")], table[ord("塗")], table[ord("臺")] = "温", "涂", "台"
    for code in ("溫", "温"):
        table[ord(code)] = "温"
    for key, value in list(table.items()):
        table[key] = value.translate(table) if ord(value) in table else value
    for ending in ("台", "温", "涂"):
        table.pop(ord(ending), None)
    return table


_ONE_FORM: Final = _table()


_SOUNDING_ALIKE: Final = """
嘉家佳加珈 偉瑋韋緯煒葦 怡宜儀沂頤 雅亞 俊駿峻雋鈞均君軍竣 宏弘鴻泓紘閎洪 志智治至致 明銘鳴名茗 傑杰潔捷 翔祥詳 婷庭廷亭霆 芳方 慧惠蕙卉 玲鈴伶靈苓齡 欣馨心昕新信歆鑫
文雯紋汶 芸云雲耘 軒萱宣瑄 宇羽雨妤語予瑜渝榆愉俞 涵函韓寒 凱愷楷鎧 哲喆 彥晏燕豔硯諺 珊姍山 莉麗儷俐 美梅玫 靜淨敬境 秀琇繡 真貞珍臻 芬棻 如茹儒 筱曉小 子紫梓 芷止
昱育毓玉煜鈺譽裕郁 柏伯博 承成誠丞程呈澄晟 峰鋒豐楓鳳 榮蓉容融 仁人 維惟唯薇 振鎮震鎭 聖勝盛 晨辰宸 澤則擇 佑祐右宥又幼 霖琳林麟 瑞睿銳 恩 建健見 國果 正政證 義毅奕逸藝益翊億易
德得 福富甫 昌倉 忠鍾中仲 和禾何河 清青卿輕 松嵩 龍隆 進晉勁 金今錦 坤昆 茂懋 源元圓原園 豪毫 銓全泉 賢嫻閑 彬斌賓 冠貫觀 毅逸 皓浩昊灝 勳薰 諾 平萍苹坪 娟涓捐 憶億 真甄 淑舒書叔
玉裕 鳳奉 雪薛 月悅玥樂躍越岳 蘭嵐藍 素愫 琴勤芹秦 華樺花 春純淳 桂貴 碧璧 香湘鄉 霞俠 瓊窮 敏閔 寶葆 滿曼 彤童同桐 妍研言妍嚴延 品 采彩綵 蓁真禎 若偌 晴情擎 綺琦奇齊祺其琪棋 沛佩霈
"""


def _sounds() -> dict[int, str]:
    table: dict[int, str] = {}
    for group in _SOUNDING_ALIKE.split():
        for character in group:
            table.setdefault(ord(character), table.get(ord(group[0]), group[0]))
    return table


_SOUND: Final = _sounds()


def spoken(text: str) -> str:
    """``text`` with characters of names that sound alike in Mandarin as one: what somebody may write who has only heard it.

    >>> spoken("佳瑋") == spoken("家偉")
    True
    """
    return text.translate(_SOUND)


def one_form(text: str) -> str:
    """``text`` with simplified and variant characters in the form usual in Taiwan; other characters stay.

    >>> one_form("陈怡静")
    '陳怡靜'
    """
    return text.translate(_ONE_FORM)
