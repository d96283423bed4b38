"""What is said on the timeline, by topic and by what it was about. A text is one phrase of each column.

``{item}`` is the product, ``{who}`` how the customer is addressed, ``{n}`` a small number, ``{day}`` a weekday.
"""

from __future__ import annotations

from typing import Final

Columns = tuple[tuple[str, ...], ...]

JOURNEY, FOOD, GEAR, TICKET = "journey", "food", "gear", "ticket"

_TAIL: Final = (
    "",
    "",
    "",
    "",
    "客人說不急。",
    "請晚上再聯絡。",
    "已回覆。",
    "約{day}再聯繫。",
    "白天在上班，傳訊息比較方便。",
    "已備註在訂單上。",
)

_WANTS: Final = (
    "想買「{item}」，",
    "問「{item}」還有沒有貨，",
    "在官網看到「{item}」，",
    "訂 {n} 份「{item}」，",
    "朋友推薦「{item}」，",
)
INQUIRY: Final[dict[str, Columns]] = {
    JOURNEY: (
        (
            "想訂「{item}」，",
            "問「{item}」還有沒有位子，",
            "看到「{item}」的介紹，",
            "考慮「{item}」，",
            "朋友推薦「{item}」，",
            "想帶爸媽參加「{item}」，",
            "{n} 個人想去「{item}」，",
        ),
        (
            "問出團日期和集合地點。",
            "想知道有沒有含早餐。",
            "問小孩占床怎麼算。",
            "問能不能改成包車。",
            "問有沒有素食餐。",
            "擔心長輩走不動，問行程會不會太趕。",
            "問刷卡可不可以分期。",
            "問下雨會不會取消。",
            "問可不可以指定靠窗座位。",
            "想要兩人一室、不要加床。",
            "問保險含不含醫療。",
            "問有沒有進購物站。",
            "想先看說明書再決定。",
        ),
        _TAIL,
    ),
    FOOD: (
        (
            *_WANTS,
            "要送長輩「{item}」，",
            "上次的「{item}」吃完了，",
            "公司同事也想團購「{item}」，",
            "拜拜要用「{item}」，",
        ),
        (
            "問可不可以指定到貨日。",
            "問效期多久。",
            "問能不能附手寫卡片。",
            "問有沒有提袋。",
            "想超商取貨。",
            "問滿多少免運。",
            "問可不可以分寄兩個地址。",
            "問可以開統編嗎。",
            "問有沒有無糖的。",
            "問有沒有含堅果。",
            "問要不要冷藏。",
            "問現在買有沒有折扣。",
        ),
        _TAIL,
    ),
    GEAR: (
        (*_WANTS, "出國前想買「{item}」，", "公司尾牙想訂「{item}」，"),
        (
            "想先看實品顏色。",
            "問保固幾年。",
            "問能不能刻名字。",
            "問門市有沒有現貨。",
            "問可不可以開三聯式發票。",
            "問跟上一款差在哪裡。",
            "問可不可以七天內退換。",
            "想超商取貨。",
            "問現在買有沒有折扣。",
        ),
        _TAIL,
    ),
    TICKET: (
        (
            "想買「{item}」，",
            "問「{item}」怎麼使用，",
            "在官網看到「{item}」，",
            "要送朋友「{item}」，",
            "{n} 個人要用「{item}」，",
        ),
        (
            "問使用期限。",
            "問連假能不能用。",
            "問要不要先預約。",
            "問可不可以轉送。",
            "問電子票怎麼收。",
            "問沒用完能不能退。",
            "問小孩要不要票。",
            "問當天買來得及嗎。",
        ),
        _TAIL,
    ),
}
DEPARTURE: Final[Columns] = (
    ("「{item}」行前說明：", "通知「{item}」出團資料，", "「{item}」出發前確認，", "提醒「{item}」集合時間，"),
    ("護照效期已確認。", "集合改到第二航廈 {n} 號櫃檯。", "提醒帶薄外套和雨具。", "餐食改為一份素食。", "已寄電子說明書。", "早上六點四十集合，提醒別遲到。", "房型確認為兩小床。", "行李以一件 23 公斤為限。",
     "導遊姓名與電話已傳。", "客人另外加購機場接送。"),
    ("", "", "客人沒有其他問題。", "客人很期待。", "客人說會再確認同行者的英文姓名。", "未接，改傳訊息。"),
)  # fmt: skip
_ABOUT: Final = ("「{item}」", "關於「{item}」，客人", "收到「{item}」後，客人")
AFTER_SALE: Final[dict[str, Columns]] = {
    JOURNEY: (
        ("「{item}」", "關於「{item}」，客人"),
        (
            "想多加一位，請幫忙查位子。",
            "要改姓名拼音。",
            "想延後一週出發，問手續費。",
            "要補開代收轉付收據。",
            "問退還的訂金何時入帳。",
            "想跟領隊要團體照。",
            "想換房型。",
            "說長輩感冒，問能否換人。",
        ),
        _TAIL,
    ),
    FOOD: (
        _ABOUT,
        (
            "問貨到哪裡了。",
            "要補開三聯式發票。",
            "想改寄到公司。",
            "說少了提袋，請補寄。",
            "問保存方式。",
            "想把收件人改成媽媽。",
            "問開封後可以放多久。",
            "想再加訂一份同一天到。",
        ),
        _TAIL,
    ),
    GEAR: (
        _ABOUT,
        (
            "問貨到哪裡了。",
            "問怎麼設定密碼鎖。",
            "想換另一個尺寸。",
            "問保固怎麼登錄。",
            "要補開三聯式發票。",
            "想改寄到公司。",
            "問輪子壞了能不能只換輪子。",
            "想換顏色。",
        ),
        _TAIL,
    ),
    TICKET: (
        ("「{item}」", "關於「{item}」，客人"),
        (
            "說沒收到兌換碼，請重寄。",
            "想延長期限。",
            "要補開收據。",
            "問現場排隊要多久。",
            "想換成別的日期。",
            "問可否轉讓家人。",
            "說掃描不過，請協助。",
        ),
        _TAIL,
    ),
}
THANKS: Final[Columns] = (
    ("謝謝，", "來訊道謝：", "特地來稱讚，", "客人說"),
    (
        "「{item}」大家都很喜歡。",
        "包裝很漂亮，收禮的人很開心。",
        "客服很有耐心，下次再訂。",
        "這次安排得很順，長輩很滿意。",
        "到貨比預期快。",
        "味道跟以前一樣好。",
        "會介紹給同事。",
    ),
)
COMPLAINT: Final[dict[str, tuple[str, ...]]] = {
    JOURNEY: (
        "「{item}」導遊遲到半小時，沒有人說明", "「{item}」住的飯店跟說明書不一樣", "「{item}」行程臨時少一個景點", "「{item}」遊覽車冷氣壞了，全車很不舒服", "「{item}」出發前一天才通知改集合地點",
        "「{item}」餐食跟廣告落差很大", "「{item}」領隊一直推銷購物站", "「{item}」同一筆訂金被刷了兩次",
    ),
    FOOD: (
        "「{item}」外盒壓壞，送禮很失禮", "「{item}」晚了一個星期才到，錯過送禮時間", "「{item}」少一盒", "「{item}」寄錯口味", "「{item}」效期只剩不到十天", "「{item}」打開有異味",
        "「{item}」說好附卡片卻沒有附", "打了三次電話才有人接，「{item}」還是沒寄出",
    ),
    GEAR: (
        "「{item}」拉鍊第一次用就卡住", "「{item}」寄錯顏色", "「{item}」外殼有刮痕", "「{item}」晚了一個星期才到，出國沒用到", "「{item}」跟網站照片不一樣", "「{item}」送修一個月沒消息",
    ),
    TICKET: (
        "「{item}」現場不能用，白跑一趟", "「{item}」兌換碼一直沒收到", "「{item}」說不用預約，到了才說額滿", "「{item}」被重複扣款", "「{item}」退票等了三週",
    ),
}  # fmt: skip
COMPLAINT_SAID: Final = (
    "客人很生氣，要求主管回電。",
    "語氣平和，希望給個說法。",
    "說如果不處理就不會再買了。",
    "附了照片。",
    "要求退費。",
    "已先致歉並說明處理時間。",
    "",
)
SETTLED: Final = (
    "已補寄並致歉，客人接受。", "退還運費並送折價券，客人滿意。", "主管親自致電說明，客人表示理解。", "辦理換貨，三天內寄出。", "退款已入帳，客人說下次再給機會。", "補償下次行程九折，已寄書面說明。",
    "查明是物流疏失，已全額賠償。",
)  # fmt: skip
SETTLED_LATE: Final = (
    "拖了太久，客人雖收下退款但很不滿。",
    "最後以退費結案，客人說不會再買。",
    "物流與門市互踢，客人等了一個多月。",
    "補寄又寄錯一次，之後才補齊。",
)
LEAD: Final[Columns] = (
    ("留下聯絡方式，", "填了資料，", "在攤位聊過，", "來詢問，", "參加抽獎，"),
    ("想收到旅遊優惠。", "對「{item}」有興趣。", "想了解會員福利。", "預計暑假帶小孩出國，還沒決定地點。", "問年節禮盒什麼時候開賣。", "公司想辦員工旅遊，先詢價。", "想要型錄。", "希望加入 LINE 好友拿折價券。",
     "正在比較幾家旅行社。"),
)  # fmt: skip
FOLLOW_UP: Final[Columns] = (
    ("致電說明近期行程，", "寄了當季型錄，", "介紹「{item}」，", "追蹤上次的詢問，", "傳了首購優惠，"),
    (
        "對方說再考慮。",
        "沒有接，改天再試。",
        "對方想等家人一起決定。",
        "預算大約 {n} 萬，日期未定。",
        "已經跟別家訂了，明年再說。",
        "請我們{day}再打。",
        "有興趣，想看實品。",
        "說價格偏高。",
        "已讀未回。",
    ),
)
CARE: Final[Columns] = (
    ("拜訪福委會，", "例行聯繫窗口，", "去電追蹤，", "和總務討論下一季需求，", "致電關心上批禮品，", "到公司說明新品，", "年度檢討會議，"),
    ("中秋大約要 {n}0 份，預算未定。", "員工旅遊傾向東部兩天一夜。", "窗口下個月換人，已交換名片。", "對方同時在看另外兩家報價。", "希望禮盒改用環保包裝。", "付款條件希望延到月結 45 天。", "對上次交貨很滿意，願意續約。",
     "生日禮改成禮物卡，想要線上兌換。", "股東會紀念品要提早三個月打樣。", "主管最在意準時到貨。", "尾牙抽獎想放旅遊券。"),
    ("", "", "會後寄會議紀錄。", "下週提供樣品。", "等對方內部簽核。"),
)  # fmt: skip
QUOTE: Final[Columns] = (
    ("寄出「{item}」報價，", "更新報價：「{item}」，", "回覆「{item}」的詢價，", "修改「{item}」數量後重新報價，"),
    (
        "{n}0 份，含客製燙金。",
        "有效期 30 天。",
        "含運送到各分公司。",
        "對方要求再降 3%。",
        "另附樣品照片。",
        "含稅，月結。",
        "分兩批交貨。",
    ),
)
GRUMBLE: Final[Columns] = (
    ("客人說", "閒聊時提到", "電話中表示", "來訊說"),
    ("最近別家比較便宜。", "今年預算縮減，會少買一點。", "運費漲了有點猶豫。", "網站結帳常常卡住。", "同類的東西看到便利商店也有。", "工作忙，最近沒空出門。", "小孩大了，不太跟團了。", "會員點數變難用。",
     "想換換口味。", "上次的事情還有點介意。"),
)  # fmt: skip
SILENCE: Final = (
    "好久沒下單，致電關心，未接。",
    "問候近況，客人說最近比較忙。",
    "久未往來，致電問候，未接，改傳訊息。",
    "客人表示目前用不到，有需要再聯絡。",
    "號碼響很久沒人接。",
    "客人客氣但冷淡，只說再看看。",
    "客人說最近少出門。",
    "家人代接，說會轉告。",
    "客人說現在都在住家附近買。",
    "問起上次的事，客人說算了。",
)
WIN_BACK: Final = (
    "提供回娘家優惠，等回覆。",
    "邀請參加熟客茶會，客人說再看看。",
    "客人說已在別家訂購。",
    "提供運費全免一次。",
    "送生日折價券，提到以前常買的品項。",
    "客人說搬家了，之後可能再訂。",
    "客人謝謝我們還記得他。",
    "客人說下次過年再說。",
)
RETURNED: Final = (
    "老客人回來了，記得他喜歡的口味。",
    "隔了很久再下單，致電感謝。",
    "說是朋友提醒才想到我們。",
    "回來試試看，請優先出貨。",
    "看到新行程又回來訂。",
)
PREFERENCE: Final = (
    "喜歡靠走道的座位。", "不吃牛。", "全素。", "對花生過敏，禮盒請避開堅果類。", "習慣刷卡分期。", "送禮多半寄到南部老家。", "喜歡安靜的行程，不進購物站。", "每年農曆年前會訂禮盒給客戶。", "包裹請放管理室。",
    "週末才方便接電話。", "家裡有兩個學齡兒童。", "媽媽行動不便，需要無障礙房。", "偏好高山茶，不喝咖啡。", "常幫公司同事一起訂。", "膝蓋不好，不排登山行程。", "喜歡蒐集限量款行李箱。", "講台語比較親切。",
)  # fmt: skip
REFERRAL: Final = (
    "朋友介紹來的，兩位都送了折價券。",
    "由老客人推薦，第一次來。",
    "說是同事推薦的。",
    "家人介紹，常聽說我們的鳳梨酥。",
)

