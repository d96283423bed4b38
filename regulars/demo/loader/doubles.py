"""Second records of some customers, as a real house has them, and people who only look alike; the truth is written beside.

One person in sixty was written down twice: with a shop card and again on the web, after a move, by somebody who spelt
otherwise. One company in eight stands there again under a short or English name. Of every few hundred people one has a
twin on record: the same family name, birth date, address and landline, another given name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from regulars.customers.models import ContactPoint, Identifier, Party, PartyRole
from regulars.demo.loader import naming
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.entries import Entries, as_json
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.parties import Parties, home_of, landline_of
from regulars.demo.loader.staff import Staff
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.model import DAYS, Kind
from regulars.demo.words import names, places
from regulars.kit import text

PEOPLE: Final = 1 / 60
COMPANIES: Final = 1 / 8
TWINS: Final = 1 / 400
_SEED: Final = 50_011
_SIMPLIFIED: Final = dict(
    zip("陳張劉楊黃吳許鄭謝蘇葉趙盧鄧馬賴莊蕭簡鍾", "陈张刘杨黄吴许郑谢苏叶赵卢邓马赖庄萧简钟", strict=True)
)
_HEARD: Final = dict(
    zip(
        "偉宏志傑銘哲凱翔嘉維政柏佑毅宇冠廷彥婷怡君惠玲慧琪靜宜欣文如心瑜真涵庭瑄思妍萱",
        "瑋弘智杰明喆愷祥佳惟正伯祐奕羽觀庭晏庭宜鈞慧鈴惠琦淨怡馨雯茹欣妤貞函婷萱絲研宣",
        strict=True,
    )
)
"""What is written by somebody who only heard the name."""
_TILL, _NEW_NUMBERS = "till", 1_500_000


@dataclass
class Double:
    """A record that is not of a new customer; ``same`` is False of somebody who only looks alike."""

    of: int
    how: str
    same: bool = True
    facts: dict[str, Any] = field(default_factory=dict)
    points: list[tuple[str, str, str]] = field(default_factory=list)  # kind, raw, normalised


class Doubles:
    """Draws and writes the second records of a chunk; ``told`` gathers the truth of all chunks."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.told: list[tuple[int, int, str, bool]] = []

    def load(
        self, company: Company, found: Parties, staff: Staff, *, keys: Keys, calendar: Calendar, entries: Entries
    ) -> int:
        """Write the second records of a chunk; returns the number of rows."""
        rng = np.random.default_rng((_SEED, self._seed, company.start))
        drawn = _Drawn(company, found, rng)
        doubles = drawn.people() + drawn.companies() + drawn.twins()
        if not doubles:
            return 0
        pks = keys.run(Party, len(doubles))
        lead = np.array([company.people.lead_at[one.of] for one in doubles])
        since = calendar.moments(np.floor(lead + (DAYS - lead) * rng.uniform(0.2, 0.95, len(doubles))))
        city = [company.profiles.city[one.of] for one in doubles]
        rows = write(
            Party, len(doubles), id=pks, created_at=since, updated_at=since, owner_id=[found.owners[one.of] for one in doubles],
            team_id=[staff.team_of_city[place] for place in city],
            territory_id=[None if company.profiles.abroad[one.of] else staff.cities[place] for one, place in zip(doubles, city, strict=True)],
            fold=[text.fold(one.facts["name"]) for one in doubles], **{name: [one.facts.get(name, empty) for one in doubles] for name, empty in _FACTS.items()},
        )  # fmt: skip
        days = [moment[:10] for moment in since]
        rows += write(PartyRole, len(doubles), party_id=pks, role="prospect", valid_from=days)
        rows += _points(doubles, pks)
        cards = [f"T{pk:08d}" for pk in pks]
        rows += write(Identifier, len(cards), party_id=pks, system=_TILL, external_id=cards)
        entries.add(since, kind="customers.created", customer_id=pks, payload=[as_json({"source": one.facts["source"]}) for one in doubles])  # fmt: skip
        self.told += [(found.keys[one.of], pk, one.how, one.same) for one, pk in zip(doubles, pks, strict=True)]
        return rows

    def write_truth(self, file: Path) -> None:
        """Write which records are one customer, and which only look alike: left, right, how, same."""
        import pyarrow as pa  # noqa: PLC0415 -- only whoever loads the demonstration pays for it
        import pyarrow.parquet as pq  # noqa: PLC0415

        left, right, how, same = (list(column) for column in zip(*self.told, strict=True)) if self.told else ([], [], [], [])  # fmt: skip
        columns = {"left": pa.array(left, pa.int64()), "right": pa.array(right, pa.int64()), "how": pa.array(how, pa.string()), "same": pa.array(same, pa.bool_())}  # fmt: skip
        pq.write_table(pa.table(columns), file.with_name("duplicates.parquet"))


