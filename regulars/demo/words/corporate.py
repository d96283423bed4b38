"""Words of the inside of companies: positions, machines, service plans, companies around us. None of them exists."""

from __future__ import annotations

from typing import Final

POSITIONS: Final = (
    "總經理", "行政副總經理", "業務副總經理", "財務長", "人資協理", "總務經理", "採購經理", "北區業務經理", "南區業務經理", "會計經理",
    "出納專員", "人資專員", "總務專員", "業務專員",
)  # fmt: skip
"""By place in the plan of ``simulator.companies.PLAN``."""

FORMER_POSITION: Final = "總經理"
MACHINES: Final = ("商用全自動咖啡機 CM-300", "茶飲沖泡機 TB-20", "會議室迎賓咖啡機 CM-120", "員工休息室飲水吧台 WB-8")
PLANS: Final = (
    ("咖啡機定期保養合約", 24, 4, 1_280_000, "零件與工資全含，耗材另計", 30),
    ("咖啡機全責維護合約", 4, 12, 3_600_000, "四小時到場、零件工資耗材全含、代用機", 60),
    ("設備年度保養合約", 48, 2, 680_000, "每半年保養一次，零件另計", 30),
    ("設備金級維護合約", 8, 6, 2_400_000, "平日八小時內到場，零件工資全含", 45),
)
"""Title, answer within hours, visits included, amount (minor units), coverage, notice in days."""

VISIT_NOTES: Final = ("更換濾心並清洗管路", "校正磨豆刻度", "更換鍋爐墊圈", "例行保養，狀況良好", "排除出水異常")
END_REASONS: Final = ("公司搬遷，設備撤回", "改由集團統一採購", "辦公室縮編")
AROUND: Final = (
    ("晨霧咖啡器材行", "Morning Mist Coffee Equipment", "vendor", "咖啡器材"),
    ("島風印刷設計", "Island Breeze Print", "vendor", "印刷"),
    ("山海接送車隊", "Hills and Sea Transfers", "partner", "旅客運輸"),
    ("稻香民宿聯盟", "Ricefield Stays", "partner", "住宿"),
    ("好禮旅行社", "Good Gift Travel", "competitor", "旅行社"),
)
"""Name, name in English, role, industry."""