PROMISES: Final[dict[str, tuple[str, ...]]] = {
    "INQUIRY.journey": (
        "回電告知「{item}」的位子與價格",
        "寄「{item}」的詳細說明",
        "幫忙保留「{item}」到週末",
        "問旅行業者「{item}」能否加開",
        "確認「{item}」素食餐後回覆",
    ),
    "INQUIRY": (
        "回覆「{item}」可到貨日",
        "查「{item}」門市庫存並回電",
        "保留「{item}」到週末",
        "確認「{item}」能否開統編後回覆",
    ),
    "INQUIRY.ticket": ("確認「{item}」連假能否使用並回覆", "傳「{item}」使用說明", "回電告知「{item}」的剩餘張數"),
    "AFTER_SALE.journey": (
        "確認「{item}」改期手續費後回覆",
        "請領隊提供「{item}」的照片",
        "補開「{item}」的收據寄出",
        "查「{item}」還能不能加一位",
    ),
    "AFTER_SALE": (
        "補寄「{item}」的提袋",
        "查「{item}」的出貨進度並回電",
        "補開「{item}」的發票寄出",
        "問原廠「{item}」的換貨時間",
    ),
    "AFTER_SALE.ticket": ("重寄「{item}」的兌換碼", "問業者「{item}」能否延期後回覆"),
    "CARE": (
        "送「{item}」樣品過去",
        "寄會議紀錄與「{item}」報價",
        "確認「{item}」年底交期",
        "與財務確認月結條件後回覆",
        "安排主管拜訪",
        "提供三款禮盒比較表",
    ),
    "QUOTE": (
        "寄出修正後的「{item}」報價",
        "確認「{item}」客製版面後回覆",
        "詢問工廠「{item}」的交期並回電",
        "補「{item}」的樣品照片",
    ),
    "FOLLOW_UP": ("再打電話說明「{item}」", "寄當季型錄", "傳「{item}」的優惠碼", "確認「{item}」的價格後回覆"),
    "GRUMBLE": ("查熟客優惠並回覆", "請網站同事查結帳問題後回電", "問能否恢復免運並回電"),
    "DEPARTURE": ("確認素食餐後回覆", "補傳「{item}」導遊聯絡方式", "確認機場接送時間"),
}
OUTCOMES_KEPT: Final = ("已回電說明", "已寄出", "已處理，客人說好", "已回覆並下訂", "已傳訊息", "留言告知")
RETURN_REASONS: Final = ("商品破損", "寄錯款式", "太晚收到", "尺寸不合", "買錯", "收禮的人不需要")

