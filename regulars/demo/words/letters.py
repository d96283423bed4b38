"""Conversations of the demonstration: subject and what was said, in the customer's own language. ``<`` they, ``>`` we, ``#`` among us."""

from __future__ import annotations

from typing import Final

LETTERS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("請問訂單什麼時候出貨", ("<您好，\n\n請問我上週訂的商品什麼時候會出貨？下週三要出國，希望能在那之前收到。\n\n謝謝。",)),
    ("發票抬頭打錯了", (
        "<您好，上次的發票統一編號打錯了，可以幫我們重開嗎？",
        ">您好，沒問題。請把正確的抬頭與統一編號回覆給我們，三個工作天內寄出新的電子發票。",
        "<統編是下方簽名檔裡的那一組，麻煩了。\n\n客服 於 昨天 寫道：\n> 請把正確的抬頭與統一編號回覆給我們，\n> 三個工作天內寄出新的電子發票。",
    )),
    ("行李箱輪子有問題", (
        "<收到行李箱後推沒幾次，右後輪就卡住了，附上照片說明。請問怎麼換貨？",
        "#老客戶，先寄新輪組給她，不用等退回。",
        ">非常抱歉造成不便。我們今天會先寄出一組新的輪子，換裝方式附在包裹裡，舊的不用寄回。",
    )),
    ("想訂中秋禮盒給員工", (
        "<我們公司大約 80 人，想先了解中秋禮盒的企業價格與最晚訂購日，能不能印公司標誌？",
    )),
    ("電子報太頻繁", ("<一週收到三封有點多，可以改成每月一封嗎？", ">已為您調整為每月一封，謝謝您的意見。")),
    ("航班異動，行程還能改嗎", ("<航空公司通知班機提早兩小時，請問接送時間能一起改嗎？電話一直打不通，有點急。",)),
    ("謝謝你們", ("<上次的沖繩行程安排得很好，爸媽玩得很開心，特別謝謝你們的細心。", ">謝謝您的回饋，我們會轉告同事。期待再為您服務！")),
    ("會員點數沒有入帳", ("<十月的訂單點數好像沒有進來，麻煩查一下。",)),
)  # fmt: skip
"""To Chinese-speaking customers."""

LETTERS_IN_ENGLISH: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Where is my order?", (
        "<Hello,\n\nmy order from last Thursday still says “being packed”. I fly on Friday and would love to have the suitcase by then.\n\nThank you",
    )),
    ("Invoice in English?", (
        "<Hi, could you send me the last invoice with an English description? My employer asks for it.",
        ">Of course. It is on its way to you as a PDF within the hour.",
        "<Perfect, thank you!\n\nOn Tue, customer service wrote:\n> It is on its way to you as a PDF within the hour.",
    )),
    ("Change of travel dates", (
        "<We would like to move our Hokkaido tour by one week. Is there a fee, and are there seats left?",
        "#She booked through the spring fair; the first change is free.",
    )),
)  # fmt: skip
"""To those who are spoken with in English."""

STRANGERS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("陳先生", "chen.buyer@trade.example", "想詢問批發合作", "您好，我們在中部有三家選品店，想了解貴公司商品的批發條件，請問可以跟誰聯絡？"),
    ("Growth Team", "growth@rank-you-first.example", "Rank #1 in 7 days", "Dear sir or madam, we make any website first. Answer now for a discount."),
)  # fmt: skip
"""Name, address, subject and words of people nobody knows."""

CANNED: Final[tuple[tuple[str, str, str], ...]] = (
    ("出貨時間", "{name}您好：\n\n您的訂單將於兩個工作天內出貨，出貨後會再通知您。\n\n{my_name}\n{company}",
     "Dear {name},\n\nyour order leaves within two working days; you will hear from us when it does.\n\n{my_name}\n{company}"),
    ("重開發票", "{name}您好：\n\n請回覆正確的抬頭與統一編號，三個工作天內會寄出新的電子發票。\n\n{my_name}\n{company}",
     "Dear {name},\n\nplease answer with the right name and tax ID; the new invoice follows within three working days.\n\n{my_name}\n{company}"),
    ("感謝回饋", "{name}您好：\n\n謝謝您告訴我們，已轉達給負責的同事。\n\n{my_name}", "Dear {name},\n\nthank you for telling us. Your words have reached the colleagues concerned.\n\n{my_name}"),
)  # fmt: skip
"""Name of a canned answer, in Chinese, in English."""
