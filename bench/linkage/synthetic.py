"""A million records with known duplicates, drawn from a seed: Chinese and Latin names, households, homonyms, dirt.

Seven in ten people have Chinese names. A quarter live with others in this file: the same address, mostly the same family
name, often the same landline. An eighth of the records are second records of somebody: they were written by other hands,
years apart, so that about a quarter have moved, a third have another number, and names, dates and addresses carry slips.
"""

import random
from collections.abc import Iterator

from regulars.demo.words import names, places
from regulars.intelligence.models.linkage.records import Record

DUPLICATES = 0.125
CHINESE = 0.7
TOGETHER = 0.25
_DOMAINS = ("gmail.com", "yahoo.com.tw", "hotmail.com", "icloud.com", "mail.example", "post.example")
_SIMPLIFIED = dict(zip("陳張劉楊黃吳許鄭謝蘇葉趙盧鄧馬", "陈张刘杨黄吴许郑谢苏叶赵卢邓马", strict=True))
_HEARD = dict(
    zip(
        "宏志傑銘哲翔嘉維政柏佑宇廷彥婷怡惠玲慧靜宜欣文如真涵庭",
        "弘智杰明喆祥佳惟正伯祐羽庭晏庭宜慧鈴惠淨怡馨雯茹貞函婷",
        strict=True,
    )
)
_VARIED = ("先生", "小姐", "女士")
_SYLLABLES = [
    "ba",
    "be",
    "bo",
    "bra",
    "ca",
    "co",
    "da",
    "de",
    "do",
    "el",
    "fa",
    "fer",
    "ga",
    "go",
    "ha",
    "hol",
    "in",
    "ja",
    "jor",
    "ka",
    "ken",
    "la",
    "lan",
    "lo",
    "lu",
    "ma",
    "mar",
    "me",
    "mi",
    "mon",
    "na",
    "ne",
    "no",
    "o",
    "pe",
    "per",
    "ra",
    "ri",
    "ro",
    "ros",
    "sa",
    "san",
    "se",
    "sha",
    "sto",
    "ta",
    "te",
    "ti",
    "tor",
    "va",
    "ver",
    "vi",
    "wa",
    "wil",
    "win",
    "ya",
    "zan",
]
_ENDS = ("", "n", "son", "ez", "er", "ski", "ton", "ini", "a", "o", "s", "ley")