ENGLISH: Final[dict[str, tuple[str, ...]]] = {
    "COMPLAINT.journey": ("“{item}”: nobody spoke English although it was promised", "“{item}”: the hotel was not the one we booked", "Charged twice for “{item}”"),
    "INQUIRY.journey": ("Asked whether “{item}” can be booked in English.", "Would like to know if there are seats left for “{item}”.", "Asked whether “{item}” suits small children."),
    "LEAD": ("Left contact details, would like to hear about tours with an English-speaking guide.", "Asked for the catalogue in English.", "Interested in “{item}”."),
    "INQUIRY": ("Would like to know if “{item}” is still available.", "Asked how to pay for “{item}” with a foreign card.", "Asked about shipping “{item}” to an office in Taipei."),
    "DEPARTURE": ("Sent meeting point and the guide's number.", "Confirmed vegetarian meals.", "Passport name checked against the booking."),
    "AFTER_SALE": ("Needs the receipt in English.", "Asked where the parcel is.", "Wants to change the date; fee explained."),
    "THANKS": ("Wrote to say the trip was wonderful.", "The gift box was a great success.", "Thanked us for the quick answer."),
    "COMPLAINT": ("“{item}” arrived damaged", "Charged twice for “{item}”"),
    "SETTLED": ("Refunded and apologised; accepted.", "Replacement sent, customer is content."),
    "FOLLOW_UP": ("Will decide after the holidays.", "Did not answer, left a message.", "Finds the price a little high."),
    "GRUMBLE": ("Mentioned that another agency is cheaper.", "Says the web shop is hard to use in English."),
    "SILENCE": ("No order for a long time; called, no answer.",),
    "WIN_BACK": ("Sent the come-back offer.",),
    "RETURNED": ("Back after a long time; remembered the old preferences.",),
    "PREFERENCE": ("Prefers English by e-mail.", "Vegetarian.", "Travels with two children.", "Likes oolong tea."),
    "REFERRAL": ("Recommended by a colleague.",),
}  # fmt: skip
WEEKDAYS: Final = ("週一", "週二", "週三", "週四", "週五", "週六")
CONSENT_PROOF: Final = (
    "會員申請書第 3 條勾選",
    "官網註冊時勾選同意條款",
    "LINE 加好友時按下同意",
    "門市填寫紙本同意書",
    "電話中口頭同意，有錄音",
    "旅展報名表簽名",
)
CONSENT_WITHDRAWN: Final = (
    "信件底部按下取消訂閱",
    "電話中要求不要再打來",
    "在 LINE 封鎖官方帳號",
    "會員中心關閉通知",
    "來信要求停止行銷",
)
