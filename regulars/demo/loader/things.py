"""What customers own of the company's (suitcases with warranty, yearly passes) and what was agreed with companies."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from regulars.customers.models import Asset, Contract, Task
from regulars.demo.loader.bulk import write
from regulars.demo.loader.talk import Desk
from regulars.demo.loader.trade import CURRENCY, MINOR
from regulars.demo.simulator.arrays import Days, Ints
from regulars.demo.simulator.baskets import NO_PRODUCT
from regulars.demo.simulator.model import DAYS
from regulars.demo.simulator.products import CODES

_YEAR: Final = 365.0
WARRANTY_YEARS: Final = {"LU": (1, 2, 3, 5), "PA": (1, 1, 1, 1)}
_TITLES: Final = ("企業年節禮品合作協議", "員工旅遊年度合約", "企業福利採購合約")
_VISITS: Final = ("拜訪福委會談下一季禮品", "年度檢討會議", "送樣品並簡報新品", "談續約條件")
VISITED_SOON: Final = 0.2  # of the companies under contract, a visit is planned within three weeks
LONGEST_TERM_YEARS: Final = 4


def load_things(desk: Desk, products: range) -> int:
    """Write assets, contracts and planned visits; returns the number of rows."""
    return _assets(desk, products) + _contracts(desk) + _visits(desk)


def _assets(desk: Desk, products: range) -> int:
    """One asset for each line of suitcases or yearly passes that a known person bought."""
    company, trade = desk.company, desk.company.trade
    group = np.where(trade.line_product == NO_PRODUCT, -1, company.market.goods.group[trade.line_product])
    owner = company.orders.customer[trade.line_order]
    line = np.flatnonzero(np.isin(group, [CODES.index(code) for code in WARRANTY_YEARS]) & (owner >= 0))
    bought: Days = company.orders.at[trade.line_order[line]]
    years = np.array(
        [WARRANTY_YEARS[CODES[g]][n % 4] for g, n in zip(group[line].tolist(), line.tolist(), strict=True)], np.float64
    )
    product = trade.line_product[line].tolist()
    return write(
        Asset, len(line), id=desk.keys.run(Asset, len(line)), party_id=[desk.found.keys[i] for i in owner[line].tolist()], product_id=[products[i] for i in product],
        name=[company.market.goods.name[i] for i in product],
        serial=[f"FH{company.market.goods.code[i]}-{company.start + n:07d}" for i, n in zip(product, line.tolist(), strict=True)],
        installed_on=desk.calendar.dates(bought), warranty_until=desk.calendar.dates(bought + years * _YEAR),
    )  # fmt: skip


def _contracts(desk: Desk) -> int:
    """Yearly agreements, each term a contract of its own; the last of those who left was not renewed."""
    firm, since, amount = desk.company.agreements
    left = desk.company.course.left_at[firm]
    terms = np.clip(np.ceil((np.minimum(left, DAYS) - since) / _YEAR), 1, LONGEST_TERM_YEARS).astype(np.int64)
    which: Ints = np.repeat(np.arange(len(firm)), terms)
    number = np.arange(len(which)) - np.repeat(np.cumsum(terms) - terms, terms)
    starts = since[which] + number * _YEAR
    days = desk.calendar.dates(starts)
    size, customers = len(which), firm[which].tolist()
    pks = desk.keys.run(Contract, size)
    return write(
        Contract, size, id=pks, kind="supply", follows_id=[pk - 1 if term else None for pk, term in zip(pks, number.tolist(), strict=True)],
        party_id=[desk.found.keys[i] for i in customers], title=[_TITLES[i % len(_TITLES)] for i in customers],
        number=[f"FH-{day[:4]}-{desk.company.start + i:04d}" for i, day in zip(customers, days, strict=True)],
        starts_on=days, ends_on=desk.calendar.dates(starts + _YEAR - 1), currency=CURRENCY,
        amount=(amount[which].astype(np.int64) * MINOR).tolist(), terms="全年採購享 92 折，月結 30 天，指定到貨日不另計費。",
    )  # fmt: skip


def _visits(desk: Desk) -> int:
    """Visits that sellers have planned with companies."""
    firm, _, _ = desk.company.agreements
    still = firm[desk.company.course.left_at[firm] > DAYS]
    chosen = [i for i in still.tolist() if (i * 7_919) % 100 < 100 * VISITED_SOON]
    due = DAYS + np.array([(i * 31) % 21 + (i % 7) / 8 for i in chosen], np.float64)
    who: list[Any] = [desk.seller(i) for i in chosen]
    return write(
        Task, len(chosen), id=desk.keys.run(Task, len(chosen)), party_id=[desk.found.keys[i] for i in chosen], kind="visit",
        title=[_VISITS[i % len(_VISITS)] for i in chosen], due_at=desk.calendar.appointments(due), assignee_id=who,
        created_by_id=who, created_at=desk.calendar.moments(np.full(len(chosen), DAYS - 2.5), at_work=True),
    )  # fmt: skip