_FACTS: Final[dict[str, Any]] = {
    "kind": "person", "name": "", "family_name": "", "given_name": "", "other_name": "", "birth_date": None, "language": "zh-hant",
    "address": "", "city": "", "region": "", "postcode": "", "country": "", "source": "",
}  # fmt: skip


def _points(doubles: list[Double], pks: range) -> int:
    rows = [(pk, *point) for one, pk in zip(doubles, pks, strict=True) for point in one.points]
    if not rows:
        return 0
    party, kind, raw, normalised = (list(column) for column in zip(*rows, strict=True))
    backwards = ["" if "@" in value or "/" in value else value[:0:-1] for value in normalised]
    return write(
        ContactPoint, len(rows), party_id=party, kind=kind, raw=raw, normalised=normalised, reversed_digits=backwards, preferred=True
    )  # fmt: skip


class _Drawn:
    """Draws doubles of the customers of a chunk."""

    def __init__(self, company: Company, found: Parties, rng: np.random.Generator) -> None:
        self.company, self.found, self.rng = company, found, rng
        self.corporate = company.people.kind == Kind.CORPORATE

    def _chosen(self, share: float, among: Any) -> list[int]:
        return [int(i) for i in np.flatnonzero(among & (self.rng.random(len(among)) < share))]

    def people(self) -> list[Double]:
        """Persons written down twice, in turn for each of the reasons."""
        ways = (self._card, self._web, self._moved, self._spelt, self._romanised, self._mistyped, self._changed)
        chosen = self._chosen(PEOPLE, ~self.corporate)
        return [ways[number % len(ways)](position) for number, position in enumerate(chosen)]

    def _facts(self, position: int, *, home: bool = True, born: bool = True, **other: str) -> dict[str, Any]:
        company, name = self.company, self.found.names[position]
        day = company.market.today - np.timedelta64(int(company.profiles.born[position]), "D").astype(object)
        facts: dict[str, Any] = {
            "name": name.shown,
            "family_name": name.family,
            "given_name": name.given,
            "country": places.HOME,
        }
        facts |= home_of(company, position) if home else {}
        facts |= {"birth_date": str(day)} if born and company.profiles.known[position][0] else {}
        return facts | other

    def _mobile(self, position: int) -> tuple[str, str, str]:
        return ("mobile", *naming.mobile(self.company.start + position))

    def _mail(self, position: int) -> tuple[str, str, str]:
        number, name = self.company.start + position, self.found.names[position]
        mail = f"{name.handle}{number % 9973}@{naming.MAIL_DOMAINS[number % len(naming.MAIL_DOMAINS)]}"
        return "email", mail, mail

    def _card(self, position: int) -> Double:
        """A card filled in at the till: name and mobile, nothing else."""
        facts = self._facts(position, home=False, born=False, source="門市")
        return Double(position, "shop_card", facts=facts, points=[self._mobile(position)])

    def _web(self, position: int) -> Double:
        """An account on the web under the whole name in one field, known by the address."""
        facts = self._facts(position, home=False, source="官網表單") | {"family_name": "", "given_name": ""}
        return Double(position, "web_account", facts=facts, points=[self._mail(position)])

    def _moved(self, position: int) -> Double:
        """Moved house and took the number along."""
        facts = self._facts(position, source="電話洽詢") | home_of(self.company, (position + 7) % len(self.corporate))
        return Double(position, "moved", facts=facts, points=[self._mobile(position)])

    def _spelt(self, position: int) -> Double:
        """Name and address as another hand writes them: simplified, or another character of the same sound; 臺 and 2段."""
        facts, name = self._facts(position, source="台北國際旅展"), self.found.names[position]
        family = _SIMPLIFIED.get(name.family, name.family)
        given = name.given
        if family == name.family and len(given) == 2 and not name.foreign:
            given = given[0] + _HEARD.get(given[1], given[1])
        facts |= {"family_name": family, "given_name": given, "name": text.person_name(family, given)}
        for numeral, digit in zip("一二三四", "1234", strict=True):
            facts["address"] = facts["address"].replace(f"{numeral}段", f"{digit}段")
        facts["city"] = facts["city"].replace("台", "臺")
        return Double(position, "spelling", facts=facts, points=[self._mobile(position)])

    def _romanised(self, position: int) -> Double:
        """The name in the other script, as on a passport."""
        name = self.found.names[position]
        latin = name.latin or name.shown
        facts = self._facts(position, home=False, source="社群廣告") | {"name": latin, "language": "en"}
        given, _, family = latin.rpartition(" ")
        facts |= {"family_name": family, "given_name": given}
        return Double(position, "other_script", facts=facts, points=[self._mail(position)])

    def _mistyped(self, position: int) -> Double:
        """One digit of the number wrong."""
        _, raw, number = self._mobile(position)
        wrong = str((int(number[-1]) + 3) % 10)
        facts = self._facts(position, source="電話洽詢")
        return Double(position, "slip", facts=facts, points=[("mobile", raw[:-1] + wrong, number[:-1] + wrong)])

    def _changed(self, position: int) -> Double:
        """Everything is new but name, birth date and town: hard to find."""
        facts = self._facts(position, source="LINE 官方帳號") | {"address": "", "postcode": ""}
        number = naming.mobile(_NEW_NUMBERS + self.company.start + position)
        return Double(position, "all_new", facts=facts, points=[("mobile", *number)])

    def companies(self) -> list[Double]:
        """Companies under a short or an English name."""
        doubles = []
        for number, position in enumerate(self._chosen(COMPANIES, self.corporate)):
            name, latin, handle, _ = naming.firm_name(self.found.firm_numbers[position])
            area = places.CITIES[self.company.profiles.city[position]].area
            phone = ("phone", *naming.landline(area, self.company.start + position))
            mail = ("email", f"sales@{handle}.example", f"sales@{handle}.example")
            short = name.removesuffix("股份有限公司").removesuffix("有限公司")
            shown, points = ((short, [phone]), (latin, [mail]), (f"{short}有限公司", [phone, mail]))[number % 3]
            facts = {"kind": "organisation", "name": shown, "source": "官網表單"} | home_of(self.company, position)
            doubles.append(Double(position, ("short_name", "english_name", "other_form")[number % 3], facts=facts, points=points))  # fmt: skip
        return doubles

    def twins(self) -> list[Double]:
        """Twins of people whose birth date is known: everything the same but the second character and the mobile."""
        known = ~self.corporate & self.company.profiles.known[:, 0] & ~self.company.profiles.abroad
        doubles = []
        for position in self._chosen(TWINS, known & ~self.company.profiles.names.foreign):
            name = self.found.names[position]
            pool = names.GIVEN[int(self.company.profiles.names.age_group[position]) + 3 * name.woman]
            other = [han for han, _ in pool if han not in name.given]
            given = name.given[0] + other[int(self.rng.integers(0, len(other)))]
            facts = self._facts(position, source="朋友推薦")
            facts |= {"given_name": given, "name": name.family + given}
            line = ("phone", *landline_of(self.company, position))
            mobile = ("mobile", *naming.mobile(_NEW_NUMBERS + self.company.start + position))
            doubles.append(Double(position, "twin", same=False, facts=facts, points=[mobile, line]))
        return doubles