class Town:
    """Draws people, households and their second records."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.families = self._made_up(9_000)
        self.givens = self._made_up(1_800)
        self.surnames = [han for han, _ in names.SURNAMES]
        self.weights = list(names.SURNAME_WEIGHTS)
        self.pools = [[character for character, _ in pool] for pool in names.GIVEN]

    def _made_up(self, count: int) -> list[str]:
        rng, found = self.rng, dict[str, None]()
        while len(found) < count:
            found["".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 2, 3)))) + rng.choice(_ENDS)] = None
        return [name.capitalize() for name in found if len(name) > 2]

    def _zipf(self, values: list[str]) -> str:
        return values[int(len(values) * self.rng.random() ** 2.2)]

    def home(self) -> dict[str, str]:
        """An address."""
        rng = self.rng
        city = rng.choices(places.CITIES, [one.share for one in places.CITIES])[0]
        district, postcode = rng.choice(city.districts)
        road, lane = rng.choice(places.ROADS), rng.random()
        section = rng.choice(places.SECTIONS) if road.endswith("路") else ""
        inner = f"{rng.randrange(2, 300)}巷" if lane < 0.5 else ""
        floor = f"{rng.randrange(2, 15)}樓" if rng.random() < 0.5 else ""
        street = f"{district}{road}{section}{inner}{rng.randrange(1, 420)}號{floor}"
        landline = f"+886{city.area[1:]}{rng.randrange(2_000_000, 9_000_000)}"
        return {"address": street, "city": city.name, "postcode": postcode, "landline": landline}

    def person(self, home: dict[str, str], family: str = "", chinese: bool | None = None) -> Record:
        """Somebody who lives there."""
        rng = self.rng
        chinese = rng.random() < CHINESE if chinese is None else chinese
        if chinese:
            family = family or rng.choices(self.surnames, self.weights)[0]
            pool = rng.choice(self.pools)
            given = rng.choice(pool) + (rng.choice(pool) if rng.random() < 0.94 else "")
        else:
            family, given = family or self._zipf(self.families), self._zipf(self.givens)
        birth = f"{rng.randrange(1940, 2007)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        handle = f"{rng.choice(self.givens)}{rng.choice(('', '.', '_'))}{rng.randrange(1, 9999)}".lower()
        phones = (f"+8869{rng.randrange(10**8):08d}",) + ((home["landline"],) if rng.random() < 0.3 else ())
        return Record(
            0,
            family=family,
            given=given,
            birth=birth if rng.random() < 0.75 else "",
            emails=(f"{handle}@{rng.choice(_DOMAINS)}",) if rng.random() < 0.8 else (),
            phones=phones if rng.random() < 0.9 else (),
            address=home["address"] if rng.random() < 0.85 else "",
            city=home["city"],
            postcode=home["postcode"],
        )

    def again(self, one: Record) -> Record:
        """A second record of the same person, by another hand."""
        rng = self.rng
        family, given = self._written(one)
        moved = rng.random() < 0.25
        home = self.home() if moved else {"address": one.address, "city": one.city, "postcode": one.postcode}
        address = self._rewritten(home["address"], home["city"]) if rng.random() < 0.5 else home["address"]
        return Record(
            0,
            family=family,
            given=given,
            birth=self._date(one.birth),
            emails=self._mail(one.emails),
            phones=self._phones(one.phones),
            address=address if rng.random() < 0.85 else "",
            city=home["city"],
            postcode=home["postcode"] if rng.random() < 0.9 else "",
        )

    def _written(self, one: Record) -> tuple[str, str]:
        rng, dice = self.rng, self.rng.random()
        chinese = ord(one.family[0]) > 0x2E80
        if dice < 0.72:
            return one.family, one.given
        if dice < 0.78:
            return one.given, one.family
        if chinese:
            if dice < 0.88:
                return _SIMPLIFIED.get(one.family, one.family), one.given
            if dice < 0.94 and len(one.given) == 2:
                other = rng.choice(rng.choice(self.pools))
                if rng.random() < 0.6 and one.given[1] in _HEARD:
                    return one.family, one.given[0] + _HEARD[one.given[1]]
                return one.family, rng.choice((one.given[0] + other, other + one.given[1]))
            return one.family, one.given + rng.choice(_VARIED) * (len(one.given) > 5)
        if dice < 0.85:
            return one.family, one.given[0] + "."
        return (self._slip(one.family), one.given) if dice < 0.93 else (one.family, self._slip(one.given))

    def _slip(self, word: str) -> str:
        rng, place = self.rng, self.rng.randrange(1, max(2, len(word)))
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        head, tail = word[:place], word[place:]
        return rng.choice((head + letter + tail, head + tail[1:], head + letter + tail[1:], head[:-1] + tail[:1] + head[-1:] + tail[1:]))  # fmt: skip

    def _date(self, birth: str) -> str:
        rng, dice = self.rng, self.rng.random()
        if not birth or dice < 0.25:
            return ""
        if dice < 0.93:
            return birth
        if dice < 0.96:
            return f"{birth[:5]}{birth[8:]}-{birth[5:7]}" if int(birth[8:]) <= 12 else birth
        return birth[:9] + str(rng.randrange(1, 9))

    def _mail(self, emails: tuple[str, ...]) -> tuple[str, ...]:
        rng, dice = self.rng, self.rng.random()
        if not emails or dice < 0.3:
            return ()
        local, _, domain = emails[0].partition("@")
        if dice < 0.75:
            return emails
        if dice < 0.85:
            return (f"{local}@{rng.choice(_DOMAINS)}",)
        if dice < 0.9:
            return (f"{self._slip(local)}@{domain}",)
        return (f"{rng.choice(self.givens).lower()}{rng.randrange(1, 9999)}@{domain}",)

    def _phones(self, phones: tuple[str, ...]) -> tuple[str, ...]:
        rng, dice = self.rng, self.rng.random()
        if not phones or dice < 0.15:
            return ()
        if dice < 0.66:
            return phones[: rng.randrange(1, len(phones) + 1)]
        if dice < 0.7:
            return (phones[0][:-1] + str(rng.randrange(10)),)
        return (f"+8869{rng.randrange(10**8):08d}",)

    @staticmethod
    def _rewritten(address: str, city: str) -> str:
        for numeral, digit in zip("一二三四", "1234", strict=True):
            address = address.replace(f"{numeral}段", f"{digit}段")
        return f"{city.replace('台', '臺')}{address.replace('樓', 'F')}"


def people(count: int, seed: int = 1) -> Iterator[tuple[Record, int]]:
    """``count`` records, each with the number of the person it is of; ids are their places."""
    town = Town(seed)
    rng, made, person = town.rng, 0, 0
    while made < count:
        home = town.home()
        size = rng.choices((2, 3, 4), (5, 3, 2))[0] if rng.random() < TOGETHER / 2 else 1
        chinese, family = rng.random() < CHINESE, ""
        for member in range(size):
            one = town.person(home, family if member and rng.random() < 0.75 else "", chinese)
            family = one.family
            records = [one]
            while rng.random() < DUPLICATES:
                records.append(town.again(one))
            for record in records:
                if made < count:
                    record.id = made
                    yield record, person
                    made += 1
            person += 1
